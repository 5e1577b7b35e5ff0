/* SPDX-License-Identifier: MIT
 *
 * Where assembly finds fields of C structures. arch/arm/xen/asm-offsets.c asserts every one against the compiler.
 */
#ifndef __ASM_OFFSETS_H__
#define __ASM_OFFSETS_H__

/* struct cpu_user_regs */
#define FRAME_R0            0
#define FRAME_R4            16
#define FRAME_R12           48
#define FRAME_SP            52
#define FRAME_LR            56
#define FRAME_PC            60
#define FRAME_PSR           64
#define FRAME_CTX           68
#define FRAME_SIZE          72

/* struct vcpu */
#define VCPU_INFO           8
#define VCPU_USER_REGS      24
#define VCPU_VPSR           96
#define VCPU_VKSP           100
#define VCPU_VUSP           104
#define VCPU_VDACR          108
#define VCPU_VFAR           112
#define VCPU_VFSR           116
#define VCPU_EVENT_CALLBACK 128

/* struct vcpu_info */
#define VCPUINFO_PENDING    0
#define VCPUINFO_MASK       1

#endif
