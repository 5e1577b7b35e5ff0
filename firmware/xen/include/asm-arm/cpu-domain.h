/* SPDX-License-Identifier: MIT
 *
 * The four MMU domains and the DACR value of each mode (paper, Table 1).
 *
 * A guest's kernel and its processes both run in the CPU's USR mode. What separates them is the DACR: in virtual kernel
 * mode the guest is manager of D1-D3, so AP bits do not count there; in virtual user mode it is client everywhere, and
 * kernel pages have AP "no access from USR". D0 is client in both, and its pages are privileged-only: neither gets in.
 * The hypervisor keeps the DACR of whoever it interrupted: it is client of D0, and privileged.
 */
#ifndef __ASM_CPU_DOMAIN_H__
#define __ASM_CPU_DOMAIN_H__

#define DOMAIN_HYPERVISOR   0
#define DOMAIN_KERNEL       1
#define DOMAIN_SUPERVISOR   DOMAIN_KERNEL
#define DOMAIN_IO           2
#define DOMAIN_USER         3

#define DOMAIN_NOACCESS     0
#define DOMAIN_CLIENT       1
#define DOMAIN_MANAGER      3

#define domain_val(mmu_domain, type) ((type) << (2 * (mmu_domain)))

#define DACR_STAT_HYPERVISOR (domain_val(DOMAIN_HYPERVISOR, DOMAIN_CLIENT) | domain_val(DOMAIN_KERNEL, DOMAIN_CLIENT) | \
                              domain_val(DOMAIN_IO, DOMAIN_CLIENT) | domain_val(DOMAIN_USER, DOMAIN_CLIENT))  /* 0x55 */
#define DACR_STAT_KERNEL     (domain_val(DOMAIN_HYPERVISOR, DOMAIN_CLIENT) | domain_val(DOMAIN_KERNEL, DOMAIN_MANAGER) | \
                              domain_val(DOMAIN_IO, DOMAIN_MANAGER) | domain_val(DOMAIN_USER, DOMAIN_MANAGER)) /* 0xFD */
#define DACR_STAT_USER       DACR_STAT_HYPERVISOR                                                              /* 0x55 */

#endif
