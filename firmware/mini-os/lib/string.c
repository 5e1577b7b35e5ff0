/* SPDX-License-Identifier: MIT
 *
 * Memory and strings, as lib.h says. Plain loops, but whole words where that is simple.
 */
#include "lib.h"

#include <stdint.h>

void *memcpy(void *to, const void *from, size_t length)
{
    char *target = to;
    const char *source = from;

    if (((uintptr_t)target | (uintptr_t)source) % 4 == 0)
        for (; length >= 4; length -= 4, target += 4, source += 4)
            *(unsigned *)target = *(const unsigned *)source;
    while (length--)
        *target++ = *source++;
    return to;
}

void *memset(void *to, int value, size_t length)
{
    char *target = to;

    for (; length && (uintptr_t)target % 4; length--)
        *target++ = (char)value;
    for (unsigned word = (unsigned char)value * 0x01010101u; length >= 4; length -= 4, target += 4)
        *(unsigned *)target = word;
    while (length--)
        *target++ = (char)value;
    return to;
}

int memcmp(const void *left, const void *right, size_t length)
{
    const unsigned char *a = left, *b = right;

    for (; length; length--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}
