/* SPDX-License-Identifier: MIT
 *
 * The workload's empty loop of WORKLOAD_LOOP turns, as three builds have it (unit_task.c expands it twice).
 *
 * WORKLOAD_2008: what the compilers of that time made of it without optimisation. They tested in front and branched back
 * behind, and put the limit together from three constants: ten instructions a turn. Today's compilers test at the end and load
 * the limit from memory, whatever they are told, so that those ten stand here as such.
 * Optimised: an empty loop would be dropped; an empty statement that may not be dropped keeps the turns.
 * Else: the empty loop, as the compiler at hand compiles it.
 */
#ifndef TURN_H
#define TURN_H

#if defined(WORKLOAD_2008)
/* i stays in memory. 98304 + 1680 + 15 = 99999: the last turn. */
#define EMPTY_LOOP(i) \
    i = 0; \
    __asm__ volatile("1:     ldr     r2, %0\n" \
                     "       mov     r3, #98304\n" \
                     "       add     r3, r3, #1680\n" \
                     "       add     r3, r3, #15\n" \
                     "       cmp     r2, r3\n" \
                     "       bgt     2f\n" \
                     "       ldr     r3, %0\n" \
                     "       add     r3, r3, #1\n" \
                     "       str     r3, %0\n" \
                     "       b       1b\n" \
                     "2:" : "+m"(i) : : "r2", "r3", "cc")
_Static_assert(WORKLOAD_LOOP == 98304 + 1680 + 15 + 1, "the loop above has its limit in it");
#elif defined(__OPTIMIZE__)
#define EMPTY_LOOP(i) for (i = 0; i < WORKLOAD_LOOP; i++) __asm__ volatile("")
#else
#define EMPTY_LOOP(i) for (i = 0; i < WORKLOAD_LOOP; i++)
#endif

#endif
