/* SPDX-License-Identifier: MIT
 *
 * The memory of a process: the megabyte at 0x40000000, in MMU domain 3 (user). All processes share the domain's one
 * first-level table; a process switch exchanges its slot 0x400.
 *
 * Page tables belong to the hypervisor. The kernel fills a page with descriptors, unmaps it from its own space and pins
 * it: the hypervisor checks each entry then, and from then on the page changes only by mmu_update.
 */
#include "abi.h"
#include "console.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "process.h"

/* proc-os.lds: the user program where it runs, and where it was loaded. */
extern char __user_load[], __user_text_start[], __user_text_end[], __user_end[];

#define MEGABYTE_SHIFT 20

static int check(long result, const char *what)
{
    if (result < 0)
        printk("proc-os: %s: error %d\n", what, (int)result);
    return result >= 0;
}

/* Puts a fresh page at va, filled from `content` unless that is null; 0 when there is no memory. */
static int add_page(unsigned long *table, unsigned long va, const char *content, unsigned long access)
{
    char *page = pages_allocate(0);

    if (!page)
        return 0;
    if (content)
        memcpy(page, content, PAGE_SIZE);
    else
        memset(page, 0, PAGE_SIZE);
    table[(va >> PAGE_SHIFT) & 0xff] = L2_SMALL(guest_frame_of(page) << PAGE_SHIFT, access);
    return 1;
}

/* Makes a page of descriptors a page table; its machine address, 0 = refused. */
static unsigned long hand_over(unsigned long *table)
{
    unsigned long frame = guest_frame_of(table);
    struct mmuext_op pin = {.cmd = MMUEXT_PIN_L1_TABLE, .arg1.mfn = frame};

    if (!check(hypervisor_update_va_mapping((unsigned long)table, 0, UVMF_INVLPG), "unmapping a page table") ||
        !check(hypervisor_mmuext_op(&pin, 1), "pinning a page table"))
        return 0;
    return frame << PAGE_SHIFT;
}

unsigned long address_space_create(void)
{
    unsigned long *table = pages_allocate(0);
    int good = table != NULL;

    if (good)
        memset(table, 0, PAGE_SIZE);
    for (unsigned long va = USER_BASE; good && va < (unsigned long)__user_end; va += PAGE_SIZE)
        good = add_page(table, va, __user_load + (va - USER_BASE),
                        va < (unsigned long)__user_text_end ? L2_AP_USER_RO : L2_AP_USER_RW);
    for (unsigned long va = USER_STACK_TOP - USER_STACK_BYTES; good && va < USER_STACK_TOP; va += PAGE_SIZE)
        good = add_page(table, va, NULL, L2_AP_USER_RW);
    return good ? hand_over(table) : 0;
}

void address_space_enter(unsigned long table)
{
    unsigned long first_level = guest_frame_of((void *)start_info->pt_base) << PAGE_SHIFT;
    struct mmu_update slot = {
        .ptr = (first_level + (USER_BASE >> MEGABYTE_SHIFT) * 4) | MMU_NORMAL_PT_UPDATE,
        .val = L1_COARSE(table, MMU_DOMAIN_USER),
    };
    struct mmuext_op flush_cache = {.cmd = MMUEXT_FLUSH_CACHE}, flush_tlb = {.cmd = MMUEXT_TLB_FLUSH_LOCAL};

    /* The same addresses show other memory afterwards: what the virtually indexed cache holds of the old must go. */
    check(hypervisor_mmuext_op(&flush_cache, 1), "flushing the cache");
    check(hypervisor_mmu_update(&slot, 1), "mmu_update");
    check(hypervisor_mmuext_op(&flush_tlb, 1), "flushing the TLB");
}

static int lies_within(unsigned long address, unsigned long length, unsigned long start, unsigned long end)
{
    return address >= start && address <= end && length <= end - address;
}

int process_owns(unsigned long address, unsigned long length)
{
    return lies_within(address, length, USER_BASE, (unsigned long)__user_end) ||
           lies_within(address, length, USER_STACK_TOP - USER_STACK_BYTES, USER_STACK_TOP);
}
