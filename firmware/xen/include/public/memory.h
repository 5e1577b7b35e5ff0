/* SPDX-License-Identifier: MIT
 *
 * Memory reservations: hypercall 12, memory_op(cmd, arg). A domain begins with one range of frames; it can give
 * frames back, and get others in their place.
 */
#ifndef __XEN_PUBLIC_MEMORY_H__
#define __XEN_PUBLIC_MEMORY_H__

#include "xen.h"

#define XENMEM_increase_reservation 0   /* struct xen_memory_reservation *; result: extents done */
#define XENMEM_decrease_reservation 1   /* the same; frames that are mapped nowhere */
#define XENMEM_maximum_ram_page     2   /* result: highest mfn */
#define XENMEM_current_reservation  3   /* arg: domid_t *; result: pages */
#define XENMEM_maximum_reservation  4   /* arg: domid_t *; result: pages */

#ifndef __ASSEMBLY__

struct xen_memory_reservation {
    unsigned long *extent_start;    /* increase, out: the new frames; decrease, in: those to give back */
    unsigned long nr_extents;
    unsigned int extent_order;      /* 0: single frames are all there is */
    unsigned int address_bits;      /* 0 */
    domid_t domid;                  /* DOMID_SELF */
};

#endif
#endif
