/* SPDX-License-Identifier: MIT
 *
 * Memory and strings, as lib.h says. Plain loops: nothing here is on a path whose speed matters.
 */
#include "lib.h"

void *memcpy(void *to, const void *from, size_t length)
{
    char *target = to;
    const char *source = from;

    while (length--)
        *target++ = *source++;
    return to;
}

void *memset(void *to, int value, size_t length)
{
    char *target = to;

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

int strcmp(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return (unsigned char)*left - (unsigned char)*right;
}
