/* SPDX-License-Identifier: MIT
 *
 * Small pieces of memory: first fit in a list of chunks, ordered by address, so that freed neighbours join again.
 * Pages come from pages.c when no chunk fits, and stay here.
 */
#include "console.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

/* Stands before each chunk; the memory that malloc hands out follows it. */
struct chunk {
    size_t bytes;           /* of the whole chunk, this header included; a multiple of 8 */
    struct chunk *next;     /* while free: the next free chunk; while in use: IN_USE */
};

#define IN_USE ((struct chunk *)0x6d616c6c)

static struct chunk *first_free;

static struct chunk *chunk_end(struct chunk *chunk)
{
    return (struct chunk *)((char *)chunk + chunk->bytes);
}

/* Puts a chunk into the ordered list and joins it with the neighbours it touches. */
static void insert_chunk(struct chunk *chunk)
{
    struct chunk **link = &first_free, *before = NULL;

    while (*link && *link < chunk) {
        before = *link;
        link = &before->next;
    }
    chunk->next = *link;
    *link = chunk;
    if (chunk->next == chunk_end(chunk)) {
        chunk->bytes += chunk->next->bytes;
        chunk->next = chunk->next->next;
    }
    if (before && chunk_end(before) == chunk) {
        before->bytes += chunk->bytes;
        before->next = chunk->next;
    }
}

/* Gets pages for a chunk of at least so many bytes; 0 when memory is out. */
static int grow(size_t bytes)
{
    unsigned order = 0;

    while ((PAGE_SIZE << order) < bytes)
        order++;
    struct chunk *chunk = pages_allocate(order);
    if (!chunk)
        return 0;
    chunk->bytes = PAGE_SIZE << order;
    insert_chunk(chunk);
    return 1;
}

void *malloc(size_t length)
{
    if (length == 0 || length > 0x10000000)
        return NULL;
    size_t bytes = (length + sizeof(struct chunk) + 7) & ~(size_t)7;
    do {
        for (struct chunk **link = &first_free; *link; link = &(*link)->next) {
            struct chunk *chunk = *link;
            if (chunk->bytes < bytes)
                continue;
            if (chunk->bytes - bytes >= 2 * sizeof(struct chunk)) {
                struct chunk *rest = (struct chunk *)((char *)chunk + bytes);
                rest->bytes = chunk->bytes - bytes;
                rest->next = chunk->next;
                chunk->bytes = bytes;
                *link = rest;
            } else {
                *link = chunk->next;
            }
            chunk->next = IN_USE;
            return chunk + 1;
        }
    } while (grow(bytes));
    return NULL;
}

void free(void *memory)
{
    struct chunk *chunk = (struct chunk *)memory - 1;

    if (!memory)
        return;
    if (chunk->next != IN_USE) {
        printk("mini-OS: free: %p is not in use, ignored\n", memory);
        return;
    }
    insert_chunk(chunk);
}

void *allocate_zeroed(size_t length)
{
    void *memory = malloc(length);

    return memory ? memset(memory, 0, length) : NULL;
}

int malloc_is_sound(void)
{
    for (struct chunk *chunk = first_free; chunk; chunk = chunk->next)
        if (chunk->bytes < sizeof *chunk || chunk->bytes % 8 != 0 || (chunk->next && chunk->next <= chunk_end(chunk)))
            return 0;
    return 1;
}
