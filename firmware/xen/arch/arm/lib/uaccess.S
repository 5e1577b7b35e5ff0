/* SPDX-License-Identifier: MIT
 *
 * Copies between a hypercall's guest and the hypervisor.
 *
 * The guest's side is accessed with ldrt/strt, that is with USR rights, under the DACR of virtual kernel mode (hypercalls
 * come from nowhere else): exactly what the guest's kernel may touch itself, never D0. What it may not touch raises a
 * data abort, whose fix-up (on_abort) ends the copy.
 *
 * unsigned long copy_from_guest_raw(void *to, const void *guest_from, unsigned long bytes)
 * unsigned long copy_to_guest_raw(void *guest_to, const void *from, unsigned long bytes)
 * In: r0 = to, r1 = from, r2 = bytes. Out: r0 = 0, or 1 if a part of the range is out of reach.
 */
#include <asm-arm/asm-macros.h>

        .cfi_sections .debug_frame
        .text

.macro copy_guest name, load, store, load_byte, store_byte
ENTRY(\name)
        orr     r3, r0, r1
        tst     r3, #3
        bne     2f
1:      subs    r2, r2, #4                      @ whole words while both sides are aligned
        blt     3f
        \load   r3, [r1], #4
        \store  r3, [r0], #4
        b       1b
3:      add     r2, r2, #4
2:      subs    r2, r2, #1
        blt     4f
        \load_byte r3, [r1], #1
        \store_byte r3, [r0], #1
        b       2b
4:      mov     r0, #0
        mov     pc, lr
5:      mov     r0, #1
        mov     pc, lr
        on_abort 1b, 4b, 5b
END(\name)
.endm

        copy_guest copy_from_guest_raw, ldrt, str, ldrbt, strb
        copy_guest copy_to_guest_raw, ldr, strt, ldrb, strbt
