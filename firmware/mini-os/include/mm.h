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
unsigned pages_free_count(void);
/* The order of the largest free block; 0 also when there is none. */
unsigned pages_largest_order(void);

/* Bytes for any purpose, aligned to 8; a null pointer when memory is out or length is 0. */
void *malloc(size_t length);
/* Takes what malloc gave, or a null pointer. */
void free(void *memory);
/* The same as malloc, zeroed. */
void *allocate_zeroed(size_t length);
/* Whether the list of free chunks is as it must be: in order, in whole chunks, none next to another. For tests and debugging. */
int malloc_is_sound(void);

#endif
