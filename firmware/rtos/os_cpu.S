/* SPDX-License-Identifier: MIT
 *
 * Changing from one task to another, and where a task begins. Always with events off (os_core.c).
 *
 * While a task is switched out its stack ends in r4-r11 and the address where it goes on, nine words, and OSTCBStkPtr, the first word of its
 * control block, says where.
 */
        .syntax unified
        .arm
        .cfi_sections .debug_frame
        .text

/*
 * os_switch(from, to)
 *
 * Comes from os_sched, on from's stack: r0 = from, r1 = to. By the procedure call standard the caller keeps r0-r3 and r12; the rest is
 * saved here. Returns on to's stack: to its os_sched, or to os_task_starter.
 */
        .global os_switch
        .type   os_switch, %function
os_switch:
        .cfi_startproc
        push    {r4-r11, lr}
        .cfi_def_cfa_offset 36
        .cfi_offset r4, -36
        .cfi_offset r5, -32
        .cfi_offset r6, -28
        .cfi_offset r7, -24
        .cfi_offset r8, -20
        .cfi_offset r9, -16
        .cfi_offset r10, -12
        .cfi_offset r11, -8
        .cfi_offset lr, -4
        str     sp, [r0]
        ldr     sp, [r1]                @ the other stack is laid out the same: what was said above holds for it
        pop     {r4-r11, pc}
        .cfi_endproc
        .size   os_switch, . - os_switch

/*
 * os_first(to)
 *
 * Comes from OSStart, r0 = the first task to run. The stack that we are on is never used again.
 */
        .global os_first
        .type   os_first, %function
os_first:
        .cfi_startproc
        .cfi_undefined lr
        ldr     sp, [r0]
        pop     {r4-r11, pc}
        .cfi_endproc
        .size   os_first, . - os_first

/*
 * os_task_starter
 *
 * The first code of a task, from os_switch or os_first: r4 = its function, r5 = its data (os_initial_stack put them there). Events are off
 * yet. Nobody called it, so a stack ends here. A task that returns has ended.
 */
        .global os_task_starter
        .type   os_task_starter, %function
os_task_starter:
        .cfi_startproc
        .cfi_undefined lr
        bl      events_unmask
        mov     r0, r5
        blx     r4
        mov     r0, #255                @ OS_PRIO_SELF
        bl      OSTaskDel
        .cfi_endproc
        .size   os_task_starter, . - os_task_starter
