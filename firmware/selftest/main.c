/* SPDX-License-Identifier: MIT
 *
 * A guest that tests hypercalls from inside: each check prints "ok" or "FAILED" with its name and values. As Domain-0 it is
 * one side of what needs two domains, as Domain-1 the other. The tests of the hypervisor boot it and read the console.
 */
#include "console.h"
#include "guest.h"
#include "kernel.h"
#include "mm.h"
#include "platform.h"
#include "selftest.h"

static unsigned failures;

void check(const char *name, long actual, long expected)
{
    if (actual == expected) {
        printk("selftest: ok: %s\n", name);
        return;
    }
    failures++;
    printk("selftest: FAILED: %s: %d, expected %d\n", name, (int)actual, (int)expected);
}

unsigned long frame_of(const void *page)
{
    return guest_frame_of(page);
}

void yield(void)
{
    hypervisor_sched_op(SCHEDOP_yield, NULL);
}

void kernel_main(void)
{
    pages_init();
    if (platform_domain_id() == 0) {
        test_reservations();
        test_mapping_grants();
        test_spaces();
    } else {
        test_granting();
    }
    printk("selftest: domain %u: %u failures\n", platform_domain_id(), failures);
    platform_shutdown(failures != 0);
}

void kernel_tick(void)
{
}

/* No upcall is expected but events, and of these there are none. */
void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap == TRAP_EVENT) {
        events_dispatch();
        return;
    }
    printk("selftest: FAILED: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
