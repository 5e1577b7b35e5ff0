/* SPDX-License-Identifier: MIT
 *
 * Memory: whole pages by the buddy method (kernel/pages.c) and small pieces out of them (kernel/malloc.c).
 */
#ifndef MM_H
#define MM_H

#include <stddef.h>
#include <stdint.h>

/* Hands the platform's free memory to the allocator; returns the number of free pages. */
unsigned pages_init(void);
/* 2^order pages in one piece, aligned to their own size; a null pointer when there is no such piece. */
void *pages_allocate(unsigned order);
void pages_free(void *block, unsigned order);

/* Bytes for any purpose, aligned to 8; a null pointer when memory is out or length is 0. */
void *malloc(size_t length);
/* Takes what malloc gave, or a null pointer. */
void free(void *memory);

#endif
