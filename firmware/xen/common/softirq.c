/* SPDX-License-Identifier: MIT
 *
 * Softirqs: ret_to_user (entry.S) and the idle loop call do_softirq, IRQ on, while softirq_pending is not 0.
 */
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/timer.h>
#include <asm-arm/system.h>

volatile unsigned long softirq_pending;

static void (*const softirq_handlers[])(void) = {
    [TIMER_SOFTIRQ] = timer_softirq_action,
    [SCHEDULE_SOFTIRQ] = schedule,
};

void raise_softirq(unsigned int number)
{
    unsigned long psr = local_irq_save();

    softirq_pending |= 1UL << number;
    local_irq_restore(psr);
}

/* Lowest number first, so timers that have run out are known before a vCPU is chosen. */
void do_softirq(void)
{
    for (unsigned int number = 0; number < ARRAY_SIZE(softirq_handlers); number++) {
        if (!(softirq_pending & (1UL << number)))
            continue;
        unsigned long psr = local_irq_save();
        softirq_pending &= ~(1UL << number);
        local_irq_restore(psr);
        softirq_handlers[number]();
    }
}
