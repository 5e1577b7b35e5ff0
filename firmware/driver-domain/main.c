/* SPDX-License-Identifier: MIT
 *
 * The driver domain: a Domain-0 that serves the directory, consoles, disks and a network to the domains that the hypervisor has built,
 * until all of them have ended. Options: disk=DOMAINS (blkback.h), focus=DOMAIN (consback.h), net=DOMAINS (netback.h).
 */
#include "blkback.h"
#include "consback.h"
#include "console.h"
#include "foreign.h"
#include "grants.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "netback.h"
#include "platform.h"
#include "store.h"
#include "xenstored.h"

static domid_t served[256];
static unsigned served_count;

/* Nothing to do but to end the sleep: the main loop looks who is there. */
static void domain_stopped(evtchn_port_t port)
{
    (void)port;
}

static void directory_changed(const char *path)
{
    blkback_changed(path);
    netback_changed(path);
}

static void connect_all(void)
{
    for (int domain = foreign_next_running(1); domain > 0; domain = foreign_next_running((domid_t)(domain + 1))) {
        int error = xenstored_connect((domid_t)domain);

        if (error)
            printk("driver-domain: domain %d gets no directory: error %d\n", domain, error);
        else {
            served[served_count++] = (domid_t)domain;
            consback_connect((domid_t)domain);
            blkback_offer((domid_t)domain);
            netback_offer((domid_t)domain);
        }
    }
    printk("driver-domain: directory: %u domains\n", served_count);
}

static void let_go_of_ended(void)
{
    for (unsigned i = 0; i < served_count;)
        if (foreign_next_running(served[i]) != served[i]) {
            printk("driver-domain: domain %u has ended\n", served[i]);
            consback_forget(served[i]);
            blkback_forget(served[i]);
            netback_forget(served[i]);
            xenstored_disconnect(served[i]);
            served[i] = served[--served_count];
        } else {
            i++;
        }
}

void kernel_main(void)
{
    char disks[64] = "", interfaces[64] = "";

    pages_init();
    option_text(platform_command_line(), "disk", disks, sizeof disks);
    option_text(platform_command_line(), "net", interfaces, sizeof interfaces);
    if (store_init() || grants_init() || events_bind_virq(VIRQ_DOM_EXC, domain_stopped) < 0) {
        printk("driver-domain: no memory for the directory, or not Domain-0: shutting down\n");
        platform_shutdown(1);
    }
    blkback_init(disks);
    consback_init((domid_t)option_number(platform_command_line(), "focus", 1));
    netback_init(interfaces);
    xenstored_on_change(directory_changed);
    connect_all();
    while (served_count) {
        platform_events_off();
        do
            xenstored_serve();
        while (blkback_serve() | consback_serve() | netback_serve());
        let_go_of_ended();
        if (served_count)
            platform_wait_for_event();
    }
    printk("driver-domain: nobody is left to serve\n");
    platform_shutdown(0);
}

void kernel_tick(void)
{
}

void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap == TRAP_EVENT) {
        events_dispatch();
        return;
    }
    printk("driver-domain: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x: shutting down\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
