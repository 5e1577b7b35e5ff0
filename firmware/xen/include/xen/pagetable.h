/* SPDX-License-Identifier: MIT
 * Page tables of guests: typed frames and checked writes. (arch/arm/xen/pagetable.c)
 */
#ifndef __XEN_PAGETABLE_H__
#define __XEN_PAGETABLE_H__

#include <xen/mm.h>

/* Checked writes of one descriptor; 0 or a negative error. `l2_mfn` is the first frame of a typed first-level table. */
long mod_l2_entry(struct domain *d, unsigned long l2_mfn, unsigned long index, uint32_t value);
long mod_l1_entry(struct domain *d, struct domain *owner, volatile uint32_t *entry, uint32_t value);

bool get_l1_type(struct domain *d, struct page_info *page, unsigned long group);
void put_l1_type(struct domain *d, struct page_info *page);
bool get_l2_type(struct domain *d, unsigned long mfn);
void put_l2_type(struct domain *d, unsigned long mfn);
void release_page_tables(struct domain *d);

/* The descriptor that maps va in the space that is loaded; NULL when va is not the guest's or has no coarse table. */
uint32_t *linear_l1_entry(unsigned long va);

/* Frames that another domain has granted: a reference without a mapping, or with one in the space that is loaded; then the
 * frame of the table that has the descriptor is the result, by which it is found again. */
bool get_foreign_frame(struct domain *d, struct domain *owner, unsigned long mfn);
void put_foreign_frame(unsigned long mfn);
long map_foreign_frame(struct domain *d, struct domain *owner, unsigned long va, uint32_t value);
void unmap_foreign_frame(struct domain *d, unsigned long table_mfn, unsigned long va, unsigned long mfn);

#endif
