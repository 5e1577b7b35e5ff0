/*
 * Where the guest begins, and where the hypervisor calls it back. The rest is C (main.c).
 */
#include <public/xen.h>

        .syntax unified
        .arm
        .cfi_sections .debug_frame      @ so that the debugger finds every caller

/* What tells the domain builder that this file is a guest. */
        .section __xen_guest, "", %progbits
        .asciz  "GUEST_OS=my-guest,XEN_VER=xen-3.0,LOADER=generic,VIRT_BASE=0xC0000000"

/*
 * _start
 *
 * From the hypervisor, in virtual kernel mode, MMU on, events masked: r12 = struct start_info *, r13 = top of a 4 KB stack.
 * Next: guest_main(start_info).
 */
        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        .cfi_startproc
        .cfi_undefined lr               @ nobody called: the stack ends here
        ldr     sp, =stack_top          @ our own stack, larger than the one we are given
        mov     r0, r12
        bl      guest_main
        .cfi_endproc
        .size   _start, . - _start
        .ltorg

/*
 * callback
 *
 * From the hypervisor, at each upcall (an event, a fault, a system call), events masked: r0 = TRAP_*, r1 = PSR of the interrupted code,
 * r2 = VFAR, r3 = VFSR, r12 = r13 = the frame of 72 bytes with all registers of the interrupted code, on our stack.
 * Next: upcall(trap, frame, vfar, vfsr), then hypercall 31, which goes on with what the frame says.
 *
 * The CFI makes the interrupted code the caller: its registers are in the frame, its pc is word 15.
 */
        .text
        .global callback
        .type   callback, %function
callback:
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
        mov     r1, r12
        bl      upcall
        mov     r0, sp
        mov     r7, #__HYPERVISOR_restore_guest_context
        swi     XEN_HYPERCALL_SWI       @ does not come back here, unless the frame is refused
1:      b       1b
        .cfi_endproc
        .size   callback, . - callback

        .section .stack, "aw", %nobits
        .balign 8
        .space  8192
stack_top:
