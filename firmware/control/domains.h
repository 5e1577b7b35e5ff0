/* SPDX-License-Identifier: MIT
 *
 * Domain-0's work: making other domains and ending them (public/dom0_ops.h says in which steps).
 */
#ifndef CONTROL_DOMAINS_H
#define CONTROL_DOMAINS_H

#include <public/dom0_ops.h>
#include <stddef.h>

/* A guest's image file in our memory. */
struct image {
    const char *start;
    size_t bytes;
};

/* Makes a page table for the window through which images are copied; 0 or a negative error. */
long domains_init(void);
/* The new domain's number, running; or a negative error, and then it is gone again. */
long domain_start(const struct image *image, unsigned memory_kb, const char *name, const char *command_line);
long domain_end(domid_t domain);
long domain_pause(domid_t domain, int pause);
/* 0, or -XEN_ESRCH when there is no such domain. */
long domain_look_at(domid_t domain, struct dom0_getdomaininfo *info);
unsigned long machine_free_kb(void);

#endif
