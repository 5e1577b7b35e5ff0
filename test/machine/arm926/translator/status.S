@ What kernels do all the time beside computing: masking interrupts, cache maintenance, accesses with User rights, swaps.
@ r0: turns. Its end is at `done`.
.global _start
.global done
done:
    b done
_start:
    adr r4, data
turn:
    mrs r1, cpsr
    orr r2, r1, #0x80
    msr cpsr_c, r2
    ldrt r5, [r4], #4
    add r5, r5, #1
    sub r4, r4, #4
    strt r5, [r4]
    swp r6, r5, [r4]
    swpb r7, r6, [r4]
    mcr p15, 0, r6, c7, c10, 4
    mrc p15, 0, r8, c1, c0, 0
    msr spsr_cxsf, r5
    mrs r9, spsr
    bic r2, r1, #0x80
    orr r2, r2, #0x40
    msr cpsr_c, r2
    msr cpsr_f, #0x60000000
    adc r10, r10, r5
    msr cpsr_f, r5
    adc r10, r10, #1
    mrs r11, cpsr
clean:
    mrc p15, 0, r15, c7, c14, 3
    bne clean
    subs r0, r0, #1
    bne turn
    b done
data:
    .word 0
