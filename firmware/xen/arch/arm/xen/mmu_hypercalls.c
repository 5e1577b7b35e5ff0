/* SPDX-License-Identifier: MIT
 *
 * The hypercalls of memory management: mmu_update, update_va_mapping, mmuext_op. The rules are in pagetable.c.
 *
 *   process_hypercalls -> do_mmu_update        -> update_descriptor -> mod_l1_entry, mod_l2_entry    by machine address
 *                      -> do_update_va_mapping -> linear_l1_entry   -> mod_l1_entry                  by virtual address
 *                      -> do_mmuext_op         -> mmuext            -> pin_table, new_baseptr, flushes
 *
 * They come here on the hypervisor stack of the calling vCPU, with its address space loaded, IRQ on; a descriptor that has
 * been changed is in memory, and the TLB has forgotten the old one, before the guest goes on.
 */
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/pagetable.h>
#include <xen/softirq.h>
#include <asm-arm/system.h>

#define BATCH_MAX 1024  /* requests in one call */
#define WHOLE_CACHE_BYTES 0x8000    /* from here on a range is not walked line by line */

/* One word of a frame of d: a descriptor when that frame is a page table, else plain memory. */
static long update_descriptor(struct domain *d, struct domain *owner, uint64_t address, uint32_t value, bool *cleaned)
{
    unsigned long mfn = (unsigned long)(address >> PAGE_SHIFT);
    unsigned long word = ((unsigned long)address & (PAGE_SIZE - 1)) / sizeof(uint32_t);
    struct page_info *page;

    if (address >> 32 || mfn >= max_page)
        return -EINVAL;
    page = mfn_to_page(mfn);
    if (page->owner != d)
        return -EPERM;
    switch (page->type_info & PGT_count_mask ? page->type_info & PGT_type_mask : PGT_none) {
    case PGT_l1_page_table:
        return mod_l1_entry(d, owner, (uint32_t *)map_domain_page(mfn) + word, value);
    case PGT_l2_page_table:
        /* a table is 16 KB aligned, so the frame number says which quarter this is */
        return mod_l2_entry(d, mfn & ~3UL, (mfn & 3) * (PAGE_SIZE / sizeof(uint32_t)) + word, value);
    default:            /* an ordinary page of the caller: it may be about to become a table */
        if (!*cleaned)
            cache_clean_invalidate_all();   /* else its old lines would be written over this later */
        *cleaned = true;
        ((uint32_t *)map_domain_page(mfn))[word] = value;
        return 0;
    }
}

/*
 * r0 = requests, r1 = how many, r2 = where to write how many were done (or 0), r3 = domain. The tables are always the
 * caller's own. With `foreign`, the frames that they are to map are that domain's: so Domain-0
 * fills the memory of a domain that it builds. The TLB is flushed once at the end.
 */
long do_mmu_update(const struct mmu_update *requests, unsigned int count, unsigned int *done, unsigned int foreign)
{
    struct domain *d = current->domain;
    struct domain *owner = foreign == DOMID_SELF ? d : find_domain_by_id((domid_t)foreign);
    unsigned int i;
    bool cleaned = false;
    long error = 0;

    if (owner != d && !(d->domain_flags & DOMF_privileged))
        return -EPERM;
    if (!owner || foreign > DOMID_SELF)
        return -ESRCH;
    if (count > BATCH_MAX)
        return -E2BIG;
    for (i = 0; i < count && !error; i++) {
        struct mmu_update request;
        unsigned long mfn;

        preempted();
        if (copy_from_guest(&request, requests + i)) {
            error = -EFAULT;
            break;
        }
        switch (request.ptr & 3) {
        case MMU_NORMAL_PT_UPDATE:
            error = update_descriptor(d, owner, request.ptr, (uint32_t)request.val, &cleaned);
            break;
        case MMU_MACHPHYS_UPDATE:
            mfn = (unsigned long)(request.ptr >> PAGE_SHIFT);
            if (request.ptr >> 32 || mfn >= max_page || mfn_to_page(mfn)->owner != d)
                error = -EPERM;
            else
                machine_to_phys[mfn] = (uint32_t)request.val;
            break;
        default:
            error = -EINVAL;
            break;
        }
        if (error)
            break;
    }
    drain_write_buffer();
    tlb_invalidate_all();
    if (done && copy_to_guest(done, &i))
        return -EFAULT;
    return error;
}

static void flush_as_asked(unsigned long va, unsigned long flags)
{
    drain_write_buffer();
    switch (flags & UVMF_FLUSHTYPE_MASK) {
    case UVMF_TLB_FLUSH:
        tlb_invalidate_all();
        break;
    case UVMF_INVLPG:
        tlb_invalidate_page(va);
        break;
    default:
        break;
    }
}

/*
 * r0 = va, r1 = flags, r2:r3 = the new descriptor. With UVMF_SHARED_INFO: the shared-info page appears, uncached, at
 * va + domid * 4096 (each domain at an address of its own), and the result is the domid. The hypervisor itself goes on
 * using its own mapping: an address that the guest can change is no place for its pointers.
 */
long do_update_va_mapping(unsigned long va, unsigned long flags, uint64_t val)
{
    struct domain *d = current->domain;
    uint32_t value = (uint32_t)val;
    uint32_t *entry;
    long result;

    if (flags & UVMF_SHARED_INFO) {
        va += (unsigned long)d->domain_id << PAGE_SHIFT;
        value = L2_SMALL_UNCACHED(d->shared_info_mfn << PAGE_SHIFT, L2_AP_KERNEL_ONLY);
    }
    entry = linear_l1_entry(va);
    if (!entry)
        return -EINVAL;
    if (flags & UVMF_SHARED_INFO)
        cache_clean_invalidate_all();   /* lines of what was mapped here before */
    result = mod_l1_entry(d, d, entry, value);
    if (result)
        return result;
    flush_as_asked(va, flags & UVMF_SHARED_INFO ? UVMF_INVLPG : flags);
    return flags & UVMF_SHARED_INFO ? d->domain_id : 0;
}

/* A guest's process switch. The new table must be one; the reference that the old base held is dropped. */
static long new_baseptr(struct vcpu *v, unsigned long address)
{
    struct domain *d = v->domain;
    unsigned long old = v->arch.guest_table;

    if (address & (L2_TABLE_PAGES * PAGE_SIZE - 1) || !get_l2_type(d, address >> PAGE_SHIFT))
        return -EINVAL;
    v->arch.guest_table = address;
    if (address != old)
        load_page_table(address);
    put_l2_type(d, old >> PAGE_SHIFT);
    return 0;
}

/* A pin keeps a table a table while no slot or base pointer uses it. One pin per table. */
static long pin_table(struct domain *d, unsigned long mfn, uint32_t type)
{
    struct page_info *page = mfn_to_page(mfn);

    if (mfn >= max_page || (page->type_info & PGT_pinned))
        return -EINVAL;
    if (type == PGT_l1_page_table ? !get_l1_type(d, page, PGT_GROUP_ANY) : !get_l2_type(d, mfn))
        return -EINVAL;
    page->type_info |= PGT_pinned;
    return 0;
}

static long unpin_table(struct domain *d, unsigned long mfn)
{
    struct page_info *page = mfn_to_page(mfn);

    if (mfn >= max_page || page->owner != d || !(page->type_info & PGT_pinned))
        return -EINVAL;
    page->type_info &= ~PGT_pinned;
    if ((page->type_info & PGT_type_mask) == PGT_l1_page_table)
        put_l1_type(d, page);
    else
        put_l2_type(d, mfn);
    return 0;
}

/*
 * Cache maintenance by a guest's addresses. Always clean before invalidate: throwing lines away would be a way to undo
 * what others have written. Large ranges are the whole cache.
 */
static long cache_range(unsigned long from, unsigned long to, bool instructions)
{
    if (from > to || to > GUEST_KERNEL_END)
        return -EINVAL;
    if (to - from >= WHOLE_CACHE_BYTES) {
        cache_clean_invalidate_all();
        return 0;
    }
    for (unsigned long line = from & ~(CACHE_LINE - 1UL); line < to; line += CACHE_LINE) {
        dcache_clean_invalidate_line(line);
        if (instructions)
            icache_invalidate_line(line);
    }
    drain_write_buffer();
    return 0;
}

static long mmuext(struct vcpu *v, struct mmuext_op *op, bool *write_back)
{
    unsigned long address = op->arg1.linear_addr;

    switch (op->cmd) {
    case MMUEXT_PIN_L1_TABLE:
        return pin_table(v->domain, op->arg1.mfn, PGT_l1_page_table);
    case MMUEXT_PIN_L2_TABLE:
        return pin_table(v->domain, op->arg1.mfn, PGT_l2_page_table);
    case MMUEXT_UNPIN_TABLE:
        return unpin_table(v->domain, op->arg1.mfn);
    case MMUEXT_NEW_BASEPTR:
        return new_baseptr(v, op->arg1.phys_addr);
    case MMUEXT_GET_PGD:
        op->arg1.phys_addr = v->arch.guest_table;
        *write_back = true;
        return 0;
    case MMUEXT_TLB_FLUSH_LOCAL:
    case MMUEXT_TLB_FLUSH_MULTI:
    case MMUEXT_TLB_FLUSH_ALL:
    case MMUEXT_FLUSH_TLB_ALL:
    case MMUEXT_FLUSH_TLB_MM:
    case MMUEXT_FLUSH_USER_TLB_RANGE:
    case MMUEXT_FLUSH_KERN_TLB_RANGE:
        tlb_invalidate_all();
        return 0;
    case MMUEXT_INVLPG_LOCAL:
    case MMUEXT_INVLPG_MULTI:
    case MMUEXT_INVLPG_ALL:
    case MMUEXT_FLUSH_TLB_PAGE:
    case MMUEXT_FLUSH_TLB_KERNEL_PAGE:
    case MMUEXT_INVALIDATE_I_TLB_ENTRY:
    case MMUEXT_INVALIDATE_D_TLB_ENTRY:
        tlb_invalidate_page(address);
        return 0;
    case MMUEXT_FLUSH_CACHE:
        cache_clean_invalidate_all();
        return 0;
    case MMUEXT_DCACHE_CLEAN_AREA:
        return op->arg2.size > GUEST_KERNEL_END ? -EINVAL : cache_range(address, address + op->arg2.size, false);
    case MMUEXT_COHERENT_KERN_RANGE:
    case MMUEXT_COHERENT_USER_RANGE:
        return cache_range(address, op->arg2.end, true);
    case MMUEXT_FLUSH_USER_CACHE_RANGE:
    case MMUEXT_DMAC_INV_RANGE:
    case MMUEXT_DMAC_CLEAN_RANGE:
    case MMUEXT_DMAC_FLUSH_RANGE:
        return cache_range(address, op->arg2.end, false);
    case MMUEXT_FLUSH_KERN_DCACHE_PAGE:
        return address >= GUEST_KERNEL_END ? -EINVAL : cache_range(address & L1E_FRAME_MASK, (address & L1E_FRAME_MASK) + PAGE_SIZE, false);
    case MMUEXT_FLUSH_PMD_ENTRY:
    case MMUEXT_CLEAN_PMD_ENTRY:
    case MMUEXT_DRAIN_WB:
        drain_write_buffer();   /* descriptors are never left in the cache here */
        return 0;
    default:
        return -ENOSYS;
    }
}

/* r0 = operations, r1 = how many, r2 = where to write how many were done (or 0), r3 = DOMID_SELF. */
long do_mmuext_op(struct mmuext_op *ops, unsigned int count, unsigned int *done, unsigned int foreign)
{
    struct vcpu *v = current;
    unsigned int i;
    long error = 0;

    if (foreign != DOMID_SELF && foreign != v->domain->domain_id)
        return -EPERM;
    if (count > BATCH_MAX)
        return -E2BIG;
    for (i = 0; i < count; i++) {
        struct mmuext_op op;
        bool write_back = false;

        if (preempted() && (error = acm_check_again(__HYPERVISOR_mmuext_op, (unsigned long)(ops + i), count - i, 0)) != 0)
            break;
        if (copy_from_guest(&op, ops + i)) {
            error = -EFAULT;
            break;
        }
        error = mmuext(v, &op, &write_back);
        if (!error && write_back && copy_to_guest(ops + i, &op))
            error = -EFAULT;
        if (error)
            break;
    }
    if (done && copy_to_guest(done, &i))
        return -EFAULT;
    return error;
}
