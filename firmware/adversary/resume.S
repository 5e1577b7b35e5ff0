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
