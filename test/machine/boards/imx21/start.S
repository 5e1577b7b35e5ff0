@ Entered by the ATAG boot protocol: r1 = machine type, r2 = tagged list. The i.MX21 has no memory at 0, so the MMU maps it: one
@ section for the vectors, the rest of the address space as it is.
        .global _start
        .section .text.start
_start:
        mov     r8, r1
        mov     r9, r2
        ldr     r0, =0xc0200000         @ first-level table: sections, all access, mapped to themselves
        mov     r1, #0
        ldr     r2, =0xc12
1:      orr     r3, r2, r1, lsl #20
        str     r3, [r0, r1, lsl #2]
        add     r1, r1, #1
        cmp     r1, #4096
        bne     1b
        ldr     r3, =0xc0300c12         @ virtual 0 is SDRAM at 0xC0300000
        str     r3, [r0]
        mcr     p15, 0, r0, c2, c0, 0
        mov     r1, #1
        mcr     p15, 0, r1, c3, c0, 0
        mcr     p15, 0, r1, c8, c7, 0
        mrc     p15, 0, r1, c1, c0, 0
        orr     r1, r1, #1
        mcr     p15, 0, r1, c1, c0, 0
        mov     r0, #0x18
        ldr     r1, =0xe59ff000         @ ldr pc, [pc]: from 0x20
        str     r1, [r0]
        ldr     r1, =irq_entry
        str     r1, [r0, #8]
        msr     cpsr_c, #0xd2
        ldr     sp, =0xffffff00         @ the internal RAM
        msr     cpsr_c, #0xd3
        ldr     sp, =0xc0100000
        mov     r0, r8
        mov     r1, r9
        bl      main
        b       .

irq_entry:
        sub     lr, lr, #4
        push    {r0-r3, r12, lr}
        bl      handle_irq
        ldm     sp!, {r0-r3, r12, pc}^

        .global enable_irq
enable_irq:
        mrs     r0, cpsr
        bic     r0, r0, #0x80
        msr     cpsr_c, r0
        bx      lr

        .global wait
wait:
        mov     r0, #0
        mcr     p15, 0, r0, c7, c0, 4
        bx      lr
