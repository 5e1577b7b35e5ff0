/* SPDX-License-Identifier: MIT
 *
 * Where a domain begins, and what tells the domain builder that this is a guest.
 *
 * Comes from the hypervisor, in virtual kernel mode, events masked, MMU on: r12 = struct start_info *, r13 = top of a
 * 4 KB boot stack, r0 = 0. Next: platform_start(start_info).
 */
        .syntax unified
        .arm
        .cfi_sections .debug_frame

        .section __xen_guest, "", %progbits
        .asciz  "GUEST_OS=Mini-OS,XEN_VER=xen-3.0,LOADER=generic,VIRT_BASE=0xC0000000"

        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        .cfi_startproc
        .cfi_undefined lr               @ the first frame: nobody called
        ldr     sp, =boot_stack_top     @ our own stack: larger than the builder's
        ldr     r0, =__bss_start        @ .bss comes zeroed from an ELF loader; a raw copy of the image would not
        ldr     r1, =__bss_end
        mov     r2, #0
1:      cmp     r0, r1
        strlo   r2, [r0], #4
        blo     1b
        mov     r0, r12
        bl      platform_start
        .cfi_endproc
        .size   _start, . - _start
        .ltorg

        .section .stack, "aw", %nobits
        .balign 8192
        .type   boot_stack, %object
boot_stack:
        .space  8192
        .size   boot_stack, 8192
        .global boot_stack_top
boot_stack_top:
