/* SPDX-License-Identifier: MIT
 *
 * Grants over hypercall 20 (grants.h). One frame of table: 512 references, of which the first eight are left alone, as in Xen, for
 * fixed purposes.
 */
#include "grants.h"

#include "guest.h"
#include "lib.h"
#include "platform.h"
#include "windows.h"

#define RESERVED 8

static volatile struct grant_entry *table;
static unsigned next_ref = RESERVED;

static long grant_op(unsigned command, void *operations, unsigned count)
{
    return hypercall(__HYPERVISOR_grant_table_op, command, (unsigned long)operations, count, 0);
}

int grants_init(void)
{
    unsigned long frame;
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1, .frame_list = &frame};
    void *window = windows_take(1);

    if (!window)
        return -XEN_ENOSPC;
    if (grant_op(GNTTABOP_setup_table, &setup, 1) || setup.status != GNTST_okay)
        return -XEN_ENOMEM;
    if (hypervisor_update_va_mapping((unsigned long)window, L2_SMALL_UNCACHED(frame << PAGE_SHIFT, L2_AP_KERNEL_ONLY), UVMF_INVLPG))
        return -XEN_EINVAL;
    table = window;
    return 0;
}

/* The entry counts from the moment when its flags say so, and is whole by then. */
int grant_page(domid_t domain, const void *page, int readonly)
{
    for (unsigned tries = RESERVED; tries < GRANTS_PER_FRAME; tries++) {
        unsigned ref = next_ref;

        next_ref = next_ref + 1 < GRANTS_PER_FRAME ? next_ref + 1 : RESERVED;
        if (table[ref].flags != GTF_invalid)
            continue;
        table[ref].domid = domain;
        table[ref].frame = guest_frame_of(page);
        table[ref].flags = (uint16_t)(GTF_permit_access | (readonly ? GTF_readonly : 0));
        return (int)ref;
    }
    return -XEN_ENOSPC;
}

int grant_end(grant_ref_t ref)
{
    if (table[ref].flags & (GTF_reading | GTF_writing))
        return -XEN_EBUSY;
    table[ref].flags = GTF_invalid;
    return 0;
}

int grants_map(domid_t domain, const grant_ref_t *refs, unsigned count, int readonly, struct granted_pages *pages)
{
    struct gnttab_map_grant_ref maps[GRANT_PAGES_MAX];
    int result = 0;

    if (count == 0 || count > GRANT_PAGES_MAX)
        return -XEN_EINVAL;
    pages->start = windows_take(count);
    if (!pages->start)
        return -XEN_ENOSPC;
    memset(maps, 0, count * sizeof maps[0]);
    for (unsigned i = 0; i < count; i++) {
        maps[i].host_addr = (unsigned long)pages->start + i * PAGE_SIZE;
        maps[i].flags = GNTMAP_host_map | (readonly ? GNTMAP_readonly : 0);
        maps[i].ref = refs[i];
        maps[i].dom = domain;
        maps[i].status = GNTST_general_error;
    }
    result = (int)grant_op(GNTTABOP_map_grant_ref, maps, count);
    for (unsigned i = 0; i < count; i++)
        if (maps[i].status && !result)
            result = maps[i].status;
    pages->count = count;
    for (unsigned i = 0; i < count; i++)
        pages->handles[i] = maps[i].status ? ~0u : maps[i].handle;
    if (result)
        grants_unmap(pages);
    return result;
}

void grants_unmap(struct granted_pages *pages)
{
    struct gnttab_unmap_grant_ref unmaps[GRANT_PAGES_MAX];
    unsigned mapped = 0;

    memset(unmaps, 0, pages->count * sizeof unmaps[0]);
    for (unsigned i = 0; i < pages->count; i++)
        if (pages->handles[i] != ~0u) {
            unmaps[mapped].host_addr = (unsigned long)pages->start + i * PAGE_SIZE;
            unmaps[mapped++].handle = pages->handles[i];
        }
    grant_op(GNTTABOP_unmap_grant_ref, unmaps, mapped);
    windows_give(pages->start, pages->count);
    pages->count = 0;
}
