/* SPDX-License-Identifier: MIT
 *
 * Changing from one thread to another, and where a new thread begins.
 */
        .syntax unified
        .arm
        .cfi_sections .debug_frame
        .text

        .equ THREAD_SP, 8           @ offsets in struct thread (sched.h)
        .equ THREAD_IP, 12

/*
 * switch_threads(from, to)
 *
 * Comes from schedule(), r0 = from, r1 = to. By the procedure call standard the caller keeps r0-r3, r12; the rest is
 * saved here. Goes on at to->ip: after `switch_threads` in the schedule() of that thread, or in thread_starter.
 */
        .global switch_threads
        .type   switch_threads, %function
switch_threads:
        .cfi_startproc
        push    {r4-r11}
        .cfi_def_cfa_offset 32
        .cfi_offset r4, -32
        .cfi_offset r5, -28
        .cfi_offset r6, -24
        .cfi_offset r7, -20
        .cfi_offset r8, -16
        .cfi_offset r9, -12
        .cfi_offset r10, -8
        .cfi_offset r11, -4
        str     sp, [r0, #THREAD_SP]
        str     lr, [r0, #THREAD_IP]
        ldr     sp, [r1, #THREAD_SP]
        ldr     lr, [r1, #THREAD_IP]
        pop     {r4-r11}
        .cfi_def_cfa_offset 0
        .cfi_restore r4
        .cfi_restore r5
        .cfi_restore r6
        .cfi_restore r7
        .cfi_restore r8
        .cfi_restore r9
        .cfi_restore r10
        .cfi_restore r11
        bx      lr
        .cfi_endproc
        .size   switch_threads, . - switch_threads

/*
 * thread_starter
 *
 * The first code of a thread, from switch_threads: r4 = its function, r5 = its data (create_thread put them there).
 * Nobody called it, so a stack ends here: the return address is marked undefined.
 */
        .global thread_starter
        .type   thread_starter, %function
thread_starter:
        .cfi_startproc
        .cfi_undefined lr
        mov     r0, r5
        blx     r4
        bl      exit_thread
        .cfi_endproc
        .size   thread_starter, . - thread_starter
