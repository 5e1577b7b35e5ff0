/* SPDX-License-Identifier: MIT
 *
 * The driver domain: a Domain-0 that serves the directory, consoles, disks and a network to the domains that the hypervisor or itself has
 * built, until all of them have ended. Options: disk=DOMAINS (blkback.h), focus=DOMAIN (consback.h; 0: commands), net=DOMAINS and
 * rate=KB/s (netback.h), start=IMAGES (manage.h).
 */
#include "blkback.h"
#include "consback.h"
#include "console.h"
#include "grants.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "manage.h"
#include "mm.h"
#include "netback.h"
#include "platform.h"
#include "served.h"
#include "store.h"
#include "xenstored.h"

static volatile int one_has_ended;

static void domain_stopped(evtchn_port_t port)
{
    (void)port;
    one_has_ended = 1;
}

static void directory_changed(const char *path)
{
    blkback_changed(path);
    netback_changed(path);
}

/* A little of everything, so that a guest that asks without end for one thing keeps nobody from another. 1 = there may be more. */
static int serve_once(void)
{
    return xenstored_serve() | blkback_serve() | consback_serve() | netback_serve();
}

void kernel_main(void)
{
    char disks[64] = "", interfaces[64] = "", images[128] = "";
    unsigned focus = option_number(platform_command_line(), "focus", 1);

    pages_init();
    option_text(platform_command_line(), "disk", disks, sizeof disks);
    option_text(platform_command_line(), "net", interfaces, sizeof interfaces);
    option_text(platform_command_line(), "start", images, sizeof images);
    if (store_init() || grants_init() || events_bind_virq(VIRQ_DOM_EXC, domain_stopped) < 0) {
        printk("driver-domain: no memory for the directory, or not Domain-0: shutting down\n");
        platform_shutdown(1);
    }
    blkback_init(disks);
    consback_init((domid_t)focus, manage_input);
    netback_init(interfaces, option_number(platform_command_line(), "rate", 0));
    xenstored_on_change(directory_changed);
    served_find_all();
    manage_init(images, focus == 0);
    while (served_count() || manage_stays()) {
        int busy;

        platform_events_off();
        busy = serve_once();
        if (!busy || one_has_ended) {
            one_has_ended = 0;
            served_let_go_of_ended(manage_ended);
        }
        if (busy)
            platform_events_restore(0);
        else if (served_count() || manage_stays())
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
