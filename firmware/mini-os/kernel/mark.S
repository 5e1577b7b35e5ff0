/* SPDX-License-Identifier: MIT
 *
 * The marks of the experiment: `swi #0xffffab`. The number is part of the instruction, so there is one for each a and b.
 */
        .syntax unified
        .arm
        .cfi_sections .debug_frame
        .text

/*
 * mark(domain, thread)
 *
 * Comes from the workload, r0 = domain, r1 = thread. Under Xen the swi goes vector_swi -> do_upcall -> the guest's
 * callback, as a system call, and comes back by hypercall 31; on the bare board the kernel's own vector returns at once.
 * In SVC mode a swi overwrites lr, which is why lr is on the stack.
 */
        .global mark
        .type   mark, %function
mark:
        .cfi_startproc
        push    {r4, lr}
        .cfi_def_cfa_offset 8
        .cfi_offset r4, -8
        .cfi_offset lr, -4
        and     r0, r0, #15
        and     r1, r1, #15
        orr     r0, r1, r0, lsl #4
        adr     r1, mark_table
        add     pc, r1, r0, lsl #3      @ two instructions for each number
mark_done:
        pop     {r4, pc}
mark_table:
        .set    number, 0xffff00
        .rept   256
        swi     #number
        b       mark_done
        .set    number, number + 1
        .endr
        .cfi_endproc
        .size   mark, . - mark
