/* SPDX-License-Identifier: MIT
 *
 * The first step into virtual user mode. Every later one is the end of an upcall (callback.S).
 */
#include <public/xen.h>

        .syntax unified
        .arm
        .cfi_sections .debug_frame
        .text

/*
 * enter_user(regs)
 *
 * Comes from processes_start, r0 = the process's 18 registers, mode bits in psr = user. They go to the top of the kernel
 * stack, because hypercall 31 makes "behind the frame" the new VKSP: the next upcall finds the stack empty.
 * Next: do_restore_guest_context in the hypervisor, then the process.
 */
        .global enter_user
        .type   enter_user, %function
enter_user:
        .cfi_startproc
        .cfi_undefined lr
        ldr     sp, =boot_stack_top
        sub     sp, sp, #72
        mov     r1, sp
        mov     r2, #18
1:      ldr     r3, [r0], #4
        str     r3, [r1], #4
        subs    r2, r2, #1
        bne     1b
        mov     r0, sp
        mov     r7, #__HYPERVISOR_restore_guest_context
        swi     XEN_HYPERCALL_SWI
        bl      guest_frame_refused     @ r0 = why; ends the domain
        .cfi_endproc
        .size   enter_user, . - enter_user
        .ltorg
