/* SPDX-License-Identifier: MIT
 *
 * The directory: a tree of named nodes with values, who may do what with it, and how much of it a domain may fill.
 * Paths here are absolute. Every function gives 0 or more, or a negative error.
 *
 * A domain writes only below its own /local/domain/N. So what a transaction has not yet committed is a shadow: a copy of that part, which
 * its requests see instead. Where a shadow is asked for, a null pointer means the tree itself.
 */
#ifndef DRIVER_DOMAIN_STORE_H
#define DRIVER_DOMAIN_STORE_H

#include <public/xen.h>
#include <stddef.h>

#define STORE_NODES_PER_DOMAIN 128      /* Domain-0 has no limit but memory */

struct store_shadow;

int store_init(void);
/* A copy of the domain's part; a null pointer when it has none or memory is out. */
struct store_shadow *store_shadow(domid_t domain);
/* The copy takes the place of that part; the shadow is gone. */
int store_commit(struct store_shadow *shadow);
void store_discard(struct store_shadow *shadow);

/* The value's length; all of it in *value, the store's own bytes. */
int store_read(domid_t caller, struct store_shadow *shadow, const char *path, const char **value);
int store_write(domid_t caller, struct store_shadow *shadow, const char *path, const char *value, size_t length);
/* Makes the node and its parents; 0 when it is there already. */
int store_mkdir(domid_t caller, struct store_shadow *shadow, const char *path);
int store_remove(domid_t caller, struct store_shadow *shadow, const char *path);
/* Names with their NULs; the bytes that they take. */
int store_directory(domid_t caller, struct store_shadow *shadow, const char *path, char *names, size_t size);
/* May the caller look there at all? */
int store_may_read(domid_t caller, const char *path);

#endif
