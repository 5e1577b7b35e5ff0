/* SPDX-License-Identifier: MIT
 *
 * What all assembly here shares: function brackets with CFI, the CFI of the two kinds of trap frame, and how to find
 * the current vCPU. With these a debugger unwinds from any instruction through the hypervisor into the guest.
 */
#ifndef __ASM_MACROS_H__
#define __ASM_MACROS_H__

#include <asm-arm/config.h>
#include <asm-arm/asm-offsets.h>

#define ENTRY(name)  .globl name ; .type name, %function ; .align 2 ; name: ; .cfi_startproc
#define END(name)    .cfi_endproc ; .size name, . - name

#define PSR_SVC_NOIRQ   0xd3    /* SVC, IRQ and FIQ masked */
#define PSR_SVC_IRQ     0x53    /* SVC, FIQ masked: how the hypervisor works on a guest's behalf */

/* Between a trap and the code that it interrupted there is no call: the pc is a rule of its own (column 15), exact. */
.macro cfi_trap
        .cfi_return_column 15
        .cfi_signal_frame
.endm

/* sp points to a whole guest frame (struct cpu_user_regs): all of the guest's registers are in memory. */
.macro cfi_guest_frame
        cfi_trap
        .cfi_def_cfa 13, FRAME_SIZE
        .cfi_offset 0, FRAME_R0 - FRAME_SIZE
        .cfi_offset 1, 4 - FRAME_SIZE
        .cfi_offset 2, 8 - FRAME_SIZE
        .cfi_offset 3, 12 - FRAME_SIZE
        .cfi_offset 4, 16 - FRAME_SIZE
        .cfi_offset 5, 20 - FRAME_SIZE
        .cfi_offset 6, 24 - FRAME_SIZE
        .cfi_offset 7, 28 - FRAME_SIZE
        .cfi_offset 8, 32 - FRAME_SIZE
        .cfi_offset 9, 36 - FRAME_SIZE
        .cfi_offset 10, 40 - FRAME_SIZE
        .cfi_offset 11, 44 - FRAME_SIZE
        .cfi_offset 12, FRAME_R12 - FRAME_SIZE
        .cfi_offset 13, FRAME_SP - FRAME_SIZE
        .cfi_offset 14, FRAME_LR - FRAME_SIZE
        .cfi_offset 15, FRAME_PC - FRAME_SIZE
.endm

/* The frame has been popped: only the jump is left. r0-r12 hold the guest's values, lr its pc; r13, r14 are banked. */
.macro cfi_guest_exit
        .cfi_def_cfa_offset 0
        .cfi_same_value 0
        .cfi_same_value 1
        .cfi_same_value 2
        .cfi_same_value 3
        .cfi_same_value 4
        .cfi_same_value 5
        .cfi_same_value 6
        .cfi_same_value 7
        .cfi_same_value 8
        .cfi_same_value 9
        .cfi_same_value 10
        .cfi_same_value 11
        .cfi_same_value 12
        .cfi_undefined 13
        .cfi_undefined 14
        .cfi_register 15, 14
.endm

/* rd = struct vcpu of this hypervisor stack: the first word of struct cpu_info at its base. */
.macro get_current rd
        mov     \rd, sp, lsr #(PAGE_SHIFT + STACK_ORDER)
        mov     \rd, \rd, lsl #(PAGE_SHIFT + STACK_ORDER)
        ldr     \rd, [\rd]
.endm

/*
 * A data abort at an instruction in [from, to) is no fault of the hypervisor: a guest handed over a bad pointer.
 * The abort handler goes on at fixup, with all registers as they were (traps.c, search_exception_table).
 */
.macro on_abort from, to, fixup
        .pushsection __ex_table, "a"
        .align  2
        .word   \from, \to, \fixup
        .popsection
.endm

#endif
