/* SPDX-License-Identifier: MIT
 *
 * Descriptors of the ARMv5 page tables (ARM DDI 0100 B4.7) as this hypervisor uses them. The names follow Xen, which
 * counts levels from below: "L2" = first-level table (4096 words), "L1" = a page of four coarse tables (4 x 256 words).
 */
#ifndef __ASM_PGTABLE_H__
#define __ASM_PGTABLE_H__

#include <asm-arm/cpu-domain.h>
#include <public/arch-arm.h>

#define DESC_TYPE_MASK      3
#define DESC_FAULT          0
#define L2E_COARSE          1
#define L2E_SECTION         2
#define L1E_SMALL           2

#define DESC_BUFFERABLE     4
#define DESC_CACHEABLE      8

#define L2E_COARSE_MASK     0xFFFFFC00
#define L2E_DOMAIN(desc)    (((desc) >> 5) & 15)
#define L1E_FRAME_MASK      0xFFFFF000

/* AP "privileged read/write, no access from USR" */
#define SECTION_XEN_CACHED   (0x412 | DESC_BUFFERABLE | DESC_CACHEABLE | (DOMAIN_HYPERVISOR << 5))
#define SECTION_XEN_UNCACHED (0x412 | (DOMAIN_HYPERVISOR << 5))
#define L1E_XEN_CACHED       (0x550 | L1E_SMALL | DESC_BUFFERABLE | DESC_CACHEABLE)
#define L1E_XEN_UNCACHED     (0x550 | L1E_SMALL)
/* AP "privileged read/write, USR reads" */
#define L1E_XEN_USER_RO      (0xaa0 | L1E_SMALL)

#define L2E_XEN_TABLE        (L2E_COARSE | 0x10 | (DOMAIN_HYPERVISOR << 5))

#define L2_TABLE_ENTRIES     4096
#define L2_TABLE_PAGES       4
#define L1_TABLE_ENTRIES     256        /* of one coarse table */
#define L1_PAGE_ENTRIES      1024       /* of the four in a page: 4 MB of address space */

#define l2_index(va)         ((unsigned long)(va) >> 20)
/* Four neighbouring first-level slots share one page of coarse tables; this is the number of such a group. */
#define l2_group(va)         ((unsigned long)(va) >> 22)

#endif
