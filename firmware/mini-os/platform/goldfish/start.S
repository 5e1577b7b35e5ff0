/* SPDX-License-Identifier: MIT
 *
 * Where the native kernel begins.
 *
 * Comes from the board's boot code at address 0, in SVC mode, IRQ and FIQ masked, MMU off: r0 = 0, r1 = 1441 (machine
 * type goldfish), r2 = address of the tag list. The kernel is linked where it is loaded, and leaves the MMU off.
 * Next: platform_start(tag list).
 */
#include "board.h"

        .syntax unified
        .arm
        .cfi_sections .debug_frame

        .section .text.start, "ax", %progbits
        .global _start
        .type   _start, %function
_start:
        .cfi_startproc
        .cfi_undefined lr               @ the first frame: nobody called
        /* Stacks of the exception modes (vectors.S uses them only to get to SVC mode). */
        msr     cpsr_c, #MODE_IRQ | CPSR_IRQ_OFF | CPSR_FIQ_OFF
        ldr     sp, =irq_stack_top
        msr     cpsr_c, #MODE_ABT | CPSR_IRQ_OFF | CPSR_FIQ_OFF
        ldr     sp, =abt_stack_top
        msr     cpsr_c, #MODE_UND | CPSR_IRQ_OFF | CPSR_FIQ_OFF
        ldr     sp, =und_stack_top
        msr     cpsr_c, #MODE_SVC | CPSR_IRQ_OFF | CPSR_FIQ_OFF
        ldr     sp, =boot_stack_top
        ldr     r0, =__bss_start
        ldr     r1, =__bss_end
        mov     r3, #0
1:      cmp     r0, r1
        strlo   r3, [r0], #4
        blo     1b
        /* The vector table to address 0: over the boot code there, below the tag list at 0x100. */
        ldr     r0, =vector_table
        ldr     r1, =vector_table_end
2:      ldr     r4, [r0], #4
        str     r4, [r3], #4
        cmp     r0, r1
        blo     2b
        mov     r0, r2
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
boot_stack_top:
        .space  64
irq_stack_top:
        .space  64
abt_stack_top:
        .space  64
und_stack_top:
