/* SPDX-License-Identifier: MIT
 *
 * The hypervisor's heap: whole pages, from the end of its image to XENHEAP_PHYS_END, linked through their first word.
 */
#include <xen/lib.h>
#include <xen/mm.h>

struct free_page {
    struct free_page *next;
};

extern char _end[];
static struct free_page *free_list;
static unsigned long free_pages;

/* Highest first, so that pages are handed out upwards. */
void init_xenheap(void)
{
    char *page = __va(XENHEAP_PHYS_END);

    while ((page -= PAGE_SIZE) >= _end)
        free_xenheap_page(page);
}

void *alloc_xenheap_page(void)
{
    struct free_page *page = free_list;

    if (!page)
        return NULL;
    free_list = page->next;
    free_pages--;
    return memset(page, 0, PAGE_SIZE);
}

void free_xenheap_page(void *page)
{
    struct free_page *free = page;

    free->next = free_list;
    free_list = free;
    free_pages++;
}

unsigned long xenheap_free_pages(void)
{
    return free_pages;
}
