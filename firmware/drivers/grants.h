/* SPDX-License-Identifier: MIT
 *
 * Grants, from both sides. A frontend lets a domain use pages of its own; a backend shows itself pages that were granted to it, several in a
 * row, so that a request of many segments is one buffer. Errors are negative.
 */
#ifndef DRIVERS_GRANTS_H
#define DRIVERS_GRANTS_H

#include <public/grant_table.h>

/* ----------------------------------------------------------------------------------------------------- the frontend's side */

/* Once: has the hypervisor make our grant table, and maps it. */
int grants_init(void);
/* Lets `domain` map this page of ours; the reference, or -XEN_ENOSPC. */
int grant_page(domid_t domain, const void *page, int readonly);
/* Takes it back; -XEN_EBUSY while it is mapped: then the page must not be used for anything else. */
int grant_end(grant_ref_t ref);

/* ------------------------------------------------------------------------------------------------------ the backend's side */

#define GRANT_PAGES_MAX 16

/* Pages of another domain that stand here in a row. */
struct granted_pages {
    char *start;
    unsigned count;
    grant_handle_t handles[GRANT_PAGES_MAX];
};

/*
 * Maps `count` granted pages (1 to GRANT_PAGES_MAX) of a domain: all of them or none. 0, or the GNTST_* of the first that was refused, or
 * -XEN_ENOSPC. A page that cannot be written through is `readonly`.
 */
int grants_map(domid_t domain, const grant_ref_t *refs, unsigned count, int readonly, struct granted_pages *pages);
void grants_unmap(struct granted_pages *pages);

#endif
