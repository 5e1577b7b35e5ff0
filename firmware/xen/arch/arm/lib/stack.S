/* SPDX-License-Identifier: MIT
 *
 * void call_on_stack(void (*function)(void *), void *argument, void *top)
 *
 * Who comes here: C code that needs more stack than a vCPU's page, with IRQ masked: `current` is found by the stack pointer.
 * What happens:   sp = top; function(argument); sp back. r4 keeps the old sp, by which a debugger unwinds.
 */
#include <asm-arm/asm-macros.h>

        .cfi_sections .debug_frame
        .text

ENTRY(call_on_stack)
        stmfd   sp!, {r4, lr}
        .cfi_def_cfa_offset 8
        .cfi_offset 4, -8
        .cfi_offset 14, -4
        mov     r4, sp
        .cfi_def_cfa_register 4
        mov     sp, r2
        mov     r3, r0
        mov     r0, r1
        mov     lr, pc
        mov     pc, r3
        mov     sp, r4
        .cfi_def_cfa_register 13
        ldmfd   sp!, {r4, pc}
END(call_on_stack)
