@ Sections, coarse and fine tables, MMU domains and AP: which accesses abort, and with what FSR and FAR, recorded at `results`.
        .syntax unified
        .text
        .globl  _start, done, results, results_end
        .equ    L1, 0x40000
        .equ    L2, 0x44000
        .equ    FINE, 0x45000
_start:
        ldr     r0, =vectors
        mov     r1, #0
        ldmia   r0!, {r2-r9}
        stmia   r1!, {r2-r9}
        ldmia   r0!, {r2-r9}
        stmia   r1!, {r2-r9}
        ldr     r10, =results
        msr     cpsr_c, #0xd7
        ldr     sp, =0x3000
        msr     cpsr_c, #0xd3
        @ Clear the tables.
        ldr     r0, =L1
        mov     r1, #0
        ldr     r2, =0x46000
1:      str     r1, [r0], #4
        cmp     r0, r2
        blo     1b
        ldr     r0, =L1
        ldr     r1, =0x00000c12         @ 0x000: identity, D0, AP=11
        str     r1, [r0]
        ldr     r1, =0x00000432         @ 0x100: to 0, D1, AP=01
        str     r1, [r0, #0x400]
        ldr     r1, =0x00000852         @ 0x200: to 0, D2, AP=10
        str     r1, [r0, #0x800]
        ldr     r1, =0x00000072         @ 0x300: to 0, D3, AP=00
        str     r1, [r0, #0xc00]
        add     r3, r0, #0x1000
        ldr     r1, =(L2 + 0x91)        @ 0x400: coarse, D4
        str     r1, [r3]
        ldr     r1, =(FINE + 0xb3)      @ 0x500: fine, D5
        str     r1, [r3, #0x400]
        ldr     r1, =0x00000cd2         @ 0x600: section, D6 (no access below)
        str     r1, [r3, #0x800]
        ldr     r0, =L2
        ldr     r1, =0x00000e4e         @ page 0: small, subpages AP 00 01 10 11 (low to high)
        orr     r1, r1, #0
        str     r1, [r0]
        ldr     r1, =0x0000055e         @ page 1: small, AP=01 everywhere
        str     r1, [r0, #4]
        ldr     r1, =0x00000aad         @ pages 16-31: large, AP=10
        mov     r2, #16
2:      subs    r2, r2, #1
        add     r4, r0, #64
        str     r1, [r4, r2, lsl #2]
        bne     2b
        ldr     r0, =FINE
        ldr     r1, =0x0000003f         @ tiny page 0: AP=11
        str     r1, [r0]
        ldr     r1, =0x0000001f         @ tiny page 1: AP=01
        str     r1, [r0, #4]
        ldr     r0, =L1
        mcr     p15, 0, r0, c2, c0, 0
        ldr     r0, =0x00000f55         @ D0-D3 client, D4, D5 manager, D6 none
        bic     r0, r0, #0xf00
        orr     r0, r0, #0x500          @ ... D4, D5 client
        mcr     p15, 0, r0, c3, c0, 0
        mov     r0, #0
        mcr     p15, 0, r0, c8, c7, 0
        mrc     p15, 0, r0, c1, c0, 0
        orr     r0, r0, #1
        mcr     p15, 0, r0, c1, c0, 0
        nop
        nop
        mov     r11, #0                 @ which access
        bl      probe_all               @ as SVC
        msr     cpsr_c, #0x10
        bl      probe_all               @ as USR
        swi     #0
        @ Managers are not asked for AP.
        ldr     r0, =0x00000ff5
        orr     r0, r0, #0xf0
        mcr     p15, 0, r0, c3, c0, 0
        bl      probe_all
        mrc     p15, 0, r0, c1, c0, 0
        bic     r0, r0, #1
        mcr     p15, 0, r0, c1, c0, 0
        nop
        nop
done:   b       done

@ Reads and writes (what was read) at each address of the list.
probe_all:
        ldr     r7, =addresses
        ldr     r8, =addresses_end
3:      ldr     r6, [r7], #4
        mov     r5, #0
        ldr     r5, [r6]
        str     r5, [r6]
        cmp     r7, r8
        blo     3b
        mov     pc, lr
addresses:
        .word   0x00003000, 0x10003004, 0x20003008, 0x3000300c, 0x40000000, 0x40000400, 0x40000800, 0x40000c00
        .word   0x40001010, 0x40010020, 0x40002000, 0x50000030, 0x50000430, 0x50000830, 0x60003000, 0x70000000
addresses_end:

@ Records the aborting pc's distance, FSR and FAR, and goes on after the instruction.
abort_handler:
        sub     r3, lr, #8
        str     r3, [r10], #4
        mrc     p15, 0, r3, c5, c0, 0
        and     r3, r3, #0xff
        str     r3, [r10], #4
        mrc     p15, 0, r3, c6, c0, 0
        str     r3, [r10], #4
        subs    pc, lr, #4
swi_handler:
        mrs     r3, spsr
        orr     r3, r3, #0xd3
        msr     spsr_c, r3
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
        .word   hang, hang, swi_handler, hang, abort_handler, hang, hang, hang
        .ltorg
        .align  3
results:
        .space  1024
results_end:
