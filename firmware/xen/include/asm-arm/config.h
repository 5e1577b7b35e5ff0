/* SPDX-License-Identifier: MIT
 *
 * The hypervisor's virtual address map (paper, Figure 2) and its few compile-time sizes.
 * All of it is in MMU domain D0. The top 64 MB look the same in every address space, so entering the hypervisor
 * from any guest needs neither a switch nor a flush (paper 3.2.2).
 */
#ifndef __ASM_CONFIG_H__
#define __ASM_CONFIG_H__

#define PAGE_SHIFT              12
#define PAGE_SIZE               4096
#define SECTION_SHIFT           20

#define EXCEPTION_VEC_START     0x00000000  /* one page: vectors at 0, stubs at 0x200; privileged only */

#define HYPERVISOR_VIRT_START   0xFC000000
#define RO_MPT_VIRT_START       0xFC000000  /*  4 MB  machine-to-physical table, readable by guests */
#define FRAMETABLE_VIRT_START   0xFC400000  /* 24 MB  struct page_info per machine frame */
#define FRAMETABLE_VIRT_END     0xFDC00000
#define RDWR_MPT_VIRT_START     0xFDC00000  /*  4 MB  the same machine-to-physical table, writable, ours only */
#define LINEAR_PT_VIRT_START    0xFE000000  /*  4 MB  word [va >> 12] is the descriptor that maps va, in this space */
#define SH_LINEAR_PT_VIRT_START 0xFE400000  /*  4 MB  kept free: shadow page tables are not used */
#define PERDOMAIN_VIRT_START    0xFE800000  /*  4 MB  its first 16 KB: the first-level table of this space */
#define MAPCACHE_VIRT_START     0xFEC00000  /*  4 MB  256 shared-info pages by domid, then windows of map_domain_page */
#define DIRECTMAP_VIRT_START    0xFF000000  /* 12 MB  machine memory from 0; the hypervisor itself is in here */
#define IOREMAP_VIRT_START      0xFFC00000  /*  4 MB  devices */

#define XEN_PHYS_TEXT           0x00010000
#define XEN_VIRT_TEXT           0xFF010000
#define IDLE_PGDIR_PHYS         0x0000C000  /* the loader's tag list ends below it */
#define XENHEAP_PHYS_END        0x00200000  /* modules begin here */
#define MAX_RAM_BYTES           0x20000000  /* identity map while building; NOR flash begins there */

#define STACK_ORDER             0
#define STACK_SIZE              (PAGE_SIZE << STACK_ORDER)  /* of each vCPU's hypervisor stack */

#define NR_CPUS                 1
#define MAX_DOMAINS             256         /* shared-info pages in MAPCACHE, and in GUEST_SHARED_INFO */
#define MAX_SPACES              32          /* first-level tables of a domain: each takes a page of the hypervisor's heap, */
#define HEAP_RESERVE            64          /* of which so many pages are left for others by all but a domain's first */
#define HZ                      100

#endif
