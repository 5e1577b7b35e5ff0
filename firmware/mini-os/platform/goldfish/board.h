/* SPDX-License-Identifier: MIT
 *
 * The goldfish board as far as the native kernel uses it: physical addresses and register offsets.
 */
#ifndef BOARD_H
#define BOARD_H

#define PIC_BASE   0xff000000
#define TTY_BASE   0xff002000
#define TIMER_BASE 0xff003000

#define PIC_NUMBER      0x04    /* read: lowest pending interrupt, 0 = none */
#define PIC_DISABLE_ALL 0x08
#define PIC_ENABLE      0x10

#define TTY_COMMAND  0x08
#define TTY_DATA_PTR 0x10
#define TTY_DATA_LEN 0x14
#define TTY_WRITE_BUFFER 2

#define TIMER_TIME_LOW        0x00  /* latches the upper half */
#define TIMER_TIME_HIGH       0x04
#define TIMER_ALARM_LOW       0x08  /* arms; write the upper half first */
#define TIMER_ALARM_HIGH      0x0c
#define TIMER_CLEAR_INTERRUPT 0x10
#define TIMER_CLEAR_ALARM     0x14

#define TIMER_IRQ 3

#define NS_PER_TICK (1000000000u / TICKS_PER_SECOND)

/* CPSR bits and modes (ARM DDI 0100 A2.5). */
#define CPSR_IRQ_OFF 0x80
#define CPSR_FIQ_OFF 0x40
#define CPSR_MODE    0x1f
#define MODE_IRQ     0x12
#define MODE_SVC     0x13
#define MODE_ABT     0x17
#define MODE_UND     0x1b

#ifndef __ASSEMBLY__
#include <stdint.h>

/* platform.c: when the next tick is due. */
extern uint64_t board_next_tick_ns;

static inline uint32_t board_read(uintptr_t base, unsigned offset)
{
    return *(volatile uint32_t *)(base + offset);
}

static inline void board_write(uintptr_t base, unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(base + offset) = value;
}
#endif

#endif
