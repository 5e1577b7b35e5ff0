/* SPDX-License-Identifier: MIT
 *
 * Time on the bare board: the timer counts nanoseconds, and its one alarm is for the next tick or the kernel's alarm, whichever is
 * earlier. As long as no alarm is wanted board_interrupt (platform.c) serves the ticks alone.
 */
#include "board.h"
#include "frame.h"
#include "kernel.h"
#include "platform.h"

#define IRQ_VECTOR_ADDRESS 0x38 /* the word from which the slot at 0x18 loads the pc (vectors.S) */

extern char vector_irq_alarm[];

static uint64_t alarm_ns; /* 0: none */

uint64_t platform_time_ns(void)
{
    uint32_t low = board_read(TIMER_BASE, TIMER_TIME_LOW);

    return (uint64_t)board_read(TIMER_BASE, TIMER_TIME_HIGH) << 32 | low;
}

/* The kernel does not use the board's real-time clock. */
int platform_wall_clock_ns(uint64_t *ns)
{
    *ns = 0;
    return 0;
}

static void arm_earlier(void)
{
    uint64_t at_ns = alarm_ns && alarm_ns < board_next_tick_ns ? alarm_ns : board_next_tick_ns;

    board_write(TIMER_BASE, TIMER_ALARM_HIGH, (uint32_t)(at_ns >> 32));
    board_write(TIMER_BASE, TIMER_ALARM_LOW, (uint32_t)at_ns);
}

/* From vector_irq_alarm, interrupts masked. */
void board_alarm_interrupt(unsigned vector, const struct frame *frame)
{
    (void)vector;
    (void)frame;
    while (board_read(PIC_BASE, PIC_NUMBER) == TIMER_IRQ) {
        board_write(TIMER_BASE, TIMER_CLEAR_INTERRUPT, 0);
        if (board_next_tick_ns <= platform_time_ns()) {
            board_next_tick_ns += NS_PER_TICK;
            kernel_tick();
        }
        kernel_alarm(); /* ends in platform_set_alarm, and so in arm_earlier */
    }
}

void platform_set_alarm(uint64_t at_ns)
{
    volatile uint32_t *irq_vector;

    __asm__("" : "=r"(irq_vector) : "0"(IRQ_VECTOR_ADDRESS)); /* the compiler takes an address this low for a mistake */
    *irq_vector = (uint32_t)(uintptr_t)vector_irq_alarm;
    alarm_ns = at_ns;
    arm_earlier();
}
