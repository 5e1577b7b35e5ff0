/* SPDX-License-Identifier: MIT
 *
 * Device interrupts. __irq_usr and __irq_svc (entry.S) come here with IRQ masked. Handlers only acknowledge and raise a
 * softirq or an event: switching domains waits for the way back to the guest.
 */
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <asm-arm/arch-goldfish/platform.h>

void timer_interrupt(void);
void console_interrupt(void);
void asm_do_IRQ(void);

static void (*const irq_handlers[NR_IRQS])(void) = {
    [IRQ_TIMER] = timer_interrupt,
    [IRQ_TTY] = console_interrupt,
};

/* Serves every pending line. What is neither the hypervisor's nor a guest's is never enabled, so it cannot be pending. */
void asm_do_IRQ(void)
{
    int irq;

    while ((irq = platform_next_irq()) >= 0) {
        if (platform_irq_permitted((unsigned int)irq))
            pirq_interrupt((unsigned int)irq);
        else if (irq < NR_IRQS && irq_handlers[irq])
            irq_handlers[irq]();
        else
            panic("interrupt %d has no handler", irq);
    }
}
