/* SPDX-License-Identifier: MIT
 *
 * Access control: the binary form of a policy, as `armvisor policy compile` writes it and the loader hands it over, and
 * hypercall 27, acm_op(struct acm_op *), by which Domain-0 looks at policy and decisions. The names are those of the 2008
 * release; the layout is ours, as that release's own policies are matrices of fixed size for each model.
 *
 * A policy is one block of little-endian words. The parts follow each other without gaps, each a multiple of 4 bytes:
 *   struct acm_policy_header
 *   struct acm_type      nr_types      type 0 is the hypervisor itself, "xen"
 *   struct acm_label     nr_labels     which domain that the boot loader describes is of which type
 *   struct acm_vector    nr_vectors    vector 0 allows nothing
 *   uint8_t              nr_types * nr_types, padded with 0: [source * nr_types + target] is the number of a vector
 *   struct acm_key       nr_keys       public keys for image signatures
 * What the permissions are is in acm-list.h.
 */
#ifndef __XEN_PUBLIC_ACM_H__
#define __XEN_PUBLIC_ACM_H__

#include "xen.h"

#define ACM_POLICY_MAGIC    0x098dea01  /* of a policy for the VMM, in 2008 */
#define ACM_POLICY_VERSION  2
#define ACM_MAX_TYPES       64
#define ACM_MAX_LABELS      256
#define ACM_MAX_VECTORS     256
#define ACM_MAX_KEYS        32
#define ACM_NR_CLASSES      18          /* class numbers are below it; they are the object types of 2008 */
#define ACM_TYPE_XEN        0
#define ACM_NO_TYPE         0xFFFFFFFF
#define ACM_BY_NAME         0xFFFF
#define ACM_NAME_BYTES      24

#ifndef __ASSEMBLY__

struct acm_policy_header {
    uint32_t magic, version;
    uint32_t bytes;                 /* of the whole policy */
    uint32_t nr_types, nr_labels, nr_vectors, nr_keys;
    uint32_t default_type;          /* of domains without a label; ACM_NO_TYPE: they are not built */
    char name[32];
};

/* A limit of 0xFFFFFFFF is none. Texts end with NUL. */
struct acm_type {
    char name[ACM_NAME_BYTES];
    uint32_t max_memory_kb;
    uint32_t max_cpu_percent;
    uint32_t max_event_channels;    /* in use at a time; two of a domain's are for store and console */
    uint32_t max_grants;            /* mappings of other domains' frames, at a time */
    uint32_t max_hypercalls;        /* a second */
    uint32_t max_events;            /* sent a second */
    uint32_t keys;                  /* bit n: an image signed with key n will do; 0: no signature is demanded */
};
#define ACM_UNLIMITED 0xFFFFFFFF

struct acm_label {
    uint16_t domain;                /* number, or ACM_BY_NAME */
    uint16_t type;
    char name[32];
};

/* By class: what is allowed, and which of it is logged all the same. */
struct acm_vector {
    uint32_t allow[ACM_NR_CLASSES];
    uint32_t audit[ACM_NR_CLASSES];
};

struct acm_key {
    char name[ACM_NAME_BYTES];
    uint8_t key[32];                /* Ed25519, RFC 8032 */
};

/* ------------------------------------------------------------------------------------------------------------ acm_op */

#define ACM_INTERFACE_VERSION   0x00010000

#define ACM_SETPOLICY           1       /* -ENOSYS: the policy is the boot loader's */
#define ACM_GETPOLICY           2
#define ACM_GETACDMLIST         3       /* -ENOSYS */
#define ACM_GETLOG              16
#define ACM_GETSSID             17

/* One decision, or several equal ones in a row. */
struct acm_decision {
    uint64_t time;                  /* system time of the last of them, ns */
    uint32_t permission;            /* one bit */
    uint32_t hypercall;             /* its number; its operation << 16 */
    domid_t source, target;         /* DOMID_XEN: the hypervisor itself */
    uint8_t source_type, target_type;
    uint8_t object_class;
    uint8_t granted;
    uint32_t count;
    uint32_t sequence;              /* of the first of them; counts all decisions in the log since boot */
};
_Static_assert(sizeof(struct acm_decision) == 32, "struct acm_decision has changed size");

struct acm_getpolicy {
    void *buffer;
    uint32_t buffer_size;
    uint32_t bytes;                 /* out: of the policy, 0 = there is none; copied when it fits */
};

struct acm_getlog {
    struct acm_decision *buffer;
    uint32_t max_decisions;
    uint32_t from;                  /* in: sequence number of the first that is wanted; out: the next to ask for */
    uint32_t count;                 /* out */
};

struct acm_getssid {
    domid_t domain;
    uint32_t ssidref;               /* out: number of its type, which is what dom0_createdomain.ssidref wants */
    char type[ACM_NAME_BYTES];      /* out */
};

struct acm_op {
    uint32_t cmd;
    uint32_t interface_version;
    union {
        struct acm_getpolicy getpolicy;
        struct acm_getlog getlog;
        struct acm_getssid getssid;
    } u;
};
typedef struct acm_op acm_op_t;

#endif
#endif
