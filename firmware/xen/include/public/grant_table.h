/* SPDX-License-Identifier: MIT
 *
 * Grant tables: a domain lets another one map some of its frames, or give it one. Hypercall 20,
 * grant_table_op(cmd, array, count). Numbers and structures as in the 2008 release, whose `use` fields are kept.
 *
 * The table is the granter's: GNTTABOP_setup_table answers with its frames, which the domain maps by update_va_mapping (they
 * appear uncached). It fills an entry's domid and frame first, then its flags.
 */
#ifndef __XEN_PUBLIC_GRANT_TABLE_H__
#define __XEN_PUBLIC_GRANT_TABLE_H__

#include "xen.h"

#define GNTTABOP_map_grant_ref      0
#define GNTTABOP_unmap_grant_ref    1
#define GNTTABOP_setup_table        2
#define GNTTABOP_dump_table         3
#define GNTTABOP_transfer           4

/* grant_entry.flags */
#define GTF_invalid             0
#define GTF_permit_access       1
#define GTF_accept_transfer     2
#define GTF_type_mask           3
#define GTF_readonly            4
#define GTF_reading             8       /* set by the hypervisor while somebody maps it */
#define GTF_writing             16
#define GTF_transfer_committed  4       /* accept_transfer: by the hypervisor; do not touch the entry */
#define GTF_transfer_completed  8       /* and now frame is the one that has come */

#define GNTMAP_device_map       1       /* dev_bus_addr is wanted; there is no IOMMU, so it is the machine address */
#define GNTMAP_host_map         2       /* at host_addr */
#define GNTMAP_readonly         4
#define GNTMAP_application_map  8       /* for virtual user mode too */
#define GNTMAP_contains_pte     16      /* host_addr is the machine address of a descriptor: not served */

#define GNTST_okay              0
#define GNTST_general_error     (-1)
#define GNTST_bad_domain        (-2)
#define GNTST_bad_gntref        (-3)
#define GNTST_bad_handle        (-4)
#define GNTST_bad_virt_addr     (-5)
#define GNTST_bad_dev_addr      (-6)
#define GNTST_no_device_space   (-7)
#define GNTST_permission_denied (-8)

#define NR_GRANT_FRAMES         4       /* the most that a table can have */
#define GRANTS_PER_FRAME        512

typedef uint32_t grant_ref_t;
typedef uint32_t grant_handle_t;

#ifndef __ASSEMBLY__

struct grant_entry {
    uint16_t flags;
    domid_t domid;              /* who may */
    uint32_t frame;             /* mfn */
};

struct gnttab_map_grant_ref {
    uint64_t host_addr;
    uint32_t flags;             /* GNTMAP_* */
    grant_ref_t ref;
    domid_t dom;                /* the granter */
    uint32_t use;
    int16_t status;             /* out: GNTST_* */
    grant_handle_t handle;      /* out */
    uint64_t dev_bus_addr;      /* out */
};

struct gnttab_unmap_grant_ref {
    uint64_t host_addr;
    uint64_t dev_bus_addr;
    grant_handle_t handle;
    int16_t status;
};

struct gnttab_setup_table {
    domid_t dom;                /* DOMID_SELF */
    uint32_t nr_frames;
    int16_t status;
    unsigned long *frame_list;  /* out: mfns */
};

struct gnttab_dump_table {
    domid_t dom;
    int16_t status;
};

struct gnttab_transfer {
    unsigned long mfn;          /* of the caller, mapped nowhere */
    domid_t domid;              /* who gets it; its entry `ref` must accept a transfer from the caller */
    grant_ref_t ref;
    uint32_t use;
    int16_t status;
};

#endif
#endif
