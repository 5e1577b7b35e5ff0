/* SPDX-License-Identifier: MIT
 *
 * The block backend: serves our RAM disk (start_info.mod_start) to other domains over rings of public/io/blkif.h.
 */
#ifndef DRIVER_DOMAIN_BLKBACK_H
#define DRIVER_DOMAIN_BLKBACK_H

#include <public/xen.h>

/*
 * Once. `disks` says who gets the disk: "1,3:ro", "all" or "all:ro"; "" = nobody. Prints what disk there is.
 */
void blkback_init(const char *disks);
/* Makes the device's directories when this domain gets the disk. After its directory is there. */
void blkback_offer(domid_t domain);
/* The domain has ended. */
void blkback_forget(domid_t domain);
/* Told of every change in the directory: only notes it, blkback_serve looks. */
void blkback_changed(const char *path);
/* Serves all that is there; 1 = something was done. */
int blkback_serve(void);

#endif
