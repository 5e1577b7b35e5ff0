/* SPDX-License-Identifier: MIT
 *
 * The guest interface, architecture-neutral part: hypercall numbers, virtual interrupts, page-table requests, and the
 * two structures that hypervisor and guest share (start_info, shared_info). Layouts and numbers are the 2008 ones.
 * Read arch-arm.h first: it says how to call and how to be called. Usable from C and (numbers only) from assembly.
 */
#ifndef __XEN_PUBLIC_XEN_H__
#define __XEN_PUBLIC_XEN_H__

#include "arch-arm.h"

#define NR_hypercalls       42
#define XEN_ENOSYS_NUMBER   38

#ifdef __ASSEMBLY__
#define HYPERCALL(number, name, handler, text) .equ __HYPERVISOR_##name, number ;
#include "hypercall-list.h"
#undef HYPERCALL
#else
#include <stdint.h>

enum {
#define HYPERCALL(number, name, handler, text) __HYPERVISOR_##name = number,
#include "hypercall-list.h"
#undef HYPERCALL
    NR_HYPERCALLS_LISTED
};
_Static_assert(NR_HYPERCALLS_LISTED == NR_hypercalls, "hypercall-list.h and NR_hypercalls disagree");
#endif

/* Virtual interrupts, bound to a port with EVTCHNOP_bind_virq. */
#define VIRQ_TIMER        0     /* each 10 ms tick while running, and set_timer_op's deadline */
#define VIRQ_DEBUG        1
#define VIRQ_CONSOLE      2     /* Domain-0: input has arrived */
#define VIRQ_DOM_EXC      3     /* Domain-0: a domain has stopped */
#define VIRQ_TBUF         4
#define VIRQ_DEBUGGER     6
#define VIRQ_XENOPROF     7
#define VIRQ_DOM_TIMER    8
#define VIRQ_DOM_CRASH    9
#define VIRQ_DDOM_POLICY  10
#define VIRQ_BATTERY      11
#define VIRQ_VDMA         12
#define NR_VIRQS          13

/* mmu_update: the low two bits of ptr. */
#define MMU_NORMAL_PT_UPDATE  0  /* ptr = machine address of a descriptor in one of the caller's page tables */
#define MMU_MACHPHYS_UPDATE   1  /* ptr = machine address of a frame; val = its new entry in the M2P table */

/* mmuext_op commands. */
#define MMUEXT_PIN_L1_TABLE       0   /* arg1.mfn: a page of four coarse tables */
#define MMUEXT_PIN_L2_TABLE       1   /* arg1.mfn: first of the four frames (16 KB aligned) of a first-level table */
#define MMUEXT_PIN_L3_TABLE       2
#define MMUEXT_PIN_L4_TABLE       3
#define MMUEXT_UNPIN_TABLE        4
#define MMUEXT_NEW_BASEPTR        5   /* arg1.phys_addr: a pinned (or the initial) first-level table of the caller */
#define MMUEXT_TLB_FLUSH_LOCAL    6
#define MMUEXT_INVLPG_LOCAL       7   /* arg1.linear_addr */
#define MMUEXT_TLB_FLUSH_MULTI    8
#define MMUEXT_INVLPG_MULTI       9
#define MMUEXT_TLB_FLUSH_ALL      10
#define MMUEXT_INVLPG_ALL         11
#define MMUEXT_FLUSH_CACHE        12
#define MMUEXT_SET_LDT            13
#define MMUEXT_NEW_USER_BASEPTR   15
/* Added for ARM; the ranges are [arg1.linear_addr, arg2.end). */
#define MMUEXT_DCACHE_CLEAN_AREA      16  /* arg1.linear_addr, arg2.size */
#define MMUEXT_FLUSH_TLB_PAGE         17
#define MMUEXT_FLUSH_TLB_KERNEL_PAGE  18
#define MMUEXT_FLUSH_PMD_ENTRY        19
#define MMUEXT_CLEAN_PMD_ENTRY        20
#define MMUEXT_FLUSH_USER_TLB_RANGE   21
#define MMUEXT_FLUSH_KERN_TLB_RANGE   22
#define MMUEXT_COHERENT_KERN_RANGE    23
#define MMUEXT_COHERENT_USER_RANGE    24
#define MMUEXT_FLUSH_USER_CACHE_RANGE 25
#define MMUEXT_FLUSH_KERN_DCACHE_PAGE 26
#define MMUEXT_CLEAR_USER_PAGE        27
#define MMUEXT_COPY_USER_PAGE         28
#define MMUEXT_GET_PGD                29
#define MMUEXT_INVALIDATE_I_TLB_ENTRY 30
#define MMUEXT_INVALIDATE_D_TLB_ENTRY 31
#define MMUEXT_DRAIN_WB               32
#define MMUEXT_DMAC_INV_RANGE         33
#define MMUEXT_DMAC_CLEAN_RANGE       34
#define MMUEXT_DMAC_FLUSH_RANGE       35
#define MMUEXT_FLUSH_TLB_ALL          36
#define MMUEXT_FLUSH_TLB_MM           37
#define MMUEXT_DEBUG_TLB_DUMP         38

/* update_va_mapping flags. */
#define UVMF_NONE          0
#define UVMF_TLB_FLUSH     1    /* flush the whole TLB afterwards */
#define UVMF_INVLPG        2    /* flush only this address */
#define UVMF_FLUSHTYPE_MASK 3
#define UVMF_MULTI         0
#define UVMF_LOCAL         0
#define UVMF_ALL           4
#define UVMF_SHARED_INFO   8    /* map the shared-info page at va + domid * 4096 (val is ignored); the result is the domid */

#define CONSOLEIO_write    0
#define CONSOLEIO_read     1

#define VMASST_CMD_enable  0
#define VMASST_CMD_disable 1

#define DOMID_FIRST_RESERVED 0x7FF0
#define DOMID_SELF           0x7FF0
#define DOMID_IO             0x7FF1
#define DOMID_XEN            0x7FF2

#define NR_EVENT_CHANNELS  1024
#define MAX_VIRT_CPUS      1

/* start_info.flags */
#define SIF_PRIVILEGED     1
#define SIF_INITDOMAIN     2

#ifndef __ASSEMBLY__

typedef uint16_t domid_t;

/* Errors come back as small negative numbers in r0. */
#define XEN_EPERM    1
#define XEN_ENOENT   2
#define XEN_ESRCH    3
#define XEN_EIO      5
#define XEN_E2BIG    7
#define XEN_EAGAIN   11
#define XEN_ENOMEM   12
#define XEN_EFAULT   14
#define XEN_EBUSY    16
#define XEN_EEXIST   17
#define XEN_EINVAL   22
#define XEN_ENOSPC   28
#define XEN_ENOSYS   XEN_ENOSYS_NUMBER

struct mmu_update {
    uint64_t ptr;
    uint64_t val;
};
typedef struct mmu_update mmu_update_t;

struct mmuext_op {
    unsigned int cmd;
    union {
        unsigned long mfn;
        unsigned long linear_addr;
        unsigned long phys_addr;
        unsigned long flags;
    } arg1;
    union {
        unsigned int nr_ents;
        const void *vcpumask;
        unsigned long size;
        unsigned long end;
        unsigned long addr;
    } arg2;
    union {
        unsigned long flags;
        unsigned long addr;
    } arg3;
};

struct multicall_entry {
    unsigned long op;
    long result;
    unsigned long args[6];
};
typedef struct multicall_entry multicall_entry_t;

/* Time as the hypervisor last wrote it. Read: version, fields, version again; odd or changed = try again. */
struct vcpu_time_info {
    uint32_t version;
    uint32_t pad0;
    uint64_t freetimer_overflows;   /* 0 on goldfish: its 64-bit nanosecond counter does not overflow */
    uint64_t offset;                /* 0 */
    uint64_t system_time;           /* ns since boot, at the last tick or switch of this vCPU */
    uint32_t pad1[6];               /* fills vcpu_info to 64 bytes */
};
typedef struct vcpu_time_info vcpu_time_info_t;

struct vcpu_info {
    uint8_t evtchn_upcall_pending;
    uint8_t evtchn_upcall_mask;
    unsigned long evtchn_pending_sel;   /* one bit per word of evtchn_pending */
    struct arch_vcpu_info arch;
    struct vcpu_time_info time;
};
typedef struct vcpu_info vcpu_info_t;

/* One page, shared by the hypervisor and its domain. Map it uncached: the hypervisor's own view is uncached too. */
struct shared_info {
    struct vcpu_info vcpu_info[MAX_VIRT_CPUS];
    unsigned long evtchn_pending[32];
    unsigned long evtchn_mask[32];
    unsigned long vdma_pending[4];
    unsigned long vdma_mask[4];
    uint32_t wc_version;
    uint32_t wc_sec;
    uint32_t wc_nsec;
    struct arch_shared_info arch;
};
typedef struct shared_info shared_info_t;

#define MAX_GUEST_CMDLINE 1024
#define START_INFO_MAGIC  "xen-3.0-arm_32"

/*
 * What a guest finds at r12. Its memory is one contiguous machine range, mapped from the first page of its address
 * space (VIRT_BASE, default 0xC0000000): page pfn is at VIRT_BASE + pfn * 4096, its frame is mfn_list[pfn]. In order
 * after the image: mfn_list, this page, page tables, boot stack; free memory begins at
 * pt_base + (nr_pt_frames + 1) * 4096. The page-table frames themselves are NOT mapped: a guest changes them by
 * hypercall, using machine addresses (mfn_list[...] << 12) as ever.
 */
struct start_info {
    char magic[32];
    unsigned long nr_pages;
    unsigned long shared_info;      /* machine address of the shared_info page */
    unsigned long flags;            /* SIF_* */
    unsigned long store_mfn;
    unsigned long store_evtchn;
    unsigned long console_mfn;
    unsigned long console_evtchn;
    unsigned long store_mfn_gref;
    unsigned long pt_base;          /* address where the first-level table's page would be: see above */
    unsigned long nr_pt_frames;
    unsigned long mfn_list;         /* address of the phys-to-machine map: one word per page */
    unsigned long mod_start;        /* 0: no ramdisk */
    unsigned long mod_len;
    char cmd_line[MAX_GUEST_CMDLINE];
    unsigned long min_mfn;          /* first frame of the domain's range */
};
typedef struct start_info start_info_t;

#define ASSERT_OFFSET(type, field, offset) \
    _Static_assert(__builtin_offsetof(struct type, field) == (offset), #type "." #field " has moved")
ASSERT_OFFSET(start_info, nr_pages, 0x20);
ASSERT_OFFSET(start_info, shared_info, 0x24);
ASSERT_OFFSET(start_info, flags, 0x28);
ASSERT_OFFSET(start_info, pt_base, 0x40);
ASSERT_OFFSET(start_info, nr_pt_frames, 0x44);
ASSERT_OFFSET(start_info, mfn_list, 0x48);
ASSERT_OFFSET(start_info, mod_start, 0x4c);
ASSERT_OFFSET(start_info, mod_len, 0x50);
ASSERT_OFFSET(start_info, cmd_line, 0x54);
ASSERT_OFFSET(start_info, min_mfn, 0x454);
_Static_assert(sizeof(struct start_info) == 0x458, "start_info has changed size");
_Static_assert(sizeof(struct vcpu_info) == 64, "vcpu_info has changed size");
#undef ASSERT_OFFSET

#endif /* !__ASSEMBLY__ */
#endif
