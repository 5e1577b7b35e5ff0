/* SPDX-License-Identifier: MIT
 *
 * A victim: a domain that never sleeps, knows what every word of its free memory must be, and looks at all of it again and again.
 * The campaign holds the same words against it from outside, and counts what it gets of the CPU.
 */
#include "console.h"
#include "guest.h"
#include "kernel.h"
#include "platform.h"

/* Read from outside by these names. */
volatile unsigned long victim_passes;   /* how often all of the memory was found as it must be */
volatile unsigned long victim_damage;   /* words that were not */

/* Different in each domain and each word, so that a page of one in the place of another shows. */
static unsigned long expected(unsigned long address)
{
    return address * 2654435761ul ^ (platform_domain_id() + 1) * 0x01000193ul;
}

void kernel_main(void)
{
    uintptr_t start, end;

    platform_free_memory(&start, &end);
    for (uintptr_t at = start; at < end; at += sizeof(unsigned long))
        *(volatile unsigned long *)at = expected(at);
    printk("victim: domain %u is ready\n", platform_domain_id());
    for (;;) {
        unsigned long damage = 0;

        for (uintptr_t at = start; at < end; at += sizeof(unsigned long))
            damage += *(volatile unsigned long *)at != expected(at);
        if (damage && !victim_damage)
            printk("victim: domain %u: %u words are not what they must be\n", platform_domain_id(), (unsigned)damage);
        victim_damage += damage;
        victim_passes++;
    }
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
    printk("victim: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
