/* SPDX-License-Identifier: MIT
 *
 * Hypercall 20, grant_table_op. A mapping of a granted frame is an ordinary descriptor that holds a reference and a type of
 * its frame (pagetable.c): so a granted frame cannot become a page table meanwhile, and outlives its owner. What is here
 * is who may make such a descriptor, and the handles by which they are taken away again.
 *
 *   granter: fills an entry of its table, a page that it shares with us; tells the other side the number (ref)
 *   the other: map_grant_ref -> map_grant -> permitted: does the entry say so? -> map_foreign_frame (pagetable.c) -> handle
 *              unmap_grant_ref -> unmap_grant -> unmap_foreign_frame -> end_mapping: the granter sees it in its entry
 *
 * A guest's kernel is manager of its MMU domains, so that a read-only mapping binds only its processes.
 */
#include <xen/grant_table.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/pagetable.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <asm-arm/system.h>

#define BATCH_MAX 256

/* The granter's own entry, through an uncached window, as its domain sees it. */
static volatile struct grant_entry *shared_entry(const struct domain *d, grant_ref_t ref)
{
    const struct grant_table *table = &d->grant_table;

    if (ref >= table->nr_frames * GRANTS_PER_FRAME)
        return NULL;
    return (volatile struct grant_entry *)map_domain_page(table->shared_mfn[ref / GRANTS_PER_FRAME]) + ref % GRANTS_PER_FRAME;
}

static struct active_grant *active_entry(const struct domain *d, grant_ref_t ref)
{
    return &d->grant_table.active[ref / GRANTS_PER_FRAME][ref % GRANTS_PER_FRAME];
}

/* NULL for a handle that stands for nothing. */
static struct grant_mapping *mapping_of(const struct domain *d, grant_handle_t handle)
{
    struct grant_mapping *page = handle < MAPTRACK_PAGES * MAPTRACK_PER_PAGE ? d->grant_table.maptrack[handle / MAPTRACK_PER_PAGE] : NULL;

    return page && page[handle % MAPTRACK_PER_PAGE].flags ? &page[handle % MAPTRACK_PER_PAGE] : NULL;
}

/* A free handle, or an error. */
static long new_handle(struct domain *d)
{
    for (unsigned int index = 0; index < MAPTRACK_PAGES; index++) {
        struct grant_mapping *page = d->grant_table.maptrack[index];

        if (!page)
            page = d->grant_table.maptrack[index] = alloc_xenheap_page();
        if (!page)
            return -ENOMEM;
        for (unsigned int i = 0; i < MAPTRACK_PER_PAGE; i++)
            if (!page[i].flags) {
                unsigned long handle = index * MAPTRACK_PER_PAGE + i;

                return acm_grant_allowed(d, handle) ? (long)handle : -ENOSPC;
            }
    }
    return -ENOSPC;
}

/* ------------------------------------------------------------------------------------------------------------- map */

/* May d map this grant so? Tells the frame. An entry that is mapped already keeps the frame that it had then. */
static int permitted(const struct domain *d, const struct domain *granter, grant_ref_t ref, bool readonly, uint32_t *frame)
{
    volatile struct grant_entry *entry = shared_entry(granter, ref);
    uint16_t flags;

    if (!entry)
        return GNTST_bad_gntref;
    flags = entry->flags;
    if ((flags & GTF_type_mask) != GTF_permit_access || entry->domid != d->domain_id)
        return GNTST_bad_gntref;
    if ((flags & GTF_readonly) && !readonly)
        return GNTST_permission_denied;
    *frame = active_entry(granter, ref)->maps ? active_entry(granter, ref)->frame : entry->frame;
    return active_entry(granter, ref)->maps == UINT16_MAX ? GNTST_no_device_space : GNTST_okay;
}

static int map_grant(struct domain *d, struct gnttab_map_grant_ref *op)
{
    struct domain *granter = find_domain_by_id(op->dom);
    bool readonly = op->flags & GNTMAP_readonly;
    struct active_grant *active;
    struct grant_mapping *mapping;
    uint32_t frame;
    long handle, table = 0;
    int status;

    if (!granter || granter == d)
        return GNTST_bad_domain;
    if (!(op->flags & (GNTMAP_host_map | GNTMAP_device_map)) || (op->flags & GNTMAP_contains_pte))
        return GNTST_general_error;
    if ((op->flags & GNTMAP_host_map) && (op->host_addr >> 32 || op->host_addr & (PAGE_SIZE - 1) || !op->host_addr))
        return GNTST_bad_virt_addr;
    status = permitted(d, granter, op->ref, readonly, &frame);
    if (status != GNTST_okay)
        return status;
    handle = new_handle(d);
    if (handle < 0)
        return GNTST_no_device_space;
    if (op->flags & GNTMAP_host_map) {
        uint32_t ap = !(op->flags & GNTMAP_application_map) ? L2_AP_KERNEL_ONLY : readonly ? L2_AP_USER_RO : L2_AP_USER_RW;

        table = map_foreign_frame(d, granter, (unsigned long)op->host_addr, L2_SMALL(frame << PAGE_SHIFT, ap));
        if (table < 0)
            return GNTST_bad_virt_addr;
    } else if (!get_foreign_frame(d, granter, frame)) {
        return GNTST_bad_gntref;
    }
    active = active_entry(granter, op->ref);
    active->frame = frame;
    active->maps++;
    active->writers += !readonly;
    shared_entry(granter, op->ref)->flags |= readonly ? GTF_reading : GTF_reading | GTF_writing;
    mapping = &d->grant_table.maptrack[handle / MAPTRACK_PER_PAGE][handle % MAPTRACK_PER_PAGE];
    mapping->host_addr = op->flags & GNTMAP_host_map ? (uint32_t)op->host_addr : 0;
    mapping->frame = frame;
    mapping->ref = (uint16_t)op->ref;
    mapping->granter = op->dom;
    mapping->flags = (uint8_t)op->flags;
    mapping->table = (uint32_t)table;
    op->handle = (grant_handle_t)handle;
    op->dev_bus_addr = (uint64_t)frame << PAGE_SHIFT;
    return GNTST_okay;
}

/* The granter learns that a mapping is gone, and the handle is free. */
static void end_mapping(struct grant_mapping *mapping)
{
    struct domain *granter = find_domain_by_id(mapping->granter);
    struct active_grant *active;
    volatile struct grant_entry *entry;

    if (granter) {
        active = active_entry(granter, mapping->ref);
        entry = shared_entry(granter, mapping->ref);
        active->maps--;
        active->writers -= !(mapping->flags & GNTMAP_readonly);
        if (!active->writers)
            entry->flags &= ~GTF_writing;
        if (!active->maps)
            entry->flags &= ~GTF_reading;
    }
    memset(mapping, 0, sizeof(*mapping));
}

static int unmap_grant(struct domain *d, const struct gnttab_unmap_grant_ref *op)
{
    struct grant_mapping *mapping = mapping_of(d, op->handle);

    if (!mapping)
        return GNTST_bad_handle;
    if (mapping->host_addr) {
        if (op->host_addr != mapping->host_addr)
            return GNTST_bad_virt_addr;
        /* The guest may have put something else there meanwhile: then the descriptor has given back its reference. */
        unmap_foreign_frame(d, mapping->table, mapping->host_addr, mapping->frame);
    } else {
        put_foreign_frame(mapping->frame);
    }
    end_mapping(mapping);
    return GNTST_okay;
}

/* --------------------------------------------------------------------------------------------- the table, and transfer */

static int setup_table(struct domain *d, const struct gnttab_setup_table *op)
{
    struct grant_table *table = &d->grant_table;

    if (op->dom != DOMID_SELF && op->dom != d->domain_id)
        return GNTST_bad_domain;
    if (op->nr_frames > NR_GRANT_FRAMES)
        return GNTST_general_error;
    while (table->nr_frames < op->nr_frames) {
        void *shared = alloc_xenheap_page();
        struct active_grant *active = alloc_xenheap_page();

        if (!shared || !active) {
            if (shared)
                free_xenheap_page(shared);
            return GNTST_no_device_space;
        }
        _Static_assert(GRANTS_PER_FRAME * sizeof(struct active_grant) == PAGE_SIZE, "a page of them for each frame");
        table->shared_mfn[table->nr_frames] = share_heap_page(shared, d);
        table->active[table->nr_frames++] = active;
    }
    for (unsigned int i = 0; i < op->nr_frames; i++)
        if (copy_to_guest(op->frame_list + i, &table->shared_mfn[i]))
            return GNTST_bad_virt_addr;
    return GNTST_okay;
}

static int dump_table(const struct domain *caller, domid_t id)
{
    const struct domain *d = id == DOMID_SELF ? caller : find_domain_by_id(id);

    if (!d)
        return GNTST_bad_domain;
    if (d != caller && !(caller->domain_flags & DOMF_privileged))
        return GNTST_permission_denied;
    for (grant_ref_t ref = 0; ref < d->grant_table.nr_frames * GRANTS_PER_FRAME; ref++)
        if (active_entry(d, ref)->maps)
            printk("(XEN) Domain-%d grants frame %05x by reference %u: mapped %u times, %u of them to write\n", d->domain_id,
                   (unsigned int)active_entry(d, ref)->frame, (unsigned int)ref, active_entry(d, ref)->maps,
                   active_entry(d, ref)->writers);
    return GNTST_okay;
}

/* A frame changes its owner; its contents go with it. */
static int transfer(struct domain *d, const struct gnttab_transfer *op)
{
    struct domain *receiver = find_domain_by_id(op->domid);
    volatile struct grant_entry *entry;

    if (!receiver || receiver == d || (receiver->domain_flags & (DOMF_shutdown | DOMF_crashed)))
        return GNTST_bad_domain;
    entry = shared_entry(receiver, op->ref);
    if (!entry || entry->flags != GTF_accept_transfer || entry->domid != d->domain_id)
        return GNTST_bad_gntref;
    if (!give_frame(d, receiver, op->mfn))
        return GNTST_general_error;
    entry = shared_entry(receiver, op->ref);
    entry->flags |= GTF_transfer_committed;
    entry->frame = op->mfn;
    entry->flags |= GTF_transfer_completed;
    return GNTST_okay;
}

void grant_table_destroy(struct domain *d)
{
    struct grant_table *table = &d->grant_table;

    for (grant_handle_t handle = 0; handle < MAPTRACK_PAGES * MAPTRACK_PER_PAGE; handle++) {
        struct grant_mapping *mapping = mapping_of(d, handle);

        if (!mapping)
            continue;
        if (!mapping->host_addr)
            put_foreign_frame(mapping->frame);
        end_mapping(mapping);
    }
    for (struct domain *other = domain_list; other; other = other->next_in_list)
        for (grant_handle_t handle = 0; handle < MAPTRACK_PAGES * MAPTRACK_PER_PAGE; handle++) {
            struct grant_mapping *mapping = mapping_of(other, handle);

            if (mapping && mapping->granter == d->domain_id)
                mapping->granter = IDLE_DOMAIN_ID;
        }
    for (unsigned int i = 0; i < table->nr_frames; i++) {
        unshare_heap_page(table->shared_mfn[i]);
        free_xenheap_page(table->active[i]);
    }
    for (unsigned int i = 0; i < MAPTRACK_PAGES; i++)
        if (table->maptrack[i])
            free_xenheap_page(table->maptrack[i]);
    memset(table, 0, sizeof(*table));
}

/* ------------------------------------------------------------------------------------------------------------ hypercall */

/* One operation of an array, copied in and, for its status and results, out again. */
#define ONE(type, call)                                                                       \
    do {                                                                                      \
        struct type op, *at = (struct type *)array + i;                                       \
        if (copy_from_guest(&op, at))                                                         \
            return -EFAULT;                                                                   \
        op.status = (int16_t)(call);                                                          \
        if (copy_to_guest(at, &op))                                                           \
            return -EFAULT;                                                                   \
        next = (unsigned long)(at + 1);                                                       \
    } while (0)

/* r0 = GNTTABOP_*, r1 = array of its structures, r2 = how many.
 * Each operation has a status of its own; the result is 0 when the arrays could be read and written. */
long do_grant_table_op(unsigned int cmd, void *array, unsigned int count)
{
    struct domain *d = current->domain;
    unsigned long next = (unsigned long)array;
    long error;

    if (count > BATCH_MAX)
        return -E2BIG;
    for (unsigned int i = 0; i < count; i++) {
        if (preempted() && (error = acm_check_again(__HYPERVISOR_grant_table_op, cmd, next, count - i)) != 0)
            return error;
        switch (cmd) {
        case GNTTABOP_map_grant_ref:
            ONE(gnttab_map_grant_ref, map_grant(d, &op));
            break;
        case GNTTABOP_unmap_grant_ref:
            ONE(gnttab_unmap_grant_ref, unmap_grant(d, &op));
            break;
        case GNTTABOP_setup_table:
            ONE(gnttab_setup_table, setup_table(d, &op));
            break;
        case GNTTABOP_dump_table:
            ONE(gnttab_dump_table, dump_table(d, op.dom));
            break;
        case GNTTABOP_transfer:
            ONE(gnttab_transfer, transfer(d, &op));
            break;
        default:
            return -ENOSYS;
        }
    }
    return 0;
}
