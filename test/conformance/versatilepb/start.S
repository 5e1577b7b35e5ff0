@ Entry of the bare-metal programs: vectors copied to 0, a stack for each mode, main, then the line that ends a run.
        .syntax unified
        .text
        .globl  _start
_start:
        ldr     r0, =vectors
        mov     r1, #0
        ldmia   r0!, {r2-r9}
        stmia   r1!, {r2-r9}
        ldmia   r0!, {r2-r9}
        stmia   r1!, {r2-r9}
        msr     cpsr_c, #0xd2
        ldr     sp, =0x80000
        msr     cpsr_c, #0xd1
        ldr     sp, =0x90000
        msr     cpsr_c, #0xd3
        ldr     sp, =0x100000
        bl      main
        ldr     r0, =farewell
        bl      print
1:      b       1b

irq_entry:
        sub     lr, lr, #4
        push    {r0-r3, r12, lr}
        bl      irq_handler
        ldmfd   sp!, {r0-r3, r12, pc}^
fiq_entry:
        sub     lr, lr, #4
        push    {r0-r3, r12, lr}
        bl      fiq_handler
        ldmfd   sp!, {r0-r3, r12, pc}^
unexpected:
        ldr     r0, =trouble
        bl      print
        ldr     r0, =farewell
        bl      print
1:      b       1b

        .weak   irq_handler
        .set    irq_handler, unexpected
        .weak   fiq_handler
        .set    fiq_handler, unexpected

vectors:
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        nop
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        .word   unexpected, unexpected, unexpected, unexpected, unexpected, unexpected, irq_entry, fiq_entry

        .section .rodata
farewell:
        .asciz  "-- end --\n"
trouble:
        .asciz  "unexpected exception\n"
