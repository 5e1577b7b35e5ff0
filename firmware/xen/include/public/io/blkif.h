/* SPDX-License-Identifier: MIT
 *
 * Block devices over an I/O ring: what a frontend asks and a backend answers. Numbers and layouts are those of Xen 3.
 *
 * Directory of the device (drivers/xenbus.h), beyond what every device has:
 *   frontend  virtual-device, ring-ref, event-channel
 *   backend   sectors, sector-size, info (VDISK_*), mode ("r" or "w")
 */
#ifndef __XEN_PUBLIC_IO_BLKIF_H__
#define __XEN_PUBLIC_IO_BLKIF_H__

#include "../grant_table.h"
#include "ring.h"

typedef uint16_t blkif_vdev_t;
typedef uint64_t blkif_sector_t;

#define BLKIF_SECTOR_BYTES  512
#define BLKIF_PAGE_SECTORS  (4096 / BLKIF_SECTOR_BYTES)

#define BLKIF_OP_READ               0
#define BLKIF_OP_WRITE              1
#define BLKIF_OP_WRITE_BARRIER      2
#define BLKIF_OP_FLUSH_DISKCACHE    3

#define BLKIF_MAX_SEGMENTS_PER_REQUEST 11

#define BLKIF_RSP_EOPNOTSUPP (-2)
#define BLKIF_RSP_ERROR      (-1)
#define BLKIF_RSP_OKAY       0

#define VDISK_CDROM     1
#define VDISK_REMOVABLE 2
#define VDISK_READONLY  4

/* The first virtual disk, xvda: major 202 (as Linux has it), minor 0. */
#define BLKIF_VDEV_XVDA (202 << 8)

struct blkif_request_segment {
    grant_ref_t gref;                   /* a page; the backend reads it for a write, and writes it for a read */
    uint8_t first_sect, last_sect;      /* which of its sectors, both included: 0 to 7 */
};

struct blkif_request {
    uint8_t operation;                  /* BLKIF_OP_* */
    uint8_t nr_segments;                /* 1 to BLKIF_MAX_SEGMENTS_PER_REQUEST; 0 for a flush */
    blkif_vdev_t handle;
    uint64_t id;                        /* comes back in the response */
    blkif_sector_t sector_number;       /* of the first segment's first sector */
    struct blkif_request_segment seg[BLKIF_MAX_SEGMENTS_PER_REQUEST];
};
typedef struct blkif_request blkif_request_t;

struct blkif_response {
    uint64_t id;
    uint8_t operation;
    int16_t status;                     /* BLKIF_RSP_* */
};
typedef struct blkif_response blkif_response_t;

DEFINE_RING_TYPES(blkif, struct blkif_request, struct blkif_response);

_Static_assert(sizeof(struct blkif_request) == 112, "blkif_request has changed size");

#endif
