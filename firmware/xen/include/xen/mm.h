/* SPDX-License-Identifier: MIT
 *
 * Machine memory: who owns a frame, and what it may be used for. (arch/arm/xen/mm.c; the heap: common/page_alloc.c)
 */
#ifndef __XEN_MM_H__
#define __XEN_MM_H__

#include <xen/sched.h>
#include <asm-arm/pgtable.h>

/* One machine frame, 24 bytes. */
struct page_info {
    union {
        struct { struct page_info *next, *prev; } list;
        /* Of a first-level table's first frame: the page of coarse tables for PERDOMAIN and LINEAR_PT of that space. */
        uint32_t *companion;
    } u;
    uint32_t count_info;        /* PGC_* */
    struct domain *owner;       /* NULL: free, or the hypervisor's */
    uint32_t type_info;         /* PGT_* */
    uint32_t tlbflush_timestamp;
};
_Static_assert(sizeof(struct page_info) == 24, "a frame table entry has 24 bytes");

#define PGC_allocated       0x80000000
#define PGC_count_mask      0x1FFFFFFF

/* A frame has one type at a time; the type can change only while its count is 0. Every mapping in D1-D3 counts as
 * writable, whatever its AP bits, because a guest's kernel is manager of these MMU domains. */
#define PGT_none            0x00000000
#define PGT_l1_page_table   0x20000000  /* four coarse tables */
#define PGT_l2_page_table   0x40000000  /* a quarter of a first-level table */
#define PGT_writable_page   0xE0000000
#define PGT_type_mask       0xE0000000
#define PGT_validated       0x10000000
#define PGT_pinned          0x08000000
#define PGT_group_shift     16          /* l1: which 4 MB of address space its tables are for */
#define PGT_group_mask      0x07FF0000
#define PGT_GROUP_ANY       0x7FF       /* pinned, and in no slot so far */
#define PGT_count_mask      0x0000FFFF

extern unsigned long max_page;          /* number of machine frames */
#define INVALID_M2P_ENTRY   0xFFFFFFFF
#define frame_table         ((struct page_info *)FRAMETABLE_VIRT_START)
#define machine_to_phys     ((uint32_t *)RDWR_MPT_VIRT_START)
#define mfn_to_page(mfn)    (frame_table + (mfn))
#define page_to_mfn(page)   ((unsigned long)((page) - frame_table))

#define __pa(va)            ((unsigned long)(va) - DIRECTMAP_VIRT_START)
#define __va(pa)            ((void *)((unsigned long)(pa) + DIRECTMAP_VIRT_START))

struct perf_counters {
    unsigned long switches;             /* of vCPU */
    unsigned long address_space_switches;
    unsigned long cache_flushes;        /* of the whole cache */
    unsigned long tlb_flushes;          /* of the whole TLB */
    unsigned long timer_interrupts;
};
extern struct perf_counters perf_counters;

void paging_init(unsigned long ram_bytes);
void *map_domain_page(unsigned long mfn);
struct shared_info *map_shared_info(domid_t id, unsigned long mfn);
void load_page_table(unsigned long guest_table);
unsigned long loaded_page_table(void);
void address_space_flush(void);

unsigned long alloc_domain_pages(struct domain *d, unsigned long pages);    /* first mfn, 0 = none */
void free_domain_pages(struct domain *d);   /* of a domain that will not run any more */
void get_page(struct page_info *page);      /* a mapping in a domain that is not the owner */
void put_page(struct page_info *page);
void set_first_free_mfn(unsigned long mfn);
unsigned long free_domain_page_count(void);
unsigned long alloc_domain_page(struct domain *d);
bool release_domain_page(struct domain *d, unsigned long mfn);
bool give_frame(struct domain *from, struct domain *to, unsigned long mfn);
bool is_domain_memory(unsigned long mfn);   /* not the hypervisor's, which may lend pages of its heap */
unsigned long share_heap_page(void *page, struct domain *d);
void unshare_heap_page(unsigned long mfn);

/* The first-level table of a new space: takes over four typed frames and fills the hypervisor's slots. */
bool init_l2_table(unsigned long mfn);

/* common/page_alloc.c: the hypervisor's own memory, from the end of its image to XENHEAP_PHYS_END. */
void init_xenheap(void);
void *alloc_xenheap_page(void);         /* zeroed, or NULL */
void free_xenheap_page(void *page);
unsigned long xenheap_free_pages(void);

#endif
