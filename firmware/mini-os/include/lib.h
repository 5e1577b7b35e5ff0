/* SPDX-License-Identifier: MIT
 *
 * The few library functions that the guests (and the compiler) need, and reading the command line.
 */
#ifndef LIB_H
#define LIB_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *left, const void *right, size_t length);
size_t strlen(const char *text);

/*
 * The value of the option NAME=value on a command line of words separated by spaces.
 * option_text copies it (cut to size) and returns 1, or returns 0 and leaves the buffer alone.
 * option_number answers `otherwise` if the option is absent or not a decimal number that fits.
 */
int option_text(const char *command_line, const char *name, char *buffer, size_t size);
unsigned option_number(const char *command_line, const char *name, unsigned otherwise);

#endif
