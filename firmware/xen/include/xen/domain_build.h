/* SPDX-License-Identifier: MIT
 * Building domains from modules. (arch/arm/xen/domain_build.c)
 */
#ifndef __XEN_DOMAIN_BUILD_H__
#define __XEN_DOMAIN_BUILD_H__

#include <xen/sched.h>

/* A guest image that the boot loader has placed in memory. */
struct boot_module {
    unsigned long start;            /* machine address */
    unsigned long bytes;
    unsigned long memory;           /* bytes wanted for the domain */
    unsigned long ramdisk, ramdisk_bytes;   /* machine address; 0 bytes: none */
    const char *name;
    const char *command_line;
};

/* Builds domain `id` and lets it run; on failure says why in one line. */
bool construct_domain(domid_t id, const struct boot_module *module);
/* The same for a domain that Domain-0 has created and given its memory; it stays paused. */
bool build_created_domain(struct domain *d, const struct boot_module *module);

#endif
