/* SPDX-License-Identifier: MIT
 *
 * Hypercall 17, xen_version(cmd, arg).
 */
#ifndef __XEN_PUBLIC_VERSION_H__
#define __XEN_PUBLIC_VERSION_H__

#include "xen.h"

#define XENVER_version       0  /* result: major << 16 | minor = 0x30000 */
#define XENVER_extraversion  1  /* char[16] */
#define XENVER_capabilities  3  /* char[1024] */
#define XENVER_platform_parameters 5 /* struct xen_platform_parameters */
#define XENVER_get_features  6  /* struct xen_feature_info */

#define XEN_EXTRAVERSION_LEN 16
#define XEN_CAPABILITIES_LEN 1024

struct xen_platform_parameters {
    unsigned long virt_start;   /* first address of the hypervisor's area: 0xFC000000 */
};

struct xen_feature_info {
    unsigned int submap_idx;    /* in: which 32 features */
    uint32_t submap;            /* out: 0, none */
};

#endif
