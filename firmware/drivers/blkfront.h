/* SPDX-License-Identifier: MIT
 *
 * The block frontend: a disk that a driver domain serves. Buffers may stand anywhere in the guest's memory at a multiple of 512 bytes.
 */
#ifndef DRIVERS_BLKFRONT_H
#define DRIVERS_BLKFRONT_H

#include "frontend.h"

#include <public/io/blkif.h>

/* Most requests in flight; a ring of one page has room for 32. */
#define BLKFRONT_REQUESTS 32

struct blkfront {
    uint64_t sectors;
    int readonly;
    struct frontend device;
    blkif_front_ring_t ring;
    grant_ref_t ring_ref;
    unsigned in_flight;
    int failed;                             /* of the requests of the present call, -XEN_* */
    struct {
        unsigned used, count;
        grant_ref_t refs[BLKIF_MAX_SEGMENTS_PER_REQUEST];
    } requests[BLKFRONT_REQUESTS];
};

/*
 * Finds the first disk (device/vbd) and connects to it: waits for the backend. After xenbus_init and grants_init. 0, or a negative error:
 * -XEN_ENOENT when there is no disk.
 */
int blkfront_connect(struct blkfront *disk);
/* Tells the backend that it is over, and takes the ring back. */
void blkfront_close(struct blkfront *disk);

/* Reads or writes sectors and sleeps meanwhile; 0, or a negative error of the first request that failed. */
int blkfront_read(struct blkfront *disk, uint64_t sector, void *buffer, unsigned count);
int blkfront_write(struct blkfront *disk, uint64_t sector, const void *buffer, unsigned count);

/* One request as it is, for tests of the backend: its status (BLKIF_RSP_*). */
int blkfront_raw(struct blkfront *disk, struct blkif_request *request);

#endif
