/* SPDX-License-Identifier: MIT
 *
 * The part of the guest interface that belongs to the ARM architecture: how to call, what an upcall hands over, and
 * the layout of the frame. Offsets are the 2008 ones and asserted here.
 *
 * HYPERCALL   `swi 0x82` in ARM state, from virtual kernel mode: number in r7, arguments in r0-r3 (a 64-bit argument
 *             takes the pair that the procedure call standard gives it), result in r0, all else kept.
 *             Any other swi, and any swi from virtual user mode or Thumb state, is a system call of the guest and
 *             comes back as an upcall with TRAP_SYSCALL.
 * UPCALL      one callback for everything (set_callbacks). On entry, in virtual kernel mode with the upcall mask set:
 *               r0 = TRAP_*                r1 = PSR of the interrupted code (mode bits: PSR_MODE_USR or _SVC)
 *               r2 = VFAR, r3 = VFSR       r12 = r13 = address of the 72-byte frame on the kernel stack
 *               r14 = address of the callback itself; r4-r11 as the interrupted code left them
 *             VFAR/VFSR: data abort = FAR, FSR; prefetch abort = faulting pc, IFSR; all others = 0, 0.
 *             Events come only while the mask is clear. Faults and system calls come regardless of it.
 * RETURN      hypercall 31 with r0 = frame: clears the mask, delivers what is pending, reloads all registers.
 * AT START    r12 = struct start_info *, r13 = top of a 4 KB boot stack, r0 = 0, virtual kernel mode, mask set.
 */
#ifndef __XEN_PUBLIC_ARCH_ARM_H__
#define __XEN_PUBLIC_ARCH_ARM_H__

#define XEN_HYPERCALL_SWI   0x82

/* What an upcall is about (r0, and the frame's ctx). */
#define TRAP_UNDEFINED      0x04
#define TRAP_SYSCALL        0x08
#define TRAP_PREFETCH_ABORT 0x0c
#define TRAP_DATA_ABORT     0x10
#define TRAP_EVENT          0x18    /* also the ctx of a frame made by an interrupt or a hypercall */

/* Mode bits of the *virtual* mode in a frame's psr. The CPU itself is in USR mode for both. */
#define PSR_MODE_USR        0x10
#define PSR_MODE_SVC        0x13
#define PSR_MODE_MASK       0x1f
#define PSR_THUMB           0x20

/* MMU domains (paper, Table 1). The DACR is 0xFD in virtual kernel mode, 0x55 in virtual user mode and while booting. */
#define MMU_DOMAIN_HYPERVISOR 0
#define MMU_DOMAIN_KERNEL     1
#define MMU_DOMAIN_IO         2
#define MMU_DOMAIN_USER       3

/* The address map (paper, Figure 2). */
#define GUEST_KERNEL_START    0xC0000000
#define GUEST_KERNEL_END      0xFC000000    /* first address that is not the guest's */
#define GUEST_FIXMAP_START    0xFBC00000    /* 4 MB whose second-level tables the builder has already made, empty */
#define GUEST_SHARED_INFO     0xFBF00000    /* a good va for UVMF_SHARED_INFO: 256 pages, one per domid */
#define GUEST_MODULES_START   0xBF000000
#define GUEST_USER_START      0x40000000
#define GUEST_USER_END        0xBF000000
#define GUEST_IO_START        0xF0000000    /* Domain-0: pa 0xFF000000 + n is at GUEST_IO_START + n where permitted */
#define RO_MPT_START          0xFC000000    /* machine-to-physical table, readable: word [mfn] = pfn */

/* Descriptor bits that guests need (ARM DDI 0100 B4). Only coarse tables and small pages are accepted. */
#define L1_COARSE(pa, mmu_domain) ((pa) | ((mmu_domain) << 5) | 0x11)
#define L2_SMALL(pa, ap_bits)     ((pa) | (ap_bits) | 0x0e)     /* cached, write-back */
#define L2_SMALL_UNCACHED(pa, ap_bits) ((pa) | (ap_bits) | 0x02)
#define L2_AP_KERNEL_ONLY     0x550     /* user none */
#define L2_AP_USER_RO         0xaa0
#define L2_AP_USER_RW         0xff0

#ifndef __ASSEMBLY__

/* The 72-byte frame. The hypervisor makes it on its own stack, and copies it to the guest's kernel stack at an upcall. */
struct cpu_user_regs {
    unsigned int r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12;
    unsigned int r13;   /* sp of the interrupted virtual mode */
    unsigned int r14;
    unsigned int r15;   /* where to go on: the aborted instruction; the one after a swi or an undefined instruction */
    unsigned int psr;   /* flags and T of the interrupted code; mode bits = its virtual mode */
    unsigned int ctx;   /* TRAP_* */
};
typedef struct cpu_user_regs cpu_user_regs_t;
typedef struct cpu_user_regs cpu_bounce_frame_t;
_Static_assert(sizeof(struct cpu_user_regs) == 72, "the frame has 18 words");

/* The virtual registers of a vCPU: the hypervisor's, never visible to the guest except as r0-r3 at an upcall. */
struct cpu_sys_regs {
    unsigned int vpsr;  /* virtual mode: PSR_MODE_USR or PSR_MODE_SVC */
    unsigned int vksp;  /* kernel stack pointer at the last entry from virtual kernel mode */
    unsigned int vusp;  /* user stack pointer at the last entry from virtual user mode */
    unsigned int vdacr; /* DACR to load when this vCPU is switched in */
    unsigned int vfar;  /* fault address and status of the last upcall */
    unsigned int vfsr;
    unsigned int vcp0;
    unsigned int vcp1;
};
typedef struct cpu_sys_regs cpu_sys_regs_t;

struct vcpu_guest_context {
    struct cpu_user_regs user_regs;     /* r4-r11, r13, r14 of the hypervisor side while switched out */
    struct cpu_sys_regs sys_regs;
    unsigned long event_callback;       /* 0 = none */
    unsigned long failsafe_callback;
};
typedef struct vcpu_guest_context vcpu_guest_context_t;

struct arch_vcpu_info {
};

struct arch_shared_info {
    unsigned long max_pfn;
    unsigned long pfn_to_mfn_frame_list_list;
    unsigned long nmi_reason;
};

#endif /* !__ASSEMBLY__ */
#endif
