/* SPDX-License-Identifier: MIT
 *
 * Address spaces of our own making: first-level tables that hold what they should not, switched to, changed while loaded, let
 * go while loaded.
 */
#include "adversary.h"

#include "lib.h"

unsigned long first_level_table;

static unsigned long slot_value(unsigned long index)
{
    unsigned long group = (index - (GUEST_KERNEL_START >> 20)) >> 2;
    const unsigned long *tables = (const unsigned long *)start_info->mfn_list + ((start_info->pt_base - GUEST_KERNEL_START) >> PAGE_SHIFT);

    return L1_COARSE((tables[4 + group] << PAGE_SHIFT) + (index & 3) * 1024, MMU_DOMAIN_KERNEL);
}

/* A table that shows what ours shows: the pages of tables behind the first-level table serve the memory, then the fixmap. */
static void fill(unsigned long *table, int forge)
{
    memset(table, 0, 4 * PAGE_SIZE);
    for (unsigned i = 0; i < 4; i++)
        table[(GUEST_KERNEL_START >> 20) + i] = slot_value((GUEST_KERNEL_START >> 20) + i);
    for (unsigned i = 0; i < 4; i++)
        table[(GUEST_FIXMAP_START >> 20) + i] = (slot_value((GUEST_KERNEL_START >> 20) + 4 + i));
    for (unsigned i = forge ? 1 + below(4) : 0; i; i--)
        table[below(4096)] = any_value();
}

static long new_base(unsigned long frame)
{
    struct mmuext_op operation = {.cmd = MMUEXT_NEW_BASEPTR, .arg1.phys_addr = frame << PAGE_SHIFT};

    return hypervisor_mmuext_op(&operation, 1);
}

void attack_spaces(void)
{
    unsigned long va = POOL + below(POOL_PAGES / 4) * 4 * PAGE_SIZE, frame = frame_of(va);
    int forge = one_in(2);

    pin(MMUEXT_UNPIN_TABLE, frame);
    for (unsigned i = 0; i < 4; i++)
        tame(va + i * PAGE_SIZE);
    fill((unsigned long *)va, forge);
    for (unsigned i = 0; i < 4; i++)
        if (!one_in(32))
            hypervisor_update_va_mapping(va + i * PAGE_SIZE, 0, below(4));
    pin(MMUEXT_PIN_L2_TABLE, frame + (one_in(16) ? below(4) : 0));
    if (new_base(frame) == 0) {
        for (unsigned i = below(8); i; i--)
            update_entry((frame << PAGE_SHIFT) + (0x400 + below(0xc00)) * 4, any_value());
        pin(MMUEXT_UNPIN_TABLE, frame);                         /* while it is loaded */
        pin(MMUEXT_UNPIN_TABLE, first_level_table >> PAGE_SHIFT);
        hypervisor_update_va_mapping(pool_page(), L2_SMALL(frame << PAGE_SHIFT, L2_AP_USER_RW), 0);
        if (one_in(8))
            new_base(any_frame());
        new_base(first_level_table >> PAGE_SHIFT);
        pin(MMUEXT_PIN_L2_TABLE, first_level_table >> PAGE_SHIFT);
    }
    if (one_in(2))
        pin(MMUEXT_UNPIN_TABLE, frame);
}
