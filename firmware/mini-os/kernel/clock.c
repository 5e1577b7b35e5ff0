/* SPDX-License-Identifier: MIT
 *
 * The clocks.
 */
#include "platform.h"
#include "timer.h"

uint64_t monotonic_ns(void)
{
    return platform_time_ns();
}

int wall_clock_ns(uint64_t *ns)
{
    return platform_wall_clock_ns(ns);
}

/* Shift and subtract, 32 steps: the quotient has no more bits. */
unsigned split_seconds(uint64_t ns, unsigned *rest)
{
    unsigned seconds = 0;

    for (int bit = 31; bit >= 0; bit--)
        if (ns >> bit >= NS_PER_SECOND) {
            ns -= NS_PER_SECOND << bit;
            seconds |= 1u << bit;
        }
    *rest = (unsigned)ns;
    return seconds;
}
