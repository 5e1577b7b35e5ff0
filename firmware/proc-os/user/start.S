/* SPDX-License-Identifier: MIT
 *
 * Where the processes begin, and how they call the kernel. Virtual user mode: r0 = pid, r1 = rounds, r13 = stack.
 */
#include "abi.h"

        .syntax unified
        .arm
        .cfi_sections .debug_frame
        .text

        .macro  ENTRY name, main
        .global \name
        .type   \name, %function
\name:
        .cfi_startproc
        .cfi_undefined lr               @ the first frame of a process
        bl      \main
        mov     r7, #SYSCALL_EXIT       @ with what main returned
        swi     #0
        .cfi_endproc
        .size   \name, . - \name
        .endm

        ENTRY   tour_entry, tour_main
        ENTRY   worker_entry, worker_main
        ENTRY   diver_entry, diver_main

/*
 * system_call_2(number, a0, a1)
 *
 * r0 = number, r1, r2 = arguments. Next: vector_swi in the hypervisor, which reflects it to the kernel; the result in r0.
 */
        .global system_call_2
        .type   system_call_2, %function
system_call_2:
        .cfi_startproc
        push    {r7, lr}
        .cfi_def_cfa_offset 8
        .cfi_offset r7, -8
        .cfi_offset lr, -4
        mov     r7, r0
        mov     r0, r1
        mov     r1, r2
        swi     #0
        pop     {r7, pc}
        .cfi_endproc
        .size   system_call_2, . - system_call_2

/*
 * forbidden_hypercall()
 *
 * What only the kernel may: swi 0x82. From virtual user mode it is no hypercall; the kernel gets it as a system call.
 */
        .global forbidden_hypercall
        .type   forbidden_hypercall, %function
forbidden_hypercall:
        .cfi_startproc
        push    {r7, lr}
        .cfi_def_cfa_offset 8
        .cfi_offset r7, -8
        .cfi_offset lr, -4
        mov     r0, #0
        mov     r7, #29                 @ sched_op
        swi     #0x82
        pop     {r7, pc}
        .cfi_endproc
        .size   forbidden_hypercall, . - forbidden_hypercall
