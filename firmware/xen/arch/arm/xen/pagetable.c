/* SPDX-License-Identifier: MIT
 *
 * What guests may do to their page tables: every descriptor that the MMU will read has been checked here.
 *
 * In virtual kernel mode a guest is manager of D1-D3, so read-only mappings do not protect a page table. Instead a frame
 * that is a page table is not mapped in D1-D3 at all. That is kept by types: each mapping of a frame counts as
 * "writable", a page table counts as "l1" or "l2", and a frame has one type at a time. To make a page table, a guest
 * clears the page, unmaps it, and then installs it; from then on it changes it by hypercall only.
 *
 * A page of four coarse tables ("l1") serves four neighbouring first-level slots, 4 MB of address space, in order: so
 * LINEAR_PT can show it as one page.
 *
 * Who comes here, with what, and what happens:
 *   mod_l1_entry  (mmu_update, update_va_mapping, grants)  a new descriptor for one page: get_l1_entry takes the
 *                 reference that it means or refuses it; then it is written; then put_l1_entry gives back what the old one meant
 *   mod_l2_entry  (mmu_update)  the same for a slot of a first-level table: get_l2_entry, and get_l1_type for the page that
 *                 it names, whose 1024 descriptors are checked when this is its first use; then LINEAR_PT is brought in step
 *   get_l2_type   (pin, NEW_BASEPTR, the builder)  four frames become a first-level table: all their slots as above
 * In this order nothing is ever reachable by the MMU that has not been checked, and nothing loses a reference that is in use.
 */
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/pagetable.h>
#include <asm-arm/arch-goldfish/platform.h>
#include <asm-arm/system.h>

static uint32_t page_type(const struct page_info *page)
{
    return page->type_info & PGT_type_mask;
}

static unsigned int type_count(const struct page_info *page)
{
    return page->type_info & PGT_count_mask;
}

/* Another mapping, in a table of d, of a frame of `owner` as ordinary memory. */
static bool get_writable(struct domain *d, struct domain *owner, unsigned long mfn)
{
    struct page_info *page;

    if (mfn >= max_page)
        return false;
    page = mfn_to_page(mfn);
    if (page->owner != owner)
        return false;
    if (owner != d && !is_domain_memory(mfn))
        return false;                   /* pages that the hypervisor shares with the owner lie in its heap */
    if (type_count(page) == 0)
        page->type_info = PGT_writable_page;
    else if (page_type(page) != PGT_writable_page || type_count(page) == PGT_count_mask)
        return false;
    page->type_info++;
    if (owner != d)
        get_page(page);
    return true;
}

/* The last mapping gone, the frame may become a page table: what TLB and cache still hold of it must go then. */
static void put_type(struct page_info *page)
{
    page->type_info--;
    if (type_count(page) == 0)
        page->type_info = PGT_none;
}

/* May `value`, naming a frame of `owner`, stand in a coarse table of d? Takes the reference that it means, and tidies it. */
static bool get_l1_entry(struct domain *d, struct domain *owner, uint32_t *value)
{
    unsigned long mfn = *value >> PAGE_SHIFT;

    if ((*value & DESC_TYPE_MASK) == DESC_FAULT)
        return true;
    if ((*value & DESC_TYPE_MASK) != L1E_SMALL)
        return false;
    if (mfn < max_page) {
        if (!is_domain_memory(mfn))     /* the hypervisor uses what it shares through uncached mappings */
            *value &= ~(uint32_t)(DESC_CACHEABLE | DESC_BUFFERABLE);
        return get_writable(d, owner, mfn);
    }
    if (owner != d || !(d->domain_flags & DOMF_privileged) || !platform_io_permitted(mfn))
        return false;
    *value &= ~(uint32_t)(DESC_CACHEABLE | DESC_BUFFERABLE);
    return true;
}

/* True when that was another domain's frame: then windows may have been used. */
static bool put_l1_entry(struct domain *d, uint32_t value)
{
    unsigned long mfn = value >> PAGE_SHIFT;
    struct page_info *page;

    if ((value & DESC_TYPE_MASK) != L1E_SMALL || mfn >= max_page)
        return false;
    page = mfn_to_page(mfn);
    put_type(page);
    if (page->owner == d)
        return false;
    put_page(page);
    return true;
}

long mod_l1_entry(struct domain *d, struct domain *owner, volatile uint32_t *entry, uint32_t value)
{
    uint32_t old = *entry;

    if (!get_l1_entry(d, owner, &value))
        return -EINVAL;
    *entry = value;
    put_l1_entry(d, old);
    return 0;
}

/* Before a frame of ordinary memory becomes a page table: no dirty line may be written over it later, and no TLB entry
 * may still let the guest write to it. */
static void begin_page_table(void)
{
    address_space_flush();
}

/* Another user of a page of coarse tables: a slot of `group`, or a pin (PGT_GROUP_ANY). The first makes it one. */
bool get_l1_type(struct domain *d, struct page_info *page, unsigned long group)
{
    volatile uint32_t *table;
    uint32_t type = PGT_l1_page_table | (group << PGT_group_shift);

    if (page->owner != d || type_count(page) == PGT_count_mask)
        return false;
    if (type_count(page)) {
        if (page_type(page) != PGT_l1_page_table)
            return false;
        if ((page->type_info & PGT_group_mask) == PGT_GROUP_ANY << PGT_group_shift)
            page->type_info = (page->type_info & ~PGT_group_mask) | (type & PGT_group_mask);
        else if (group != PGT_GROUP_ANY && (page->type_info & PGT_group_mask) != (type & PGT_group_mask))
            return false;
        page->type_info++;
        return true;
    }
    begin_page_table();
    page->type_info = type | 1;         /* so that no entry of it can map itself */
    table = map_domain_page(page_to_mfn(page));
    for (unsigned int i = 0; i < L1_PAGE_ENTRIES; i++) {
        uint32_t value = table[i];

        if (!get_l1_entry(d, d, &value)) {
            while (i--)
                put_l1_entry(d, table[i]);
            page->type_info = PGT_none;
            return false;
        }
        table[i] = value;
    }
    page->type_info |= PGT_validated;
    return true;
}

void put_l1_type(struct domain *d, struct page_info *page)
{
    volatile uint32_t *table;

    if (type_count(page) == 1) {
        table = map_domain_page(page_to_mfn(page));
        for (unsigned int i = 0; i < L1_PAGE_ENTRIES; i++)
            if (put_l1_entry(d, table[i]))
                table = map_domain_page(page_to_mfn(page));
    }
    put_type(page);
}

/*
 * A domain that will not run again: what its page tables refer to in other domains is let go, and its spaces' companions
 * are freed. Its own frames and their types are left to free_domain_pages.
 */
void release_page_tables(struct domain *d)
{
    for (unsigned long mfn = 0; mfn < max_page; mfn++) {
        struct page_info *page = mfn_to_page(mfn);
        volatile uint32_t *table;

        if (page->owner != d || !(page->type_info & PGT_validated))
            continue;
        if (page_type(page) == PGT_l2_page_table) {
            free_xenheap_page(page->u.companion);
            page->u.companion = NULL;
            continue;
        }
        table = map_domain_page(mfn);
        for (unsigned int i = 0; i < L1_PAGE_ENTRIES; i++)
            if (put_l1_entry(d, table[i]))
                table = map_domain_page(mfn);
        page->type_info &= ~PGT_validated;
    }
}

static unsigned long slot_page(unsigned long l2_mfn, unsigned long index)
{
    return l2_mfn + index / (PAGE_SIZE / sizeof(uint32_t));
}

/* Which slots are the guest's: user and kernel range, never page 0 or the hypervisor's. */
static bool guest_slot(unsigned long index)
{
    return index >= l2_index(GUEST_USER_START) && index < l2_index(GUEST_KERNEL_END);
}

/* May `value` stand in slot `index`, beside what stands in the other slots of its group? Takes its reference. */
static bool get_l2_entry(struct domain *d, const volatile uint32_t *group_slots, unsigned long index, uint32_t *value)
{
    unsigned long mfn = *value >> PAGE_SHIFT;
    unsigned int mmu_domain = L2E_DOMAIN(*value);

    if ((*value & DESC_TYPE_MASK) == DESC_FAULT) {
        *value = 0;
        return true;
    }
    if ((*value & DESC_TYPE_MASK) != L2E_COARSE || mfn >= max_page)
        return false;
    if (mmu_domain < DOMAIN_KERNEL || mmu_domain > DOMAIN_USER)
        return false;
    if (mmu_domain == DOMAIN_IO && !(d->domain_flags & DOMF_privileged))
        return false;
    if (((*value >> 10) & 3) != (index & 3))
        return false;
    for (unsigned int i = 0; i < 4; i++)
        if (i != (index & 3) && group_slots[i] && group_slots[i] >> PAGE_SHIFT != mfn)
            return false;
    *value = L1_COARSE(*value & L2E_COARSE_MASK, mmu_domain);
    return get_l1_type(d, mfn_to_page(mfn), index >> 2);
}

/* Keeps LINEAR_PT in step: a group is shown while one of its slots is in use. */
static void show_group(unsigned long l2_mfn, const volatile uint32_t *group_slots, unsigned long index)
{
    uint32_t *word = &mfn_to_page(l2_mfn)->u.companion[index >> 2];
    uint32_t frame = 0;

    for (unsigned int i = 0; i < 4; i++)
        if (group_slots[i])
            frame = (group_slots[i] & L1E_FRAME_MASK) | L1E_XEN_UNCACHED;
    *word = frame;
    dcache_clean_line((unsigned long)word);
    drain_write_buffer();
    tlb_invalidate_page(LINEAR_PT_VIRT_START + ((index >> 2) << PAGE_SHIFT));
}

long mod_l2_entry(struct domain *d, unsigned long l2_mfn, unsigned long index, uint32_t value)
{
    volatile uint32_t *table;
    volatile uint32_t *group_slots;
    uint32_t old;

    if (!guest_slot(index))
        return -EPERM;
    table = map_domain_page(slot_page(l2_mfn, index));
    group_slots = &table[(index & ~3UL) % (PAGE_SIZE / sizeof(uint32_t))];
    if (!get_l2_entry(d, group_slots, index, &value))
        return -EINVAL;
    old = group_slots[index & 3];
    group_slots[index & 3] = value;
    show_group(l2_mfn, group_slots, index);
    if (old)
        put_l1_type(d, mfn_to_page(old >> PAGE_SHIFT));
    return 0;
}

/*
 * Four frames become a first-level table (or one more user of it is counted). Its guest slots are checked one by one.
 * A table that is refused has lost the slots before the one that was wrong.
 */
bool get_l2_type(struct domain *d, unsigned long mfn)
{
    const unsigned long slots_per_page = PAGE_SIZE / sizeof(uint32_t);
    struct page_info *page;

    if (mfn % L2_TABLE_PAGES || mfn >= max_page || max_page - mfn < L2_TABLE_PAGES)
        return false;
    page = mfn_to_page(mfn);
    if (page->owner == d && page_type(page) == PGT_l2_page_table && (page->type_info & PGT_validated)) {
        if (type_count(page) == PGT_count_mask)
            return false;
        page->type_info++;
        return true;
    }
    for (unsigned int i = 0; i < L2_TABLE_PAGES; i++)
        if (page[i].owner != d || type_count(&page[i]))
            return false;
    begin_page_table();
    for (unsigned int i = 0; i < L2_TABLE_PAGES; i++)
        page[i].type_info = PGT_l2_page_table | 1;
    if (!init_l2_table(mfn)) {
        for (unsigned int i = 0; i < L2_TABLE_PAGES; i++)
            page[i].type_info = PGT_none;
        return false;
    }
    _Static_assert(l2_index(GUEST_USER_START) == PAGE_SIZE / sizeof(uint32_t), "the first page of slots is nobody's");
    memset((uint32_t *)map_domain_page(mfn) + 1, 0, PAGE_SIZE - sizeof(uint32_t));
    for (unsigned long index = l2_index(GUEST_USER_START); index < l2_index(GUEST_KERNEL_END); index++) {
        volatile uint32_t *table = map_domain_page(slot_page(mfn, index));
        volatile uint32_t *group_slots = &table[(index & ~3UL) % slots_per_page];
        uint32_t value = group_slots[index & 3];

        if (!value)
            continue;
        if (!get_l2_entry(d, group_slots, index, &value)) {
            /* From here on nothing is counted: empty these slots before the counted ones are dropped. */
            for (unsigned long rest = index; rest < l2_index(GUEST_KERNEL_END); rest++)
                ((volatile uint32_t *)map_domain_page(slot_page(mfn, rest)))[rest % slots_per_page] = 0;
            put_l2_type(d, mfn);
            return false;
        }
        group_slots[index & 3] = value;
        show_group(mfn, group_slots, index);
    }
    page->type_info |= PGT_validated;
    return true;
}

void put_l2_type(struct domain *d, unsigned long mfn)
{
    struct page_info *page = mfn_to_page(mfn);

    if (type_count(page) > 1) {
        page->type_info--;
        return;
    }
    for (unsigned long index = l2_index(GUEST_USER_START); index < l2_index(GUEST_KERNEL_END); index++)
        if (((volatile uint32_t *)map_domain_page(slot_page(mfn, index)))[index % (PAGE_SIZE / sizeof(uint32_t))])
            mod_l2_entry(d, mfn, index, 0);
    free_xenheap_page(page->u.companion);
    page->u.companion = NULL;
    d->spaces--;
    for (unsigned int i = 0; i < L2_TABLE_PAGES; i++)
        page[i].type_info = PGT_none;
}

/*
 * The descriptor of va in the space that is loaded, through PERDOMAIN and LINEAR_PT; NULL when va is not the guest's or
 * no coarse table is there.
 */
uint32_t *linear_l1_entry(unsigned long va)
{
    const volatile uint32_t *table = (const uint32_t *)PERDOMAIN_VIRT_START;

    if (va < GUEST_USER_START || va >= GUEST_KERNEL_END || !table[l2_index(va)])
        return NULL;
    return (uint32_t *)LINEAR_PT_VIRT_START + (va >> PAGE_SHIFT);
}

/* ----------------------------------------------------------------------------------------------------- granted frames */

bool get_foreign_frame(struct domain *d, struct domain *owner, unsigned long mfn)
{
    return get_writable(d, owner, mfn);
}

void put_foreign_frame(unsigned long mfn)
{
    put_type(mfn_to_page(mfn));
    put_page(mfn_to_page(mfn));
}

/* What the cache holds of a page of the space that is loaded goes to memory. */
static void flush_page(unsigned long va)
{
    for (unsigned long line = va; line < va + PAGE_SIZE; line += CACHE_LINE)
        dcache_clean_invalidate_line(line);
    drain_write_buffer();
}

/* Lets va, in the space that is loaded, show a frame of another domain. What was there before is let go. Answers the frame of the
 * page of coarse tables that has the descriptor, or an error. */
long map_foreign_frame(struct domain *d, struct domain *owner, unsigned long va, uint32_t value)
{
    uint32_t *entry = linear_l1_entry(va);

    if (!entry)
        return -EINVAL;
    if ((*entry & DESC_TYPE_MASK) != DESC_FAULT)
        flush_page(va);
    if (mod_l1_entry(d, owner, entry, value))
        return -EINVAL;
    drain_write_buffer();
    tlb_invalidate_page(va);
    return (long)(((const uint32_t *)PERDOMAIN_VIRT_START)[l2_index(va)] >> PAGE_SHIFT);
}

/*
 * Takes it away again, unless the descriptor shows something else by now. The table decides, not the address: its page may be in
 * another space than the one that is loaded, or in none, and come back later.
 */
void unmap_foreign_frame(struct domain *d, unsigned long table_mfn, unsigned long va, unsigned long mfn)
{
    volatile uint32_t *entry = (uint32_t *)map_domain_page(table_mfn) + (va >> PAGE_SHIFT) % L1_PAGE_ENTRIES;

    if (mfn_to_page(table_mfn)->owner != d || page_type(mfn_to_page(table_mfn)) != PGT_l1_page_table)
        return;                         /* no table any more: then nothing in it refers to anything */
    if ((*entry & DESC_TYPE_MASK) != L1E_SMALL || *entry >> PAGE_SHIFT != mfn)
        return;
    flush_page(va);
    mod_l1_entry(d, d, entry, 0);
    drain_write_buffer();
    tlb_invalidate_page(va);
}
