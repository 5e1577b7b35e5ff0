/* SPDX-License-Identifier: MIT
 *
 * Where every attack begins, and where a fault leads.
 */
#include <public/xen.h>

        .syntax unified
        .arm
        .cfi_sections .debug_frame

        .section .mark, "ax", %progbits
/*
 * attack_begin: r0 = class. attack_over. They do nothing: the campaign has breakpoints here.
 */
        .global attack_begin
        .type   attack_begin, %function
attack_begin:
        .cfi_startproc
        mov     pc, lr
        .cfi_endproc
        .size   attack_begin, . - attack_begin

        .global attack_over
        .type   attack_over, %function
attack_over:
        .cfi_startproc
        mov     pc, lr
        .cfi_endproc
        .size   attack_over, . - attack_over

        .text
/*
 * attack_restart: comes from kernel_main, and from hypercall 31 after a fault (guest_upcall puts this address in the frame).
 * Whatever was on the stack is given up.
 */
        .global attack_restart
        .type   attack_restart, %function
attack_restart:
        .cfi_startproc
        .cfi_undefined lr
        ldr     sp, =boot_stack_top
        bl      next_attack
        b       attack_restart
        .cfi_endproc
        .size   attack_restart, . - attack_restart
        .ltorg

/*
 * execute(code, values): r0-r12 = the thirteen words at r1, lr = back here, pc = code. Whatever the code leaves in the registers
 * is dropped; what it does to sp leads to a fault, or to the next attack's empty stack.
 */
        .global execute
        .type   execute, %function
execute:
        .cfi_startproc
        stmfd   sp!, {r4-r11, lr}
        .cfi_def_cfa_offset 36
        .cfi_offset lr, -4
        mov     lr, r0
        mov     r0, r1
        str     lr, [sp, #-4]!
        ldmia   r0, {r0-r12}
        mov     lr, pc
        ldr     pc, [sp]                @ lr: the instruction after this one
        add     sp, sp, #4
        ldmfd   sp!, {r4-r11, pc}
        .cfi_endproc
        .size   execute, . - execute

/* with_stack(sp, code): code with this stack pointer and r7 = dummy. */
        .global with_stack
        .type   with_stack, %function
with_stack:
        .cfi_startproc
        stmfd   sp!, {r4-r7, lr}
        .cfi_def_cfa_offset 20
        .cfi_offset lr, -4
        mov     r4, sp
        mov     r7, #__HYPERVISOR_dummy
        mov     sp, r0
        mov     lr, pc
        mov     pc, r1
        mov     sp, r4
        ldmfd   sp!, {r4-r7, pc}
        .cfi_endproc
        .size   with_stack, . - with_stack

/* enter_user(pc, sp): virtual user mode, by a frame on our own stack. It does not come back here. */
        .global enter_user
        .type   enter_user, %function
enter_user:
        .cfi_startproc
        sub     sp, sp, #72
        .cfi_def_cfa_offset 72
        str     r0, [sp, #60]
        str     r1, [sp, #52]
        mov     r2, #PSR_MODE_USR
        str     r2, [sp, #64]
        mvn     r2, #0x0fc00000         @ an address of the hypervisor's, for programs that store
        str     r2, [sp, #4]
        mov     r2, #0xd3
        str     r2, [sp, #8]
        mov     r0, sp
        mov     r7, #__HYPERVISOR_restore_guest_context
        swi     XEN_HYPERCALL_SWI
1:      b       1b
        .cfi_endproc
        .size   enter_user, . - enter_user
