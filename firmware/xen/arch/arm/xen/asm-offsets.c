/* SPDX-License-Identifier: MIT
 * Holds asm-arm/asm-offsets.h against the compiler. No code comes of it.
 */
#include <xen/sched.h>
#include <asm-arm/asm-offsets.h>

#define SAME(type, field, name) _Static_assert(offsetof(type, field) == (name), #name " is wrong")

SAME(struct cpu_user_regs, r4, FRAME_R4);
SAME(struct cpu_user_regs, r12, FRAME_R12);
SAME(struct cpu_user_regs, r13, FRAME_SP);
SAME(struct cpu_user_regs, r14, FRAME_LR);
SAME(struct cpu_user_regs, r15, FRAME_PC);
SAME(struct cpu_user_regs, psr, FRAME_PSR);
SAME(struct cpu_user_regs, ctx, FRAME_CTX);
_Static_assert(sizeof(struct cpu_user_regs) == FRAME_SIZE, "FRAME_SIZE is wrong");
SAME(struct vcpu, vcpu_info, VCPU_INFO);
SAME(struct vcpu, arch.guest_context.user_regs, VCPU_USER_REGS);
SAME(struct vcpu, arch.guest_context.sys_regs.vpsr, VCPU_VPSR);
SAME(struct vcpu, arch.guest_context.sys_regs.vksp, VCPU_VKSP);
SAME(struct vcpu, arch.guest_context.sys_regs.vusp, VCPU_VUSP);
SAME(struct vcpu, arch.guest_context.sys_regs.vdacr, VCPU_VDACR);
SAME(struct vcpu, arch.guest_context.sys_regs.vfar, VCPU_VFAR);
SAME(struct vcpu, arch.guest_context.sys_regs.vfsr, VCPU_VFSR);
SAME(struct vcpu, arch.guest_context.event_callback, VCPU_EVENT_CALLBACK);
SAME(struct vcpu_info, evtchn_upcall_pending, VCPUINFO_PENDING);
SAME(struct vcpu_info, evtchn_upcall_mask, VCPUINFO_MASK);
