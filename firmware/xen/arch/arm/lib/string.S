/* SPDX-License-Identifier: MIT
 *
 * memcpy, memset: eight words at a time when aligned. Building a domain copies and clears megabytes with these.
 */
#include <asm-arm/asm-macros.h>

        .cfi_sections .debug_frame
        .text

/* In: r0 = to, r1 = from, r2 = bytes. Out: r0 unchanged. */
ENTRY(memcpy)
        stmfd   sp!, {r0, r4-r11, lr}
        .cfi_def_cfa_offset 40
        .cfi_offset 4, -36
        .cfi_offset 5, -32
        .cfi_offset 6, -28
        .cfi_offset 7, -24
        .cfi_offset 8, -20
        .cfi_offset 9, -16
        .cfi_offset 10, -12
        .cfi_offset 11, -8
        .cfi_offset 14, -4
        orr     r3, r0, r1
        tst     r3, #3
        bne     2f
1:      subs    r2, r2, #32
        ldmhsia r1!, {r4-r11}
        stmhsia r0!, {r4-r11}
        bhs     1b
        add     r2, r2, #32
2:      subs    r2, r2, #1
        ldrhsb  r3, [r1], #1
        strhsb  r3, [r0], #1
        bhs     2b
        ldmfd   sp!, {r0, r4-r11, pc}
END(memcpy)

/* In: r0 = to, r1 = byte, r2 = bytes. Out: r0 unchanged. */
ENTRY(memset)
        stmfd   sp!, {r0, r4-r9, lr}
        .cfi_def_cfa_offset 32
        .cfi_offset 4, -28
        .cfi_offset 5, -24
        .cfi_offset 6, -20
        .cfi_offset 7, -16
        .cfi_offset 8, -12
        .cfi_offset 9, -8
        .cfi_offset 14, -4
        and     r1, r1, #0xff
        tst     r0, #3
        bne     2f
        orr     r3, r1, r1, lsl #8
        orr     r3, r3, r3, lsl #16
        mov     r4, r3
        mov     r5, r3
        mov     r6, r3
        mov     r7, r3
        mov     r8, r3
        mov     r9, r3
        mov     r12, r3
1:      subs    r2, r2, #32
        stmhsia r0!, {r3-r9, r12}
        bhs     1b
        add     r2, r2, #32
2:      subs    r2, r2, #1
        strhsb  r1, [r0], #1
        bhs     2b
        ldmfd   sp!, {r0, r4-r9, pc}
END(memset)
