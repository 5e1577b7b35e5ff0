/* SPDX-License-Identifier: MIT
 *
 * 64-bit division. The CPU has none; schedulers need it a few times per switch.
 */
#include <xen/lib.h>

/* By shifting and subtracting; starts at the dividend's highest bit. The divisor must not be 0. */
uint64_t divide64(uint64_t dividend, uint32_t divisor)
{
    uint64_t quotient = 0, rest = 0;
    int bit = 63;

    while (bit > 0 && !(dividend >> bit))
        bit--;
    for (; bit >= 0; bit--) {
        rest = rest << 1 | (dividend >> bit & 1);
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= (uint64_t)1 << bit;
        }
    }
    return quotient;
}
