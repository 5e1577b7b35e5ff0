/* SPDX-License-Identifier: MIT
 *
 * Domain-0's sight of other domains: who is there, and pages of theirs in our address space.
 */
#ifndef DRIVER_DOMAIN_FOREIGN_H
#define DRIVER_DOMAIN_FOREIGN_H

#include <public/dom0_ops.h>

/* The first domain from `domain` on that still runs; a negative error when there is none. */
int foreign_next_running(domid_t domain);
/* Its ring pages and ports: 0 or a negative error. */
int foreign_channels(domid_t domain, struct dom0_guest_image_ctl *channels);
/* The frame of that domain, uncached, at a place of its own; a null pointer when that is refused. */
void *foreign_map(domid_t domain, unsigned long frame);
void foreign_unmap(void *page);

#endif
