/* SPDX-License-Identifier: MIT
 *
 * The directory: a tree of named nodes with values, who may do what with it, and how much of it a domain may fill.
 * Paths here are absolute. Every function gives 0 or more, or a negative error.
 */
#ifndef DRIVER_DOMAIN_STORE_H
#define DRIVER_DOMAIN_STORE_H

#include <public/xen.h>
#include <stddef.h>

#define STORE_NODES_PER_DOMAIN 128      /* Domain-0 has no limit but memory */

int store_init(void);
/* The value's length; all of it in *value, the store's own bytes. */
int store_read(domid_t caller, const char *path, const char **value);
int store_write(domid_t caller, const char *path, const char *value, size_t length);
/* Makes the node and its parents; 0 when it is there already. */
int store_mkdir(domid_t caller, const char *path);
int store_remove(domid_t caller, const char *path);
/* Names with their NULs; the bytes that they take. */
int store_directory(domid_t caller, const char *path, char *names, size_t size);
/* May the caller look there at all? */
int store_may_read(domid_t caller, const char *path);

#endif
