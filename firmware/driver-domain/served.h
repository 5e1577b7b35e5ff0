/* SPDX-License-Identifier: MIT
 *
 * The domains that are served: which they are, and all that they get (directory, console, disk, network) from their first moment to their end.
 */
#ifndef DRIVER_DOMAIN_SERVED_H
#define DRIVER_DOMAIN_SERVED_H

#include <public/xen.h>

/* All that run already. */
void served_find_all(void);
/* Connects to a domain and offers it its devices; 0, or a negative error. */
int served_begin(domid_t domain);
/* Lets go of a domain, which may still run: pages unmapped, ports closed, its part of the directory removed. */
void served_let_go(domid_t domain);
/* Lets go of those that have ended; `ended` is told of each afterwards. */
void served_let_go_of_ended(void (*ended)(domid_t domain));
unsigned served_count(void);

#endif
