@ Maps the first 16 MB to themselves, cached and write-back, turns MMU and both caches on, and goes on at _start. Keeps r0 and sp.
        .globl  _mapped
        .equ    TABLE, 0x4000
        .equ    SECTION, 0xc1e          @ a section, all accesses, domain 0, C and B
_mapped:
        ldr     r1, =TABLE
        ldr     r2, =SECTION
        mov     r3, #16
1:      str     r2, [r1], #4
        add     r2, r2, #0x100000
        subs    r3, r3, #1
        bne     1b
        ldr     r1, =TABLE
        mcr     p15, 0, r1, c2, c0, 0
        mov     r1, #1
        mcr     p15, 0, r1, c3, c0, 0   @ domain 0: client
        mov     r1, #0
        mcr     p15, 0, r1, c7, c7, 0
        mcr     p15, 0, r1, c8, c7, 0
        mrc     p15, 0, r1, c1, c0, 0
        ldr     r2, =0x1005             @ M, C and I
        orr     r1, r1, r2
        mcr     p15, 0, r1, c1, c0, 0
        b       _start
        .ltorg
