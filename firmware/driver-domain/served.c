/* SPDX-License-Identifier: MIT
 *
 * The domains that are served (served.h).
 */
#include "served.h"

#include "blkback.h"
#include "consback.h"
#include "console.h"
#include "foreign.h"
#include "netback.h"
#include "xenstored.h"

static domid_t served[256];
static unsigned count;

int served_begin(domid_t domain)
{
    int error = xenstored_connect(domain);

    if (error) {
        printk("driver-domain: domain %d gets no directory: error %d\n", domain, error);
        return error;
    }
    served[count++] = domain;
    consback_connect(domain);
    blkback_offer(domain);
    netback_offer(domain);
    return 0;
}

void served_find_all(void)
{
    for (int domain = foreign_next_running(1); domain > 0; domain = foreign_next_running((domid_t)(domain + 1)))
        served_begin((domid_t)domain);
    printk("driver-domain: directory: %u domains\n", count);
}

void served_let_go(domid_t domain)
{
    for (unsigned i = 0; i < count; i++)
        if (served[i] == domain) {
            consback_forget(domain);
            blkback_forget(domain);
            netback_forget(domain);
            xenstored_disconnect(domain);
            served[i] = served[--count];
            return;
        }
}

void served_let_go_of_ended(void (*ended)(domid_t domain))
{
    for (unsigned i = 0; i < count;) {
        domid_t domain = served[i];

        if (foreign_next_running(domain) == domain) {
            i++;
            continue;
        }
        printk("driver-domain: domain %u has ended\n", domain);
        served_let_go(domain);
        ended(domain);
    }
}

unsigned served_count(void)
{
    return count;
}
