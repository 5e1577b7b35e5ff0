/* SPDX-License-Identifier: MIT
 *
 * Memory reservations: hypercall 12, memory_op(cmd, arg). A domain's memory is one fixed range given at boot.
 */
#ifndef __XEN_PUBLIC_MEMORY_H__
#define __XEN_PUBLIC_MEMORY_H__

#include "xen.h"

#define XENMEM_increase_reservation 0   /* -ENOSYS */
#define XENMEM_decrease_reservation 1   /* -ENOSYS */
#define XENMEM_maximum_ram_page     2   /* result: highest mfn */
#define XENMEM_current_reservation  3   /* arg: domid_t *; result: pages */
#define XENMEM_maximum_reservation  4   /* arg: domid_t *; result: pages */

#endif
