/* SPDX-License-Identifier: MIT
 *
 * The two allocators: nothing handed out twice, everything joined again, mistakes noticed.
 */
#include "mm.h"

#include "lib.h"
#include "platform.h"
#include "selftest.h"

#define BLOCKS 64
#define STEPS  2000

static struct {
    unsigned char *start;
    unsigned size, mark;
} blocks[BLOCKS];

/* A linear congruential generator: the same numbers in each run. */
static unsigned random_state = 1;
static unsigned random_below(unsigned limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (unsigned)(((uint64_t)(random_state >> 8) * limit) >> 24);
}

/* Only the ends are marked: overlapping blocks overlap with one of them at an end. */
static int is_intact(unsigned i)
{
    return *(unsigned *)blocks[i].start == blocks[i].mark &&
           memcmp(blocks[i].start + blocks[i].size - 4, &blocks[i].mark, 4) == 0;
}

static void mark_block(unsigned i)
{
    static unsigned marks;

    blocks[i].mark = ++marks * 0x9e3779b9u;
    memcpy(blocks[i].start, &blocks[i].mark, 4);
    memcpy(blocks[i].start + blocks[i].size - 4, &blocks[i].mark, 4);
}

/* Takes and gives at random; 1 when every block kept its contents and was aligned (a power of two; 0: to its own size). */
static int churn(void *(*take)(unsigned size), void (*give)(void *start, unsigned size), unsigned (*next_size)(void),
                 unsigned alignment)
{
    int is_right = 1;

    for (unsigned step = 0; step < STEPS; step++) {
        unsigned i = random_below(BLOCKS);
        if (blocks[i].start) {
            is_right &= is_intact(i);
            give(blocks[i].start, blocks[i].size);
            blocks[i].start = NULL;
        } else {
            blocks[i].size = next_size();
            blocks[i].start = take(blocks[i].size);
            if (!blocks[i].start)
                continue;
            is_right &= ((uintptr_t)blocks[i].start & ((alignment ? alignment : blocks[i].size) - 1)) == 0;
            mark_block(i);
        }
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        if (blocks[i].start) {
            is_right &= is_intact(i);
            give(blocks[i].start, blocks[i].size);
            blocks[i].start = NULL;
        }
    return is_right;
}

static unsigned order_of(unsigned size)
{
    unsigned order = 0;

    while (PAGE_SIZE << order < size)
        order++;
    return order;
}

static void *take_pages(unsigned size)
{
    return pages_allocate(order_of(size));
}

static void give_pages(void *start, unsigned size)
{
    pages_free(start, order_of(size));
}

static unsigned pages_size(void)
{
    return PAGE_SIZE << random_below(5);
}

void test_pages(void)
{
    unsigned free_before = pages_free_count(), largest_before = pages_largest_order();

    check(churn(take_pages, give_pages, pages_size, 0), "blocks of pages are aligned to their size and never overlap");
    check(pages_free_count() == free_before, "no page is lost");
    check(pages_largest_order() == largest_before, "freed blocks join again up to the largest");
    void *block = pages_allocate(1);
    pages_free(block, 1);
    pages_free(block, 1);
    pages_free((void *)16, 0);
    check(pages_free_count() == free_before, "freeing twice, or what is no page of ours, is said and ignored");
    check(!pages_allocate(31), "more than there is gives a null pointer");
}

static void *take_bytes(unsigned size)
{
    return malloc(size);
}

static void give_bytes(void *start, unsigned size)
{
    (void)size;
    free(start);
}

static unsigned bytes_size(void)
{
    return 8 + random_below(random_below(8) ? 300 : 9000);
}

void test_malloc(void)
{
    check(churn(take_bytes, give_bytes, bytes_size, 8), "pieces of memory are aligned to 8 and never overlap");
    check(malloc_is_sound(), "the free chunks are in order, none touches the next");
    unsigned pages = pages_free_count();
    check(churn(take_bytes, give_bytes, bytes_size, 8) && pages_free_count() + 16 >= pages, "the same again takes hardly a new page");
    char *piece = malloc(100);
    free(piece);
    free(piece);
    check(malloc_is_sound(), "freeing twice is said and ignored");
    check(!malloc(0) && !malloc(0xffffffff), "nothing, and more than there is, give a null pointer");
    free(NULL);
    char *zeroed = allocate_zeroed(1000);
    int is_zero = zeroed != NULL;
    for (int i = 0; zeroed && i < 1000; i++)
        is_zero &= zeroed[i] == 0;
    free(zeroed);
    check(is_zero, "allocate_zeroed gives zeroes");
}
