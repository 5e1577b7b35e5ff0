/* SPDX-License-Identifier: MIT
 *
 * The memory of a process: the megabyte at 0x40000000, in MMU domain 3 (user). All processes share the domain's one
 * first-level table; a process switch exchanges its slot 0x400.
 *
 * Page tables belong to the hypervisor: a page that becomes one is unmapped from the kernel and pinned, and from then on
 * changes only by mmu_update, entry by entry, by machine address, each one checked.
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

/* Writes one descriptor at a machine address. */
static int write_descriptor(unsigned long machine, unsigned long descriptor)
{
    struct mmu_update request = {.ptr = machine | MMU_NORMAL_PT_UPDATE, .val = descriptor};

    return check(hypervisor_mmu_update(&request, 1), "mmu_update");
}

/* An empty page of coarse tables; its machine address, 0 = failed. */
static unsigned long create_table(void)
{
    void *page = pages_allocate(0);

    if (!page)
        return 0;
    memset(page, 0, PAGE_SIZE);
    unsigned long frame = guest_frame_of(page);
    if (!check(hypervisor_update_va_mapping((unsigned long)page, 0, UVMF_INVLPG), "unmapping a page table"))
        return 0;
    struct mmuext_op pin = {.cmd = MMUEXT_PIN_L1_TABLE, .arg1.mfn = frame};
    if (!check(hypervisor_mmuext_op(&pin, 1), "pinning a page table"))
        return 0;
    return frame << PAGE_SHIFT;
}

/* Puts a fresh page at va, filled from `content` unless that is null. */
static int add_page(unsigned long table, unsigned long va, const char *content, unsigned long access)
{
    char *page = pages_allocate(0);

    if (!page)
        return 0;
    if (content)
        memcpy(page, content, PAGE_SIZE);
    else
        memset(page, 0, PAGE_SIZE);
    unsigned long index = (va >> PAGE_SHIFT) & 0xff;
    return write_descriptor(table + index * 4, L2_SMALL(guest_frame_of(page) << PAGE_SHIFT, access));
}

unsigned long address_space_create(void)
{
    unsigned long table = create_table();
    int good = table != 0;

    for (unsigned long va = USER_BASE; good && va < (unsigned long)__user_end; va += PAGE_SIZE)
        good = add_page(table, va, __user_load + (va - USER_BASE),
                        va < (unsigned long)__user_text_end ? L2_AP_USER_RO : L2_AP_USER_RW);
    for (unsigned long va = USER_STACK_TOP - USER_STACK_BYTES; good && va < USER_STACK_TOP; va += PAGE_SIZE)
        good = add_page(table, va, NULL, L2_AP_USER_RW);
    return good ? table : 0;
}

void address_space_enter(unsigned long table)
{
    unsigned long first_level = guest_frame_of((void *)start_info->pt_base) << PAGE_SHIFT;
    /* The same addresses show other memory afterwards: what the virtually indexed cache holds of the old must go. */
    struct mmuext_op flush[] = {{.cmd = MMUEXT_FLUSH_CACHE}, {.cmd = MMUEXT_TLB_FLUSH_LOCAL}};

    check(hypervisor_mmuext_op(&flush[0], 1), "flushing the cache");
    write_descriptor(first_level + (USER_BASE >> MEGABYTE_SHIFT) * 4, L1_COARSE(table, MMU_DOMAIN_USER));
    check(hypervisor_mmuext_op(&flush[1], 1), "flushing the TLB");
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
