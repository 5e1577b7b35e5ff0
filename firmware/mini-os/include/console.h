/* SPDX-License-Identifier: MIT
 *
 * Printing. One call of printk is one piece on the console, so print whole lines: then the lines of several domains
 * never mix.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>

/* The longest line; the rest is cut off. */
#define PRINTK_MAX 256

/*
 * As in C: d i u x X o c s p %, the flags - + space # 0, width and precision (numbers or *), the sizes hh h l ll z t j. No floating
 * point, no n. What is none of these is printed as it stands.
 */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same into a buffer of `size` bytes; always NUL-terminated. Returns the bytes written, without the NUL. */
size_t format_text(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
