/* SPDX-License-Identifier: MIT
 *
 * The native kernel's exception vectors, and the way from them to C and back.
 */
#include "board.h"

        .syntax unified
        .arm
        .cfi_sections .debug_frame

/*
 * The table that start.S copies to address 0: each slot loads the pc from the word 32 bytes behind it, so that it works
 * at any address.
 */
        .section .rodata.vectors, "a", %progbits
        .global vector_table, vector_table_end
        .type   vector_table, %object
vector_table:
        .rept   8
        ldr     pc, [pc, #24]
        .endr
        .word   _start                  @ 0x00 reset
        .word   vector_undefined        @ 0x04
        .word   vector_swi              @ 0x08
        .word   vector_prefetch_abort   @ 0x0c
        .word   vector_data_abort       @ 0x10
        .word   vector_reserved         @ 0x14
        .word   vector_irq              @ 0x18
        .word   vector_fiq              @ 0x1c
vector_table_end:
        .size   vector_table, . - vector_table

        .text

/*
 * vector_swi
 *
 * From any swi, in SVC mode: lr_svc = the next instruction. All there are is marks of the workload (mark.S): go back.
 */
        .type   vector_swi, %function
vector_swi:
        .cfi_startproc simple
        .cfi_signal_frame
        .cfi_def_cfa sp, 0
        movs    pc, lr
        .cfi_endproc
        .size   vector_swi, . - vector_swi

/*
 * TO_SVC offset, vector
 *
 * Builds the same 72-byte frame as the hypervisor's (r0-r12, sp, lr, pc, psr, vector) on the SVC stack, whose owner is
 * what was interrupted: the kernel runs in SVC mode only. Comes in the exception's mode, lr - offset = the pc to go back
 * to. Leaves in SVC mode, interrupts masked: r0 = vector, r1 = r4 = frame, sp = frame rounded down to 8.
 */
        .macro  TO_SVC offset, vector
        sub     lr, lr, #\offset
        stmdb   sp, {r0, r1, lr}        @ no write-back: this stack is empty again at once
        mrs     r0, spsr
        sub     r1, sp, #12             @ the three words, for SVC mode to fetch
        msr     cpsr_c, #MODE_SVC | CPSR_IRQ_OFF | CPSR_FIQ_OFF
        sub     sp, sp, #72
        .cfi_def_cfa sp, 72
        stmib   sp, {r1-r12}            @ words 1-12; word 1 is put right below
        str     lr, [sp, #56]
        .cfi_offset lr, -16
        str     r0, [sp, #64]
        ldr     r2, [r1, #8]
        str     r2, [sp, #60]
        .cfi_offset 15, -12
        ldm     r1, {r2, r3}
        stm     sp, {r2, r3}
        add     r2, sp, #72
        str     r2, [sp, #52]
        .cfi_offset sp, -20
        mov     r2, #\vector
        str     r2, [sp, #68]
        mov     r0, #\vector
        mov     r1, sp
        mov     r4, sp
        bic     sp, sp, #7
        .cfi_def_cfa r4, 72
        .endm

/*
 * The way back: loads everything from the frame at r4, the mode included. An interrupt in SVC mode must give back both
 * lr and pc, and movs pc, lr would lose one of them; ldm with ^ loads both. It wants them side by side and last, so they
 * move to the frame's words 16 and 17, whose contents are no longer needed.
 */
        .macro  FROM_SVC
        mov     sp, r4
        ldr     r0, [sp, #64]
        msr     spsr_cxsf, r0
        ldr     r1, [sp, #56]
        ldr     r2, [sp, #60]
        str     r1, [sp, #64]
        str     r2, [sp, #68]
        ldm     sp, {r0-r12}
        add     sp, sp, #64
        ldm     sp!, {lr, pc}^          @ CPSR from SPSR; sp ends at frame + 72, where it was
        .endm

/*
 * vector_irq
 *
 * In IRQ mode, lr_irq - 4 = the instruction to go back to. Next: board_interrupt, then back to what was interrupted.
 */
        .type   vector_irq, %function
vector_irq:
        .cfi_startproc simple
        .cfi_signal_frame
        .cfi_return_column 15
        TO_SVC  4, 0x18
        bl      board_interrupt
        FROM_SVC
        .cfi_endproc
        .size   vector_irq, . - vector_irq

/*
 * vector_irq_alarm
 *
 * As vector_irq, whose slot it takes when clock.c sets the first alarm. Next: board_alarm_interrupt, then back.
 */
        .global vector_irq_alarm
        .type   vector_irq_alarm, %function
vector_irq_alarm:
        .cfi_startproc simple
        .cfi_signal_frame
        .cfi_return_column 15
        TO_SVC  4, 0x18
        bl      board_alarm_interrupt
        FROM_SVC
        .cfi_endproc
        .size   vector_irq_alarm, . - vector_irq_alarm

/*
 * The faults: all end in board_fault(vector, frame), which prints and stops.
 */
        .macro  FAULT name, offset, vector
        .type   \name, %function
\name:
        .cfi_startproc simple
        .cfi_signal_frame
        .cfi_return_column 15
        TO_SVC  \offset, \vector
        bl      board_fault
        .cfi_endproc
        .size   \name, . - \name
        .endm

        FAULT   vector_undefined, 4, 0x04
        FAULT   vector_prefetch_abort, 4, 0x0c
        FAULT   vector_data_abort, 8, 0x10

/* No exception uses this slot; nothing on the board raises an FIQ. */
        .type   vector_reserved, %function
        .type   vector_fiq, %function
vector_reserved:
vector_fiq:
        .cfi_startproc simple
        .cfi_signal_frame
        .cfi_return_column 15
        .cfi_def_cfa 13, 0
        .cfi_escape 0x16, 15, 2, 0x7e, 0x7c     @ val_expression: r15 = r14 - 4
        subs    pc, lr, #4
        .cfi_endproc
        .size   vector_reserved, . - vector_reserved
        .size   vector_fiq, . - vector_fiq
