/* SPDX-License-Identifier: MIT
 *
 * Games with page tables: descriptors of every kind in tables of every kind, mappings of frames that are not ours, pages that
 * are tables and memory in turn or at once, frames given back and asked for while they are in use.
 */
#include "adversary.h"

#include "lib.h"

#include <public/memory.h>

unsigned long pool_page(void)
{
    return POOL + below(POOL_PAGES) * PAGE_SIZE;
}

unsigned long frame_of(unsigned long va)
{
    return ((const unsigned long *)start_info->mfn_list)[(va - GUEST_KERNEL_START) >> PAGE_SHIFT];
}

long update_entry(unsigned long machine_address, unsigned long value)
{
    struct mmu_update request = {.ptr = machine_address, .val = value};

    return hypercall(__HYPERVISOR_mmu_update, (unsigned long)&request, 1, 0, DOMID_SELF);
}

long pin(unsigned command, unsigned long frame)
{
    struct mmuext_op operation = {.cmd = command, .arg1.mfn = frame};

    return hypervisor_mmuext_op(&operation, 1);
}

void tame(unsigned long va)
{
    unsigned long entry = L2_SMALL(frame_of(va) << PAGE_SHIFT, L2_AP_USER_RW);

    if (hypervisor_update_va_mapping(va, entry, UVMF_INVLPG) == 0)
        return;
    pin(MMUEXT_UNPIN_TABLE, frame_of(va));
    hypervisor_update_va_mapping(va, entry, UVMF_INVLPG);
}

/* Sections, fine tables, coarse tables of other MMU domains or in other people's memory, and some that are right. */
static unsigned long any_slot(void)
{
    unsigned long frame = any_frame();

    switch (below(8)) {
    case 0:
        return (frame << PAGE_SHIFT & 0xfff00000) | 0xc12 | below(16) << 5 | below(4) << 2;
    case 1:
        return (frame << PAGE_SHIFT) | below(16) << 5 | 0x13;
    case 2:
        return 0;
    case 3:
        return random32();
    default:
        if (one_in(2))
            frame = frame_of(pool_page());
        return (frame << PAGE_SHIFT) | below(4) << 10 | (one_in(4) ? below(16) : MMU_DOMAIN_KERNEL) << 5 | 0x11;
    }
}

static unsigned long any_page(void)
{
    unsigned long frame = one_in(2) ? any_frame() : frame_of(pool_page());

    switch (below(6)) {
    case 0:
        return 0;
    case 1:
        return random32();
    case 2:
        return (frame << PAGE_SHIFT) | (random32() & 0xffc) | below(4);
    default:
        return L2_SMALL(frame << PAGE_SHIFT, L2_AP_USER_RW) & ~(one_in(4) ? 0x55cul : 0ul);
    }
}

static unsigned long any_descriptor(void)
{
    return one_in(2) ? any_slot() : any_page();
}

/* Slots of the guest's, of the hypervisor's, of page 0. */
static unsigned long any_index(void)
{
    return one_in(3) ? 0xfc0 + below(64) : one_in(4) ? below(0x400) : 0x400 + below(0xbc0);
}

void attack_descriptors(void)
{
    unsigned long table = one_in(3) ? first_level_table >> PAGE_SHIFT : one_in(2) ? page_table_frame() : frame_of(pool_page());

    for (unsigned i = 1 + below(6); i; i--) {
        if (table == first_level_table >> PAGE_SHIFT)
            update_entry(first_level_table + any_index() * 4 + (one_in(16) ? below(4) : 0), any_slot());
        else
            update_entry((table << PAGE_SHIFT) + below(1024) * 4 + (one_in(16) ? below(4) : 0), any_descriptor());
    }
}

/* A page of the pool is filled with what a table should not hold, then made a table; or the other way round. */
void attack_mappings(void)
{
    unsigned long va = pool_page(), frame = frame_of(va);

    switch (below(6)) {
    case 0:
        hypervisor_update_va_mapping(any_address(), any_page(), below(8));
        break;
    case 1:
        hypervisor_update_va_mapping(va, any_page(), below(4));
        break;
    case 2:
        tame(va);
        for (unsigned i = below(64); i; i--)
            ((volatile unsigned long *)va)[below(1024)] = any_descriptor();
        if (!one_in(4))
            hypervisor_update_va_mapping(va, 0, below(4));
        pin(below(5), frame);
        break;
    case 3:
        tame(va);
        memset((void *)va, 0, PAGE_SIZE);
        /* it maps itself, or its table */
        ((volatile unsigned long *)va)[below(1024)] = L2_SMALL(frame << PAGE_SHIFT, L2_AP_USER_RW);
        hypervisor_update_va_mapping(va, 0, UVMF_NONE);
        pin(MMUEXT_PIN_L1_TABLE, frame);
        update_entry(frame << PAGE_SHIFT, L2_SMALL(frame << PAGE_SHIFT, L2_AP_USER_RW));
        break;
    case 4: {
        /* one page of tables in two places, which may not be */
        unsigned long slot = 0x400 + below(0x7f0);

        tame(va);
        memset((void *)va, 0, PAGE_SIZE);
        hypervisor_update_va_mapping(va, 0, UVMF_NONE);
        update_entry(first_level_table + slot * 4, L1_COARSE((frame << PAGE_SHIFT) + (slot & 3) * 1024, below(4)));
        update_entry(first_level_table + (slot + below(8)) * 4, L1_COARSE((frame << PAGE_SHIFT) + below(4) * 1024, below(4)));
        update_entry((frame << PAGE_SHIFT) + below(1024) * 4, any_page());
        *(volatile unsigned long *)(slot << 20 | below(0x100000 >> 2) << 2) = random32();
        update_entry(first_level_table + slot * 4, 0);
        break;
    }
    default:
        pin(one_in(2) ? MMUEXT_UNPIN_TABLE : MMUEXT_PIN_L1_TABLE + below(2), one_in(2) ? frame : any_frame());
        break;
    }
}

/* A page whose translation the TLB still holds is made a table: the old translation must not reach it any more. */
void attack_stale_translations(void)
{
    unsigned long va = pool_page(), frame = frame_of(va);
    volatile unsigned long *page = (volatile unsigned long *)va;

    tame(va);
    memset((void *)va, 0, PAGE_SIZE);
    hypervisor_update_va_mapping(va, 0, UVMF_NONE);
    switch (below(3)) {
    case 0:
        pin(MMUEXT_PIN_L1_TABLE, frame);
        break;
    case 1: {
        unsigned long slot = 0x400 + below(0x7f0);

        update_entry(first_level_table + slot * 4, L1_COARSE((frame << PAGE_SHIFT) + (slot & 3) * 1024, MMU_DOMAIN_KERNEL));
        break;
    }
    default: {
        struct xen_memory_reservation request = {.extent_start = &frame, .nr_extents = 1, .domid = DOMID_SELF};

        hypercall(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, (unsigned long)&request, 0, 0);
        break;
    }
    }
    page[below(1024)] = L2_SMALL(any_frame() << PAGE_SHIFT, L2_AP_USER_RW);    /* faults, and that is the end of it */
}

void attack_reservations(void)
{
    unsigned long frames[8];
    struct xen_memory_reservation request = {.extent_start = one_in(8) ? (unsigned long *)any_address() : frames,
                                             .nr_extents = one_in(16) ? any_value() : below(9),
                                             .extent_order = one_in(16) ? any_value() : 0,
                                             .domid = one_in(16) ? any_domain() : DOMID_SELF};

    for (unsigned i = 0; i < 8; i++) {
        unsigned long va = pool_page();

        frames[i] = one_in(3) ? any_frame() : frame_of(va);
        if (one_in(2))
            hypervisor_update_va_mapping(va, 0, below(4));
    }
    hypercall(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, (unsigned long)&request, 0, 0);
    hypercall(__HYPERVISOR_memory_op, XENMEM_increase_reservation, (unsigned long)&request, 0, 0);
    /* what has come takes the place of what was given */
    for (unsigned i = 0; i < 8; i++)
        hypervisor_update_va_mapping(pool_page(), L2_SMALL(frames[i] << PAGE_SHIFT, L2_AP_USER_RW), below(4));
}
