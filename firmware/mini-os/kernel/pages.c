/* SPDX-License-Identifier: MIT
 *
 * Whole pages by the buddy method: free blocks of 2^order pages, aligned to their size, in one list for each order.
 * A block that is too large is halved; a freed block joins its other half (its buddy) when that is free too.
 *
 * A free block carries its own list node. Which pages begin a free block, and of which order, is in a byte per page at
 * the start of the managed memory.
 */
#include "console.h"
#include "lib.h"
#include "list.h"
#include "mm.h"
#include "platform.h"

#define ORDERS 16           /* blocks of 4 KB to 128 MB */
#define NOT_A_FREE_BLOCK 0xff

static struct list free_blocks[ORDERS];
static uint8_t *block_order;    /* for page n: the order of the free block that begins there, or NOT_A_FREE_BLOCK */
static uintptr_t first_page;    /* page number (address >> PAGE_SHIFT) of page 0 of block_order */
static uintptr_t page_count;
static unsigned free_count;

static void *page_address(uintptr_t page)
{
    return (void *)(page << PAGE_SHIFT);
}

/* Puts the block into its list and marks it. */
static void add_block(uintptr_t page, unsigned order)
{
    block_order[page - first_page] = (uint8_t)order;
    list_add_last(&free_blocks[order], page_address(page));
    free_count += 1u << order;
}

static void remove_block(uintptr_t page, unsigned order)
{
    block_order[page - first_page] = NOT_A_FREE_BLOCK;
    list_remove(page_address(page));
    free_count -= 1u << order;
}

unsigned pages_init(void)
{
    uintptr_t start, end;

    for (unsigned order = 0; order < ORDERS; order++)
        free_blocks[order].next = free_blocks[order].previous = &free_blocks[order];
    platform_free_memory(&start, &end);
    if (end <= start)
        return 0;
    first_page = start >> PAGE_SHIFT;
    page_count = (end - start) >> PAGE_SHIFT;
    block_order = (uint8_t *)start;
    memset(block_order, NOT_A_FREE_BLOCK, page_count);
    uintptr_t page = (start + page_count + PAGE_SIZE - 1) >> PAGE_SHIFT;
    /* As few blocks as possible: at each page the largest one that is aligned and fits. */
    while (page < end >> PAGE_SHIFT) {
        unsigned order = ORDERS - 1;
        while (page & ((1u << order) - 1) || page + (1u << order) > end >> PAGE_SHIFT)
            order--;
        add_block(page, order);
        page += 1u << order;
    }
    return free_count;
}

void *pages_allocate(unsigned order)
{
    unsigned found = order;

    while (found < ORDERS && list_is_empty(&free_blocks[found]))
        found++;
    if (found >= ORDERS)
        return NULL;
    uintptr_t page = (uintptr_t)free_blocks[found].next >> PAGE_SHIFT;
    remove_block(page, found);
    while (found > order) {
        found--;
        add_block(page + (1u << found), found);
    }
    return page_address(page);
}

/* Whether these are pages that pages_allocate may have given: aligned, inside, and no free block reaches into them. */
static int is_allocated(uintptr_t page, unsigned order)
{
    if (order >= ORDERS || page & ((1u << order) - 1) || page < first_page || page - first_page + (1u << order) > page_count)
        return 0;
    for (uintptr_t each = page; each < page + (1u << order); each++)
        if (block_order[each - first_page] != NOT_A_FREE_BLOCK)
            return 0;
    /* A larger free block that begins in front. */
    for (unsigned larger = order + 1; larger < ORDERS; larger++) {
        uintptr_t start = page & ~(uintptr_t)((1u << larger) - 1);
        if (start >= first_page && block_order[start - first_page] == larger)
            return 0;
    }
    return 1;
}

void pages_free(void *block, unsigned order)
{
    uintptr_t page = (uintptr_t)block >> PAGE_SHIFT;

    if ((uintptr_t)block % PAGE_SIZE || !is_allocated(page, order)) {
        printk("mini-OS: pages_free: %p is not an allocated block, ignored\n", block);
        return;
    }
    for (; order + 1 < ORDERS; order++) {
        uintptr_t buddy = page ^ (1u << order);
        if (buddy < first_page || buddy - first_page >= page_count || block_order[buddy - first_page] != order)
            break;
        remove_block(buddy, order);
        page &= ~(uintptr_t)(1u << order);
    }
    add_block(page, order);
}

unsigned pages_free_count(void)
{
    return free_count;
}

unsigned pages_largest_order(void)
{
    unsigned order = ORDERS - 1;

    while (order && list_is_empty(&free_blocks[order]))
        order--;
    return order;
}
