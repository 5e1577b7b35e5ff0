@ CRC-32 of a block, a sort in Thumb and long arithmetic: a program as compilers write them, with calls between the instruction sets.
        .syntax unified
        .text
        .globl  _start, done, results, results_end
_start:
        ldr     sp, =0x8000
        ldr     r4, =results
        ldr     r0, =_start
        mov     r1, #512
        bl      crc32
        str     r0, [r4], #4
        mov     r5, #0                  @ 32 pseudo-random words
        ldr     r0, =12345
        ldr     r2, =1103515245
1:      mul     r3, r0, r2
        add     r0, r3, #0x3000
        add     r0, r0, #0x39
        str     r0, [r4, r5, lsl #2]
        add     r5, r5, #1
        cmp     r5, #32
        blo     1b
        mov     r0, r4
        mov     r1, #32
        ldr     r12, =sort
        blx     r12
        mov     r6, #0
        mov     r7, #0
        mov     r5, #0
2:      ldr     r0, [r4, r5, lsl #2]
        smlal   r6, r7, r0, r0
        qadd    r8, r0, r8
        clz     r9, r0
        add     r6, r6, r9
        add     r5, r5, #1
        cmp     r5, #32
        blo     2b
        add     r4, r4, #128
        stmia   r4!, {r6-r8}
        mrs     r0, cpsr
        and     r0, r0, #0x08000000
        str     r0, [r4]
done:   b       done

crc32:  mvn     r2, #0
        ldr     r12, =0xedb88320
3:      ldrb    r3, [r0], #1
        eor     r2, r2, r3
        mov     r3, #8
4:      lsrs    r2, r2, #1
        eorcs   r2, r2, r12
        subs    r3, r3, #1
        bne     4b
        subs    r1, r1, #1
        bne     3b
        mvn     r0, r2
        bx      lr
        .ltorg

        .thumb
        .thumb_func
sort:   push    {r4-r7, lr}             @ r0 words, r1 count: insertion sort
        movs    r2, #1
5:      cmp     r2, r1
        bhs     8f
        lsls    r3, r2, #2
        ldr     r4, [r0, r3]
6:      cmp     r3, #0
        beq     7f
        subs    r5, r3, #4
        ldr     r6, [r0, r5]
        cmp     r6, r4
        ble     7f
        str     r6, [r0, r3]
        movs    r3, r5
        b       6b
7:      str     r4, [r0, r3]
        adds    r2, #1
        b       5b
8:      pop     {r4-r7, pc}
        .align  3
results:
        .space  256
results_end:
