/* SPDX-License-Identifier: MIT
 *
 * The one place where the hypervisor enters a running guest: events, system calls and faults alike.
 */
#include <public/xen.h>

        .syntax unified
        .arm
        .cfi_sections .debug_frame
        .text

/*
 * hypervisor_callback
 *
 * Comes from do_upcall in the hypervisor, in virtual kernel mode, events masked:
 *   r0 = TRAP_*, r1 = PSR of the interrupted code, r2 = VFAR, r3 = VFSR, r12 = r13 = the frame on our kernel stack.
 * All registers of the interrupted code are in the frame, so each is free here.
 * Next: guest_upcall(trap, frame, vfar, vfsr), then hypercall 31, which loads the frame and clears the mask.
 *
 * The CFI makes the interrupted code the caller of this one. Its registers are in the frame, its pc is the frame's
 * word 15: hence column 15 is the return address, and the link register is only a register.
 */
        .global hypervisor_callback
        .type   hypervisor_callback, %function
hypervisor_callback:
        .cfi_startproc simple
        .cfi_signal_frame
        .cfi_return_column 15
        .cfi_def_cfa sp, 72
        .cfi_offset r0, -72
        .cfi_offset r1, -68
        .cfi_offset r2, -64
        .cfi_offset r3, -60
        .cfi_offset r4, -56
        .cfi_offset r5, -52
        .cfi_offset r6, -48
        .cfi_offset r7, -44
        .cfi_offset r8, -40
        .cfi_offset r9, -36
        .cfi_offset r10, -32
        .cfi_offset r11, -28
        .cfi_offset r12, -24
        .cfi_offset sp, -20
        .cfi_offset lr, -16
        .cfi_offset 15, -12
        mov     r1, r12                 @ the PSR is in the frame too: its address says more
        bl      guest_upcall
        mov     r0, sp
        mov     r7, #__HYPERVISOR_restore_guest_context
        swi     XEN_HYPERCALL_SWI
        /*
         * Only a refused frame comes back here. There is nothing to go back to, and no second way to say so.
         */
        bl      guest_frame_refused
        .cfi_endproc
        .size   hypervisor_callback, . - hypervisor_callback
