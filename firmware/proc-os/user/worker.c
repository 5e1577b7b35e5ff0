/* SPDX-License-Identifier: MIT
 *
 * Process 2: computes, and never gives up the CPU of its own will. The tick takes it away (event, upcall, process switch).
 */
#include "user.h"

#define NUMBERS_PER_ROUND 2000

/* By trial division with subtraction only: the ARM926EJ-S has no divide instruction, and time shall pass. */
static int is_prime(unsigned number)
{
    for (unsigned divisor = 2; divisor * divisor <= number; divisor++) {
        unsigned rest = number;
        while (rest >= divisor)
            rest -= divisor;
        if (rest == 0)
            return 0;
    }
    return number >= 2;
}

int worker_main(unsigned pid, unsigned rounds)
{
    static struct line line;
    unsigned number = 0, primes = 0;

    for (unsigned round = 1; rounds == 0 || round <= rounds; round++) {
        for (unsigned end = number + NUMBERS_PER_ROUND; number < end; number++)
            primes += (unsigned)is_prime(number);
        line_text(&line, "worker: pid ");
        line_number(&line, pid);
        line_text(&line, ": ");
        line_number(&line, primes);
        line_text(&line, " primes below ");
        line_number(&line, number);
        line_write(&line);
    }
    return 0;
}
