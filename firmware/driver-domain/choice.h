/* SPDX-License-Identifier: MIT
 *
 * Options that say which domains get a device: "1,3:ro", "all", "all:ro".
 */
#ifndef DRIVER_DOMAIN_CHOICE_H
#define DRIVER_DOMAIN_CHOICE_H

#include <public/xen.h>

/* Does the list name this domain? If so, is `mark` (such as ":ro") behind its name? The first name that fits counts. */
int choice_has(const char *list, domid_t domain, const char *mark, int *is_marked);

#endif
