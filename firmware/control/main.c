/* SPDX-License-Identifier: MIT
 *
 * The control domain: a Domain-0 that starts other domains at run time, waits until they have ended, and destroys them.
 *
 * Command line: domains=N    how many at a time (default 2)
 *               memory=KB    of each (default 4096)
 *               generations=N how often all of that (default 2)
 *               rounds=N     of each guest's workload (default 1)
 */
#include "console.h"
#include "domains.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#define DOMAINS_MAX 32

extern const char guest_image[], guest_image_end[];     /* image.S: mini-os.elf without its debug information */

/* VIRQ_DOM_EXC: a domain has stopped. What for is asked by whoever waits. */
static void domain_stopped(evtchn_port_t port)
{
    (void)port;
}

static int has_stopped(domid_t domain)
{
    struct dom0_getdomaininfo info;

    return domain_look_at(domain, &info) != 0 || (info.flags & DOMFLAGS_SHUTDOWN);
}

/* Events are off between the look and the sleep, so none is slept through. */
static void wait_for_end_of(domid_t domain)
{
    platform_events_off();
    while (!has_stopped(domain)) {
        platform_wait_for_event();
        platform_events_off();
    }
    platform_events_restore(0);
}

static void run_generation(unsigned generation, unsigned domains, unsigned memory_kb, unsigned rounds)
{
    struct image image = {guest_image, (size_t)(guest_image_end - guest_image)};
    domid_t ids[DOMAINS_MAX];
    unsigned started = 0;

    while (started < domains) {
        char name[16], command_line[48];
        long result;

        format_text(name, sizeof name, "guest%u.%u", generation, started);
        format_text(command_line, sizeof command_line, "name=%s rounds=%u", name, rounds);
        result = domain_start(&image, memory_kb, name, command_line);
        if (result < 0) {
            printk("control: %s cannot be started: error %d\n", name, (int)result);
            break;
        }
        printk("control: %s is domain %d\n", name, (int)result);
        ids[started++] = (domid_t)result;
    }
    for (unsigned i = 0; i < started; i++) {
        struct dom0_getdomaininfo info;
        long result;

        wait_for_end_of(ids[i]);
        domain_look_at(ids[i], &info);
        result = domain_end(ids[i]);
        printk("control: domain %u ended with reason %u after about %u ms of CPU time; destroyed: %d\n", ids[i],
               (unsigned)(info.flags >> DOMFLAGS_SHUTDOWNSHIFT) & 0xff, (unsigned)(info.cpu_time >> 20), (int)result);
    }
}

void kernel_main(void)
{
    const char *command_line = platform_command_line();
    unsigned domains = option_number(command_line, "domains", 2);
    unsigned memory_kb = option_number(command_line, "memory", 4096);
    unsigned generations = option_number(command_line, "generations", 2);
    unsigned rounds = option_number(command_line, "rounds", 1);
    unsigned long free_kb = machine_free_kb();
    long result;

    pages_init();
    printk("control: domain %u, %u KB free for domains\n", platform_domain_id(), (unsigned)free_kb);
    result = domains_init();
    if (result || events_bind_virq(VIRQ_DOM_EXC, domain_stopped) < 0) {
        printk("control: not able to control domains: error %d\n", (int)result);
        platform_shutdown(1);
    }
    if (domains > DOMAINS_MAX)
        domains = DOMAINS_MAX;
    for (unsigned generation = 1; generation <= generations; generation++)
        run_generation(generation, domains, memory_kb, rounds);
    printk("control: %u KB free for domains, %s\n", (unsigned)machine_free_kb(),
           machine_free_kb() == free_kb ? "as at the start" : "not as at the start");
    platform_shutdown(0);
}

/* No timer is asked for: there is nothing to count. */
void kernel_tick(void)
{
}
