/* SPDX-License-Identifier: MIT
 *
 * The first instructions.
 *
 * Who comes here: the boot loader, at machine address 0x10000, MMU off, SVC mode, IRQ and FIQ masked;
 *                 r0 = 0, r1 = machine type (1441 = goldfish), r2 = machine address of the tag list.
 * What happens:   builds the first-level table at machine address 0xC000 (idle_pgdir), switches MMU and caches on,
 *                 clears .bss, gives each exception mode its three words, and calls start_xen(r1, r2).
 *
 * The table has 1 MB sections, all D0, privileged only:
 *   VA 0 .. 512 MB -> the same machine address: for building domains, in this table only, never in a guest's
 *   DIRECTMAP      -> machine memory from 0, 12 MB
 *   IOREMAP        -> 0xFF000000: all goldfish devices of the first megabyte, uncached
 * paging_init (mm.c) adds the rest.
 */
#include <asm-arm/asm-macros.h>
#include <asm-arm/cpu-domain.h>
#include <asm-arm/pgtable.h>

        .cfi_sections .debug_frame
        .section .text.start, "ax"

ENTRY(_start)
        .cfi_undefined 14
        ldr     r4, =IDLE_PGDIR_PHYS

        @ r4 = table, r5 = descriptor, r6 = slot address, r7 = end; eight words at a time are cleared, since each
        @ instruction here stands between a person and the first stop
        mov     r5, #0
        mov     r6, r4
        add     r7, r4, #0x4000
        mov     r3, r5
        mov     r8, r5
        mov     r9, r5
        mov     r10, r5
        mov     r11, r5
        mov     r12, r5
        mov     r13, r5
1:      stmia   r6!, {r3, r5, r8-r13}
        cmp     r6, r7
        blo     1b

        ldr     r5, =(SECTION_XEN_CACHED)
        mov     r6, r4
        add     r7, r4, #((MAX_RAM_BYTES >> SECTION_SHIFT) * 4)
2:      str     r5, [r6], #4
        add     r5, r5, #(1 << SECTION_SHIFT)
        cmp     r6, r7
        blo     2b

        ldr     r5, =(SECTION_XEN_CACHED)
        ldr     r6, =(IDLE_PGDIR_PHYS + (DIRECTMAP_VIRT_START >> SECTION_SHIFT) * 4)
        ldr     r7, =(IDLE_PGDIR_PHYS + (IOREMAP_VIRT_START >> SECTION_SHIFT) * 4)
3:      str     r5, [r6], #4
        add     r5, r5, #(1 << SECTION_SHIFT)
        cmp     r6, r7
        blo     3b

        ldr     r5, =(0xFF000000 + SECTION_XEN_UNCACHED)
        str     r5, [r7]

        mov     r0, #0
        mcr     p15, 0, r0, c7, c7, 0           @ invalidate both caches
        mcr     p15, 0, r0, c7, c10, 4          @ drain the write buffer
        mcr     p15, 0, r0, c8, c7, 0           @ invalidate the TLB
        mcr     p15, 0, r4, c2, c0, 0           @ TTBR
        mov     r0, #DACR_STAT_HYPERVISOR
        mcr     p15, 0, r0, c3, c0, 0
        mrc     p15, 0, r0, c1, c0, 0
        ldr     r3, =0x3307                     @ clear: V (low vectors), I, R, S, and C, A, M before setting
        bic     r0, r0, r3
        ldr     r3, =0x1007                     @ set: I-cache, D-cache, alignment check, MMU
        orr     r0, r0, r3
        mcr     p15, 0, r0, c1, c0, 0
        mrc     p15, 0, r0, c2, c0, 0           @ wait until CP15 is done: the next fetches still use the same address
        mov     r0, r0
        ldr     pc, =start_virtual
END(_start)

/*
 * Who comes here: _start, by an absolute address: now at 0xFF01xxxx, MMU and caches on; r1, r2 as the loader gave them.
 * What happens:   clears .bss, sets the stack pointers of all modes, and goes on in C: start_xen(r0 = machine type, r1 = tags).
 */
ENTRY(start_virtual)
        .cfi_undefined 14
        ldr     r3, =__bss_start
        ldr     r4, =__bss_end
        mov     r5, #0
        mov     r6, r5
        mov     r7, r5
        mov     r8, r5
        mov     r9, r5
        mov     r10, r5
        mov     r11, r5
        mov     r12, r5
1:      stmia   r3!, {r5-r12}
        cmp     r3, r4
        blo     1b

        @ r13 of IRQ, ABT, UND points at three words: r0, pc and psr of what was interrupted, for a few instructions
        ldr     r3, =exception_save
        msr     cpsr_c, #0xd2
        mov     sp, r3
        msr     cpsr_c, #0xd7
        add     sp, r3, #16
        msr     cpsr_c, #0xdb
        add     sp, r3, #32
        msr     cpsr_c, #PSR_SVC_NOIRQ

        ldr     sp, =(cpu0_stack + STACK_SIZE)
        mov     r0, r1
        mov     r1, r2
        mov     lr, #0
        b       start_xen
END(start_virtual)
        .ltorg

        .section .bss.page_aligned, "aw", %nobits
        .align  12
        .globl  cpu0_stack
        .type   cpu0_stack, %object
cpu0_stack:                                     @ boot, then the idle vCPU
        .space  STACK_SIZE
        .size   cpu0_stack, STACK_SIZE

        .bss
        .align  4
        .type   exception_save, %object
exception_save:
        .space  48
        .size   exception_save, 48
