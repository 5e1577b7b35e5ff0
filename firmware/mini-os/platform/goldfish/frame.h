/* SPDX-License-Identifier: MIT
 *
 * What vectors.S puts on the stack at an interrupt or a fault: the same 18 words as the hypervisor's frame.
 */
#ifndef FRAME_H
#define FRAME_H

struct frame {
    unsigned r[13];
    unsigned sp, lr, pc, psr, vector;
};

/* platform.c; called by vectors.S in SVC mode, interrupts masked. */
void board_interrupt(unsigned vector, const struct frame *frame);
/* clock.c; the same, instead of board_interrupt once an alarm has been set. */
void board_alarm_interrupt(unsigned vector, const struct frame *frame);
void board_fault(unsigned vector, const struct frame *frame) __attribute__((noreturn));

#endif
