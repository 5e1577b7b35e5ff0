@ A tight loop: four dependent additions, a count, a branch. r0 = turns.
        .globl  _start, done
_start: mov     r1, #0
1:      add     r1, r1, r0
        add     r2, r1, #3
        add     r1, r2, r1, lsr #5
        add     r3, r1, r2
        subs    r0, r0, #1
        bne     1b
        b       done
@ On a page of its own: QEMU runs code on the page of a breakpoint one instruction at a time.
        .space  0x2000
done:   b       done
