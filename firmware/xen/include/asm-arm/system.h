/* SPDX-License-Identifier: MIT
 * Single instructions: interrupt mask, CP15 (ARM DDI 0198D chapter 2).
 */
#ifndef __ASM_SYSTEM_H__
#define __ASM_SYSTEM_H__

#include <xen/types.h>

#define PSR_IRQ_MASKED 0x80

static inline unsigned long read_cpsr(void)
{
    unsigned long psr;
    __asm__ volatile("mrs %0, cpsr" : "=r"(psr));
    return psr;
}
static inline void write_cpsr_control(unsigned long psr)
{
    __asm__ volatile("msr cpsr_c, %0" : : "r"(psr) : "memory");
}
static inline void local_irq_disable(void) { write_cpsr_control(read_cpsr() | PSR_IRQ_MASKED); }
static inline void local_irq_enable(void) { write_cpsr_control(read_cpsr() & ~PSR_IRQ_MASKED); }
static inline unsigned long local_irq_save(void)
{
    unsigned long psr = read_cpsr();
    write_cpsr_control(psr | PSR_IRQ_MASKED);
    return psr;
}
static inline void local_irq_restore(unsigned long psr) { write_cpsr_control(psr); }

#define cp15_write(crn, crm, op2, value) \
    __asm__ volatile("mcr p15, 0, %0, " #crn ", " #crm ", " #op2 : : "r"(value) : "memory")

static inline void drain_write_buffer(void) { cp15_write(c7, c10, 4, 0); }
static inline void wait_for_interrupt(void) { cp15_write(c7, c0, 4, 0); }
static inline void tlb_invalidate_all(void) { cp15_write(c8, c7, 0, 0); }
static inline void tlb_invalidate_page(unsigned long va)
{
    cp15_write(c8, c5, 1, va);
    cp15_write(c8, c6, 1, va);
}
static inline void dcache_clean_line(unsigned long va) { cp15_write(c7, c10, 1, va); }
static inline void dcache_clean_invalidate_line(unsigned long va) { cp15_write(c7, c14, 1, va); }
static inline void icache_invalidate_line(unsigned long va) { cp15_write(c7, c5, 1, va); }
static inline void icache_invalidate_all(void) { cp15_write(c7, c5, 0, 0); }
#define CACHE_LINE 32

/* Test, clean and invalidate, until the Z flag says that nothing dirty is left; then the I-cache. */
static inline void cache_clean_invalidate_all(void)
{
    __asm__ volatile("1: mrc p15, 0, r15, c7, c14, 3\n\tbne 1b" : : : "cc", "memory");
    icache_invalidate_all();
    drain_write_buffer();
}
static inline void dcache_clean_range(unsigned long from, unsigned long to)
{
    for (from &= ~(CACHE_LINE - 1UL); from < to; from += CACHE_LINE)
        dcache_clean_line(from);
    drain_write_buffer();
}

/* arch/arm/lib/stack.S; with IRQ masked. */
void call_on_stack(void (*function)(void *), void *argument, void *top);

#endif
