/* SPDX-License-Identifier: MIT
 *
 * Domain management: hypercall 7, dom0_op(struct dom0_op *), for Domain-0 only. Numbers as in the 2008 release.
 *
 * How Domain-0 starts another domain:
 *   1. CREATEDOMAIN              a shell without memory, paused; the hypervisor chooses the id
 *   2. SETDOMAINMAXMEM           how much memory it is to have (default 16 MB)
 *   3. GUEST_IMAGE_CTL, COPY     takes that memory; says at which machine address the image file is to be put
 *   4. mmu_update with that domid as its last argument maps those frames into Domain-0, which copies the file there,
 *      and unmaps them again: a frame that is mapped cannot become a page table
 *   5. GUEST_IMAGE_CTL, CREATE   builds the domain out of the file
 *   6. UNPAUSEDOMAIN
 */
#ifndef __XEN_PUBLIC_DOM0_OPS_H__
#define __XEN_PUBLIC_DOM0_OPS_H__

#include "xen.h"

#define DOM0_INTERFACE_VERSION  0x03000000

#define DOM0_SCHEDCTL           6
#define DOM0_ADJUSTDOM          7
#define DOM0_CREATEDOMAIN       8
#define DOM0_DESTROYDOMAIN      9
#define DOM0_PAUSEDOMAIN        10
#define DOM0_UNPAUSEDOMAIN      11
#define DOM0_GETDOMAININFO      12
#define DOM0_SETTIME            17
#define DOM0_PHYSINFO           22
#define DOM0_SCHED_ID           24
#define DOM0_SETDOMAINMAXMEM    28
#define DOM0_GETDOMAININFOLIST  38
#define DOM0_GUEST_IMAGE_CTL    60

/* dom0_getdomaininfo.flags */
#define DOMFLAGS_SHUTDOWN       4
#define DOMFLAGS_PAUSED         8
#define DOMFLAGS_BLOCKED        16
#define DOMFLAGS_RUNNING        32
#define DOMFLAGS_SHUTDOWNSHIFT  16      /* SHUTDOWN_*, 8 bits */

/* dom0_guest_image_ctl.sub_cmd */
#define CMD_GUEST_COPY          0
#define CMD_GUEST_CREATE        1
#define CMD_GUEST_CHANNELS      2       /* not in the 2008 interface: store_ and console_ mfn and port of a built domain */

/* Identifiers of schedulers. */
#define SCHED_BVT               0
#define SCHED_SEDF              4
#define SCHED_CREDIT            5
#define SCHED_INFO_PUT          0
#define SCHED_INFO_GET          1


struct dom0_createdomain {
    uint32_t ssidref;
    uint8_t handle[16];
    domid_t domain;             /* in: 0, or the id wanted; out: the id */
};

/* destroy, pause, unpause */
struct dom0_domain {
    domid_t domain;
};

struct dom0_getdomaininfo {
    domid_t domain;             /* in: the first to look at; out: the first that is there */
    uint32_t flags;
    uint64_t tot_pages;
    uint64_t max_pages;
    unsigned long shared_info_frame;
    uint64_t cpu_time;          /* ns */
    uint32_t nr_online_vcpus;
    uint32_t max_vcpu_id;
    uint32_t ssidref;
    uint8_t handle[16];
};

struct dom0_getdomaininfolist {
    domid_t first_domain;
    uint32_t max_domains;
    struct dom0_getdomaininfo *buffer;
    uint32_t num_domains;       /* out */
};

struct dom0_setdomainmaxmem {
    domid_t domain;
    uint64_t max_memkb;
};

struct dom0_guest_image_ctl {
    domid_t domain;
    uint32_t sub_cmd;
    unsigned long guest_image_address;  /* COPY, out: machine address for the image file */
    unsigned long guest_image_size;     /* in: bytes of the file */
    unsigned long store_mfn;            /* CREATE, out */
    unsigned long store_port;           /* CREATE, in: the domain's end of the channel, 0 = none */
    unsigned long console_mfn;
    unsigned long console_port;
    /* Not in the 2008 interface; 0 = none. */
    const char *name;                   /* at most 31 characters */
    const char *command_line;
};

/* Which parameters count depends on the scheduler in use. */
struct dom0_adjustdom {
    uint32_t sched_id;
    uint32_t direction;         /* SCHED_INFO_* */
    domid_t domain;
    union {
        struct {
            uint32_t mcu_advance;       /* larger = smaller share; 10 at the start */
        } bvt;
        struct {
            uint64_t period, slice;     /* ns; slice 0 = best effort */
            uint16_t extratime;         /* takes part in what others leave over */
            uint16_t weight;            /* of best-effort domains among themselves */
        } sedf;
        struct {
            uint16_t weight;            /* share; 256 at the start */
            uint16_t cap;               /* most percent of the CPU; 0 = no limit */
        } credit;
    } u;
};

struct dom0_schedctl {
    uint32_t sched_id;
    uint32_t direction;
    uint32_t ctx_allow;         /* BVT: by how many ns the running one may get ahead */
};

struct dom0_physinfo {
    uint32_t threads_per_core, cores_per_socket, sockets_per_node, nr_nodes;
    uint32_t cpu_khz;
    uint64_t total_pages, free_pages;
};

struct dom0_settime {
    uint32_t secs, nsecs;       /* since 1970, at system_time */
    uint64_t system_time;
};

struct dom0_op {
    uint32_t cmd;
    uint32_t interface_version;
    union {
        struct dom0_createdomain createdomain;
        struct dom0_domain domain;
        struct dom0_getdomaininfo getdomaininfo;
        struct dom0_getdomaininfolist getdomaininfolist;
        struct dom0_setdomainmaxmem setdomainmaxmem;
        struct dom0_guest_image_ctl guest_image_ctl;
        struct dom0_adjustdom adjustdom;
        struct dom0_schedctl schedctl;
        struct dom0_physinfo physinfo;
        struct dom0_settime settime;
        uint32_t sched_id;
        uint8_t pad[128];
    } u;
};
typedef struct dom0_op dom0_op_t;
_Static_assert(sizeof(struct dom0_op) == 136, "struct dom0_op has changed size");

#endif
