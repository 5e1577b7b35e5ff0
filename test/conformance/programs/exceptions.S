@ System calls, undefined instructions and banked registers: what each vector sees, recorded at `results`.
        .syntax unified
        .text
        .globl  _start, done, results, results_end
_start:
        ldr     r0, =vectors
        mov     r1, #0
        ldmia   r0!, {r2-r9}
        stmia   r1!, {r2-r9}
        ldmia   r0!, {r2-r9}
        stmia   r1!, {r2-r9}
        ldr     r10, =results
        @ Stacks of the exception modes, each its own value.
        msr     cpsr_c, #0xd7
        ldr     sp, =0x3000
        msr     cpsr_c, #0xdb
        ldr     sp, =0x3100
        msr     cpsr_c, #0xd2
        ldr     sp, =0x3200
        msr     cpsr_c, #0xd1
        mov     r8, #0x81
        mov     r9, #0x91
        msr     cpsr_c, #0xdf
        ldr     sp, =0x3300
        mov     lr, #0x55
        msr     cpsr_c, #0xd3
        ldr     sp, =0x3400
        swi     #0x123456
        .word   0xe7f000f0              @ undefined, from SVC
        cmp     r0, r0
        msr     cpsr_c, #0x10           @ user mode
        swi     #0x82
        .word   0xe7f000f0              @ undefined, from USR
        mcr     p15, 0, r0, c1, c0, 0   @ not allowed to USR
        mrs     r1, cpsr
        str     r1, [r10], #4
        msr     cpsr_c, #0xd3           @ no effect in USR on the mode
        mrs     r1, cpsr
        str     r1, [r10], #4
        swi     #0x1                    @ comes back in SVC
        mrs     r1, cpsr
        str     r1, [r10], #4
        msr     cpsr_c, #0xdf
        str     sp, [r10], #4
        str     lr, [r10], #4
        msr     cpsr_c, #0xd1
        add     r3, r8, r9
        msr     cpsr_c, #0xd3
        str     r3, [r10], #4
done:   b       done

@ Records lr and spsr; swi #1 returns to SVC mode.
swi_handler:
        str     lr, [r10], #4
        mrs     r2, spsr
        str     r2, [r10], #4
        ldr     r3, [lr, #-4]
        str     r3, [r10], #4
        bic     r3, r3, #0xff000000
        cmp     r3, #1
        bne     1f
        orr     r2, r2, #0xd3
        msr     spsr_c, r2
1:      movs    pc, lr
undefined_handler:
        str     lr, [r10], #4
        mrs     r2, spsr
        str     r2, [r10], #4
        mrs     r2, cpsr
        str     r2, [r10], #4
        str     sp, [r10], #4
        movs    pc, lr
hang:   b       hang
        .align  3
vectors:
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        nop
        ldr     pc, [pc, #24]
        ldr     pc, [pc, #24]
        .word   hang, undefined_handler, swi_handler, hang, hang, hang, hang, hang
        .ltorg
        .align  3
results:
        .space  256
results_end:
