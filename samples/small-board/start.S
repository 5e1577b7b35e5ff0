@ Entry of the sample: the CPU starts here in SVC mode with interrupts masked, because the board has no boot loader.

        .global _start
        .section .text.start
_start:
        @ The exception vectors are at 0, in the second bank of RAM. Only the IRQ vector is used.
        mov     r0, #0
        ldr     r1, =vectors
        ldmia   r1, {r2-r9}
        stmia   r0!, {r2-r9}
        ldr     r1, =irq_entry
        str     r1, [r0]                @ 0x20: what the vector loads
        msr     cpsr_c, #0xd2           @ IRQ mode
        ldr     sp, =0x8000
        msr     cpsr_c, #0xd3           @ SVC mode
        ldr     sp, =0x80100000
        bl      main
        b       .

vectors:
        .rept   6
        b       .
        .endr
        ldr     pc, [pc, #0]            @ IRQ, at 0x18: loads from 0x20
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
        mcr     p15, 0, r0, c7, c0, 4   @ wait for interrupt
        bx      lr
