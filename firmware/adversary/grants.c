/* SPDX-License-Identifier: MIT
 *
 * Grants: given, taken, given twice, unmapped twice, of frames that are not ours, to domains that are not there; and mappings
 * that try to outlive their grant.
 */
#include "adversary.h"

#include "lib.h"

#include <public/grant_table.h>

#define TABLE   (GUEST_FIXMAP_START + 0x10000)
#define WINDOWS (GUEST_FIXMAP_START + 0x40000)
#define WINDOWS_NUMBER 64
#define REFERENCES 16           /* the first of the table: so that two who know nothing of each other meet */

/* Somebody who may be there: a campaign's victims are 1 and 2, its adversaries 3 and 4. */
static domid_t somebody(void)
{
    if (one_in(2))
        return platform_domain_id() == 3 ? 4 : 3;
    return (domid_t)(one_in(8) ? any_domain() : below(6));
}

static long grant_op(unsigned command, void *operation)
{
    return hypercall(__HYPERVISOR_grant_table_op, command, (unsigned long)operation, 1, 0);
}

static volatile struct grant_entry *table(void)
{
    static unsigned long frames[NR_GRANT_FRAMES];
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1 + below(NR_GRANT_FRAMES), .frame_list = frames};

    if (frames[0] && !one_in(16))
        return (volatile struct grant_entry *)TABLE;
    grant_op(GNTTABOP_setup_table, &setup);
    hypervisor_update_va_mapping(TABLE, L2_SMALL(frames[0] << PAGE_SHIFT, L2_AP_KERNEL_ONLY), UVMF_INVLPG);
    return (volatile struct grant_entry *)TABLE;
}

/* To anybody: our pool, and now and then what we cannot give. */
static void give(void)
{
    volatile struct grant_entry *entry = table() + below(REFERENCES);

    entry->flags = 0;
    entry->domid = somebody();
    entry->frame = one_in(4) ? any_frame() : frame_of(pool_page());
    tame(one_in(4) ? pool_page() : POOL);           /* what is mapped here can be given; POOL more often than the others */
    if (one_in(4))
        entry->frame = frame_of(POOL);
    entry->flags = (uint16_t)(one_in(8) ? any_value() : one_in(3) ? GTF_accept_transfer : GTF_permit_access + (one_in(4) ? GTF_readonly : 0));
}

static long map(unsigned long va, grant_handle_t *handle)
{
    struct gnttab_map_grant_ref operation = {.host_addr = va,
                                             .flags = one_in(8) ? any_value() : GNTMAP_host_map | (one_in(4) ? GNTMAP_readonly : 0) |
                                                                                    (one_in(8) ? GNTMAP_device_map : 0),
                                             .ref = one_in(32) ? any_value() : below(REFERENCES),
                                             .dom = somebody()};
    long error = grant_op(GNTTABOP_map_grant_ref, &operation);

    *handle = operation.handle;
    return error ? error : operation.status;
}

static long unmap(unsigned long va, grant_handle_t handle)
{
    struct gnttab_unmap_grant_ref operation = {.host_addr = va, .handle = handle};
    long error = grant_op(GNTTABOP_unmap_grant_ref, &operation);

    return error ? error : operation.status;
}

static void transfer(void)
{
    unsigned long va = pool_page();
    struct gnttab_transfer operation = {.mfn = one_in(4) ? any_frame() : frame_of(va),
                                        .domid = somebody(),
                                        .ref = below(REFERENCES)};

    if (!one_in(4))
        hypervisor_update_va_mapping(va, 0, below(4));
    grant_op(GNTTABOP_transfer, &operation);
}

void grants_begin(void)
{
    for (unsigned i = 0; i < 2 * REFERENCES; i++)
        give();
}

void attack_grants(void)
{
    unsigned long va = one_in(8) ? any_address() : WINDOWS + below(WINDOWS_NUMBER) * PAGE_SIZE;
    grant_handle_t handle;

    switch (below(6)) {
    case 0:
    case 1:
        for (unsigned i = below(8); i; i--)
            give();
        break;
    case 2:
    case 3:
        if (map(va, &handle) == GNTST_okay) {
            *(volatile unsigned long *)va = random32();
            if (one_in(4))
                hypervisor_update_va_mapping(va, one_in(2) ? 0 : L2_SMALL(any_frame() << PAGE_SHIFT, L2_AP_USER_RW), below(4));
            if (one_in(2))
                unmap(va, handle);
            if (one_in(4))
                unmap(va, handle);
        }
        break;
    case 4:
        unmap(va, one_in(4) ? any_value() : below(32));
        break;
    default:
        transfer();
        break;
    }
}

/* A window in a table of its own; the table is out of the way while the grant is unmapped, and comes back afterwards. */
void attack_escaped_grants(void)
{
    unsigned long page = pool_page(), frame = frame_of(page);
    unsigned long slot = 0x500 + below(0x200);
    unsigned long va = slot << 20 | below(256) << PAGE_SHIFT;
    unsigned long in_place = L1_COARSE((frame << PAGE_SHIFT) + (slot & 3) * 1024, MMU_DOMAIN_KERNEL);
    grant_handle_t handle;

    tame(page);
    memset((void *)page, 0, PAGE_SIZE);
    hypervisor_update_va_mapping(page, 0, UVMF_INVLPG);
    if (pin(MMUEXT_PIN_L1_TABLE, frame) || update_entry(first_level_table + slot * 4, in_place))
        return;
    for (unsigned i = 0; i < 32; i++) {
        give();
        if (map(va, &handle) != GNTST_okay)
            continue;
        update_entry(first_level_table + slot * 4, 0);
        unmap(va, handle);
        update_entry(first_level_table + slot * 4, in_place);
        *(volatile unsigned long *)va = random32();
        break;
    }
    update_entry(first_level_table + slot * 4, 0);
}
