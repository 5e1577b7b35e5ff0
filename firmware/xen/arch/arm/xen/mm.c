/* SPDX-License-Identifier: MIT
 *
 * Machine memory and the hypervisor's part of every address space. What guests may do to their page tables is pagetable.c.
 *
 * All page tables are accessed through uncached mappings (MAPCACHE, PERDOMAIN, LINEAR_PT) or, the hypervisor's static
 * ones, cleaned to memory after each write: the ARM926's table walk does not look into the cache.
 */
#include <xen/lib.h>
#include <xen/mm.h>
#include <asm-arm/system.h>
#include <asm-arm/arch-goldfish/platform.h>

unsigned long max_page;
struct perf_counters perf_counters;

#define idle_table ((uint32_t *)(DIRECTMAP_VIRT_START + IDLE_PGDIR_PHYS))
#define COARSE __attribute__((aligned(1024)))

/* Coarse tables of the hypervisor, the same in all address spaces. 256 pages = 1 MB each. */
static uint32_t idle_low_table[L1_TABLE_ENTRIES] COARSE;        /* VA 0 while no guest's space is loaded */
static uint32_t guest_low_table[L1_TABLE_ENTRIES] COARSE;       /* VA 0 in guests: the page of vectors, nothing else */
static uint32_t ro_mpt_table[L1_TABLE_ENTRIES] COARSE;
static uint32_t rdwr_mpt_table[L1_TABLE_ENTRIES] COARSE;
static uint32_t frametable_tables[4][L1_TABLE_ENTRIES] COARSE;
static uint32_t mapcache_tables[2][L1_TABLE_ENTRIES] COARSE;    /* shared-info pages; windows of map_domain_page */

extern char __vectors_load[];

#define MAP_WINDOWS 8   /* used in turn; nobody holds more than three at a time */
static unsigned int next_window;

static unsigned long first_domain_mfn, lowest_free_mfn, free_pages, end_domain_mfn;
static unsigned long loaded_table = IDLE_PGDIR_PHYS;

static void write_entry(uint32_t *entry, uint32_t value)
{
    *entry = value;
    dcache_clean_line((unsigned long)entry);
    drain_write_buffer();
}

static void map_pages(uint32_t *tables, unsigned long mfn, unsigned long count, uint32_t attributes)
{
    for (unsigned long i = 0; i < count; i++)
        write_entry(&tables[i], ((mfn + i) << PAGE_SHIFT) | attributes);
}

static void install_table(unsigned long va, const uint32_t *table)
{
    write_entry(&idle_table[l2_index(va)], __pa(table) | L2E_XEN_TABLE);
}

/*
 * From start_xen, on the boot table. Takes the frame table and the machine-to-physical table from the top of RAM, so
 * that the heap below the modules stays small, and fixes VA 0: the vectors.
 */
void paging_init(unsigned long ram_bytes)
{
    unsigned long frame_pages, mpt_pages;
    unsigned long vectors_mfn = __pa(__vectors_load) >> PAGE_SHIFT;

    max_page = ram_bytes >> PAGE_SHIFT;
    frame_pages = round_up(max_page * sizeof(struct page_info), PAGE_SIZE) >> PAGE_SHIFT;
    mpt_pages = round_up(max_page * sizeof(uint32_t), PAGE_SIZE) >> PAGE_SHIFT;
    end_domain_mfn = max_page - frame_pages - mpt_pages;

    map_pages(frametable_tables[0], end_domain_mfn, frame_pages, L1E_XEN_CACHED);
    map_pages(rdwr_mpt_table, end_domain_mfn + frame_pages, mpt_pages, L1E_XEN_UNCACHED);
    map_pages(ro_mpt_table, end_domain_mfn + frame_pages, mpt_pages, L1E_XEN_USER_RO);
    for (unsigned int i = 0; i < 4; i++)
        install_table(FRAMETABLE_VIRT_START + (i << SECTION_SHIFT), frametable_tables[i]);
    install_table(RDWR_MPT_VIRT_START, rdwr_mpt_table);
    install_table(RO_MPT_VIRT_START, ro_mpt_table);
    for (unsigned int i = 0; i < 2; i++)
        install_table(MAPCACHE_VIRT_START + (i << SECTION_SHIFT), mapcache_tables[i]);

    map_pages(idle_low_table, 0, L1_TABLE_ENTRIES, L1E_XEN_CACHED);
    map_pages(idle_low_table, vectors_mfn, 1, L1E_XEN_CACHED);
    map_pages(guest_low_table, vectors_mfn, 1, L1E_XEN_CACHED);
    cache_clean_invalidate_all();       /* what was written through VA 0 so far, and the image that holds the vectors */
    install_table(EXCEPTION_VEC_START, idle_low_table);
    tlb_invalidate_all();

    memset(frame_table, 0, max_page * sizeof(struct page_info));
}

/* Domain memory begins behind the last module. */
void set_first_free_mfn(unsigned long mfn)
{
    first_domain_mfn = lowest_free_mfn = round_up(mfn, L2_TABLE_PAGES);
    free_pages = end_domain_mfn > lowest_free_mfn ? end_domain_mfn - lowest_free_mfn : 0;
}

unsigned long free_domain_page_count(void)
{
    return free_pages;
}

/* A window onto a frame, uncached. Valid until MAP_WINDOWS - 1 further calls. */
void *map_domain_page(unsigned long mfn)
{
    unsigned int window = next_window++ % MAP_WINDOWS;
    unsigned long va = MAPCACHE_VIRT_START + (1UL << SECTION_SHIFT) + window * PAGE_SIZE;

    write_entry(&mapcache_tables[1][window], (mfn << PAGE_SHIFT) | L1E_XEN_UNCACHED);
    tlb_invalidate_page(va);
    return (void *)va;
}

/* The hypervisor's lasting view of a shared-info page: uncached, as the guest sees it elsewhere in the same cache. */
struct shared_info *map_shared_info(domid_t id, unsigned long mfn)
{
    unsigned long va = MAPCACHE_VIRT_START + id * PAGE_SIZE;

    cache_clean_invalidate_all();       /* it was cleared through DIRECTMAP, which is cached */
    write_entry(&mapcache_tables[0][id], (mfn << PAGE_SHIFT) | L1E_XEN_UNCACHED);
    tlb_invalidate_page(va);
    return (struct shared_info *)va;
}

/* A page of the heap that d may map too; answers its frame. */
unsigned long share_heap_page(void *va, struct domain *d)
{
    unsigned long mfn = __pa(va) >> PAGE_SHIFT;
    struct page_info *page = mfn_to_page(mfn);

    cache_clean_invalidate_all();               /* it was cleared through DIRECTMAP, which is cached */
    page->owner = d;
    page->count_info = PGC_allocated | 1;
    page->type_info = PGT_writable_page | 1;    /* ours: so a guest can never make a page table of it */
    return mfn;
}

/* Its domain is no more. */
void unshare_heap_page(unsigned long mfn)
{
    memset(mfn_to_page(mfn), 0, sizeof(struct page_info));
    free_xenheap_page(__va(mfn << PAGE_SHIFT));
}

bool is_domain_memory(unsigned long mfn)
{
    return mfn >= first_domain_mfn && mfn < end_domain_mfn;
}

/* First of `pages` neighbouring frames that belong to nobody, 16 KB aligned so that a first-level table can lie there. */
static unsigned long find_free_range(unsigned long pages)
{
    unsigned long mfn = lowest_free_mfn, length = 0;

    while (mfn < end_domain_mfn && pages <= end_domain_mfn - mfn) {
        while (length < pages && !mfn_to_page(mfn + length)->count_info)
            length++;
        if (length == pages)
            return mfn;
        mfn = round_up(mfn + length + 1, L2_TABLE_PAGES);
        length = 0;
    }
    return 0;
}

/* One contiguous range. */
unsigned long alloc_domain_pages(struct domain *d, unsigned long pages)
{
    unsigned long mfn = find_free_range(pages);

    if (!mfn)
        return 0;
    if (mfn == lowest_free_mfn)
        lowest_free_mfn = round_up(mfn + pages, L2_TABLE_PAGES);
    free_pages -= pages;
    for (unsigned long i = 0; i < pages; i++) {
        struct page_info *page = mfn_to_page(mfn + i);

        page->owner = d;
        page->count_info = PGC_allocated | 1;
        machine_to_phys[mfn + i] = i;
    }
    d->min_mfn = mfn;
    d->tot_pages = d->max_pages = pages;
    return mfn;
}

static void free_domain_page(unsigned long mfn);

/* One more frame for a domain that runs; 0 when there is none. Where it shows it is the guest's affair. */
unsigned long alloc_domain_page(struct domain *d)
{
    unsigned long mfn = lowest_free_mfn;

    while (mfn < end_domain_mfn && mfn_to_page(mfn)->count_info)
        mfn++;
    if (mfn >= end_domain_mfn)
        return 0;
    free_pages--;
    mfn_to_page(mfn)->owner = d;
    mfn_to_page(mfn)->count_info = PGC_allocated | 1;
    machine_to_phys[mfn] = INVALID_M2P_ENTRY;
    d->tot_pages++;
    return mfn;
}

/* A frame of d that nothing maps or uses. What the cache may still hold of it goes to memory. */
static bool is_unused(struct domain *d, unsigned long mfn)
{
    if (mfn >= max_page || !is_domain_memory(mfn) || mfn_to_page(mfn)->owner != d)
        return false;
    if ((mfn_to_page(mfn)->count_info & PGC_count_mask) != 1 || (mfn_to_page(mfn)->type_info & PGT_count_mask))
        return false;
    address_space_flush();
    return true;
}

bool release_domain_page(struct domain *d, unsigned long mfn)
{
    if (!is_unused(d, mfn))
        return false;
    free_domain_page(mfn);
    d->tot_pages--;
    return true;
}

bool give_frame(struct domain *from, struct domain *to, unsigned long mfn)
{
    if (to->tot_pages >= to->max_pages || !is_unused(from, mfn))
        return false;
    mfn_to_page(mfn)->owner = to;
    machine_to_phys[mfn] = INVALID_M2P_ENTRY;
    from->tot_pages--;
    to->tot_pages++;
    return true;
}

/* Nobody refers to this frame any more. It is cleared, so that whoever gets it next reads nothing of what was there. */
static void free_domain_page(unsigned long mfn)
{
    memset(map_domain_page(mfn), 0, PAGE_SIZE);
    memset(mfn_to_page(mfn), 0, sizeof(struct page_info));
    free_pages++;
    if (mfn < lowest_free_mfn)
        lowest_free_mfn = mfn & ~(L2_TABLE_PAGES - 1UL);
}

/* A domain that is not its owner maps this frame: it outlives its owner as long. */
void get_page(struct page_info *page)
{
    page->count_info++;
}

/* That mapping is gone. Of an ownerless frame it may have left dirty lines, which must not be written over the next owner's. */
void put_page(struct page_info *page)
{
    page->count_info--;
    if (page->count_info & PGC_count_mask)
        return;
    address_space_flush();
    free_domain_page(page_to_mfn(page));
}

/* All frames of a domain that will not run again. Those that others still map are freed when the last mapping goes. */
void free_domain_pages(struct domain *d)
{
    for (unsigned long mfn = first_domain_mfn; mfn < end_domain_mfn; mfn++) {
        struct page_info *page = mfn_to_page(mfn);

        if (page->owner != d)
            continue;
        if ((page->count_info & PGC_count_mask) == 1) {
            free_domain_page(mfn);
        } else {
            page->owner = NULL;
            page->count_info = (page->count_info - 1) & PGC_count_mask;
        }
    }
    d->tot_pages = 0;
}

unsigned long loaded_page_table(void)
{
    return loaded_table;
}

/* The cache is indexed by virtual address: before another space is used, all of it goes to memory; the TLB likewise. */
void load_page_table(unsigned long guest_table)
{
    address_space_flush();
    loaded_table = guest_table;
    cp15_write(c2, c0, 0, guest_table);
    tlb_invalidate_all();
}

void address_space_flush(void)
{
    perf_counters.cache_flushes++;
    perf_counters.tlb_flushes++;
    cache_clean_invalidate_all();
    tlb_invalidate_all();
}

/*
 * Gives a new first-level table the hypervisor's slots: VA 0 (vectors), everything from HYPERVISOR_VIRT_START, and a page
 * of its own for PERDOMAIN (its first 16 KB show the table itself) and LINEAR_PT (word [va >> 12]). All of it is D0,
 * privileged only. The guest's slots are left as they are; pagetable.c keeps LINEAR_PT in step with them.
 */
bool init_l2_table(unsigned long mfn)
{
    struct domain *d = mfn_to_page(mfn)->owner;
    unsigned long slots_per_page = PAGE_SIZE / sizeof(uint32_t);
    uint32_t *companion, *table;

    if (d->spaces >= MAX_SPACES || (d->spaces && xenheap_free_pages() < HEAP_RESERVE))
        return false;
    companion = alloc_xenheap_page();
    if (!companion)
        return false;
    d->spaces++;
    cache_clean_invalidate_all();
    mfn_to_page(mfn)->u.companion = companion;
    for (unsigned long i = 0; i < L2_TABLE_PAGES; i++)
        write_entry(&companion[i], ((mfn + i) << PAGE_SHIFT) | L1E_XEN_UNCACHED);

    table = map_domain_page(mfn);
    table[0] = __pa(guest_low_table) | L2E_XEN_TABLE;
    table = map_domain_page(mfn + l2_index(HYPERVISOR_VIRT_START) / slots_per_page);
    for (unsigned long slot = l2_index(HYPERVISOR_VIRT_START); slot < L2_TABLE_ENTRIES; slot++)
        table[slot % slots_per_page] = idle_table[slot];
    /* Coarse table k of the companion covers the LINEAR_PT words of the k-th GB. The first GB has none: PERDOMAIN's. */
    table[l2_index(PERDOMAIN_VIRT_START) % slots_per_page] = __pa(companion) | L2E_XEN_TABLE;
    for (unsigned long gb = 1; gb < 4; gb++)
        table[(l2_index(LINEAR_PT_VIRT_START) + gb) % slots_per_page] = (__pa(companion) + gb * 1024) | L2E_XEN_TABLE;
    drain_write_buffer();
    return true;
}
