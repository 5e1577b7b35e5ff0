/* SPDX-License-Identifier: MIT
 *
 * Address spaces. Each process has a first-level table of its own: the kernel's range as everywhere (the same coarse
 * tables, MMU domain 1), and at 0x40000000 a megabyte of its own (MMU domain 3). A process switch loads another table; the
 * hypervisor flushes the virtually indexed caches then, and only then.
 *
 * Page tables belong to the hypervisor. The kernel fills ordinary pages with descriptors, unmaps them from its own space
 * and pins them: the hypervisor checks each entry, and from then on a change is possible only by hypercall.
 */
#include "abi.h"
#include "console.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "process.h"

/* proc-os.lds: the user program where it runs, and where it was loaded. */
extern char __user_load[], __user_text_start[], __user_text_end[], __user_end[];

/*
 * Shapes of tables (ARM DDI 0100 B4.7). A page holds the four coarse tables of four neighbouring slots, a group of 4 MB;
 * the hypervisor takes them only so.
 */
#define MEGABYTE_SHIFT    20
#define SLOTS_IN_GROUP    4
#define COARSE_BYTES      1024
#define FIRST_LEVEL_ORDER 2     /* 16 KB, aligned to their size */
#define FIRST_LEVEL_PAGES (1 << FIRST_LEVEL_ORDER)

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

/* The pages at `tables` become page tables: the kernel loses sight of them. */
static int unmap_pages(void *tables, unsigned count)
{
    for (unsigned page = 0; page < count; page++)
        if (!check(hypervisor_update_va_mapping((unsigned long)tables + page * PAGE_SIZE, 0, UVMF_INVLPG),
                   "unmapping a page table"))
            return 0;
    return 1;
}

/* Points the four slots from va on to the four tables of a page. */
static void set_group(unsigned long *first_level, unsigned long va, unsigned long frame, unsigned mmu_domain)
{
    for (unsigned slot = 0; slot < SLOTS_IN_GROUP; slot++)
        first_level[(va >> MEGABYTE_SHIFT) + slot] = L1_COARSE((frame << PAGE_SHIFT) + slot * COARSE_BYTES, mmu_domain);
}

/*
 * The slots that all address spaces share. Their coarse tables are the ones that the domain builder made; they follow the
 * first first-level table: one page for each 4 MB of our memory, then one for the 4 MB with the shared info.
 */
static void share_kernel(unsigned long *first_level)
{
    const char *tables = (const char *)start_info->pt_base + FIRST_LEVEL_PAGES * PAGE_SIZE;
    unsigned long group_bytes = (unsigned long)SLOTS_IN_GROUP << MEGABYTE_SHIFT;
    unsigned long end = GUEST_KERNEL_START + start_info->nr_pages * PAGE_SIZE;

    for (unsigned long va = GUEST_KERNEL_START; va < end; va += group_bytes, tables += PAGE_SIZE)
        set_group(first_level, va, guest_frame_of(tables), MMU_DOMAIN_KERNEL);
    set_group(first_level, GUEST_FIXMAP_START, guest_frame_of(tables), MMU_DOMAIN_KERNEL);
}

/* The coarse tables of a new process, with its memory in them; a null pointer when there is none. */
static unsigned long *create_user_tables(void)
{
    unsigned long *table = pages_allocate(0);
    int good = table != NULL;

    if (good)
        memset(table, 0, PAGE_SIZE);
    for (unsigned long va = USER_BASE; good && va < (unsigned long)__user_end; va += PAGE_SIZE)
        good = add_page(table, va, __user_load + (va - USER_BASE),
                        va < (unsigned long)__user_text_end ? L2_AP_USER_RO : L2_AP_USER_RW);
    good = good && add_page(table, USER_STACK_TOP - PAGE_SIZE, NULL, L2_AP_USER_RW);
    return good ? table : NULL;
}

unsigned long address_space_create(void)
{
    unsigned long *user_tables = create_user_tables();
    unsigned long *first_level = pages_allocate(FIRST_LEVEL_ORDER);

    if (!user_tables || !first_level)
        return 0;
    memset(first_level, 0, FIRST_LEVEL_PAGES * PAGE_SIZE);
    share_kernel(first_level);
    set_group(first_level, USER_BASE, guest_frame_of(user_tables), MMU_DOMAIN_USER);
    struct mmuext_op pin = {.cmd = MMUEXT_PIN_L2_TABLE, .arg1.mfn = guest_frame_of(first_level)};
    if (!unmap_pages(user_tables, 1) || !unmap_pages(first_level, FIRST_LEVEL_PAGES) ||
        !check(hypervisor_mmuext_op(&pin, 1), "pinning a first-level table"))
        return 0;
    return guest_frame_of(first_level) << PAGE_SHIFT;
}

void address_space_enter(unsigned long table)
{
    struct mmuext_op load = {.cmd = MMUEXT_NEW_BASEPTR, .arg1.phys_addr = table};

    if (!check(hypervisor_mmuext_op(&load, 1), "loading an address space"))
        guest_shutdown(SHUTDOWN_crash);
}

/*
 * From a data abort below the stack. All pages from there up to the stack come at once, so that what the process owns has no holes. A page
 * is filled through the kernel's own mapping, whose lines must be in memory before it is seen at another address: left in the cache they would
 * be written over what the process has put there since.
 */
int process_grow_stack(unsigned long address)
{
    if (address < USER_STACK_TOP - USER_STACK_MAX || address >= current_process->stack_low)
        return 0;
    while (current_process->stack_low > address) {
        unsigned long va = current_process->stack_low - PAGE_SIZE;
        void *page = pages_allocate(0);

        if (!page)
            return 0;
        memset(page, 0, PAGE_SIZE);
        struct mmuext_op clean = {.cmd = MMUEXT_FLUSH_KERN_DCACHE_PAGE, .arg1.linear_addr = (unsigned long)page};
        if (!check(hypervisor_mmuext_op(&clean, 1), "cleaning a page of a stack"))
            return 0;
        if (!check(hypervisor_update_va_mapping(va, L2_SMALL(guest_frame_of(page) << PAGE_SHIFT, L2_AP_USER_RW), UVMF_INVLPG),
                   "mapping a page of a stack"))
            return 0;
        current_process->stack_low = va;
    }
    return 1;
}

static int lies_within(unsigned long address, unsigned long length, unsigned long start, unsigned long end)
{
    return address >= start && address <= end && length <= end - address;
}

int process_owns(unsigned long address, unsigned long length)
{
    return lies_within(address, length, USER_BASE, (unsigned long)__user_end) ||
           lies_within(address, length, current_process->stack_low, USER_STACK_TOP);
}
