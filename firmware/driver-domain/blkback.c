/* SPDX-License-Identifier: MIT
 *
 * The block backend (blkback.h); its states are backend.h's.
 *
 * Guests are hostile: a request is copied out of the ring and checked whole before any of its pages is mapped; a page that cannot be mapped
 * fails its request; indices that cannot be end the connection, and only that one.
 */
#include "blkback.h"

#include "backend.h"
#include "choice.h"
#include "console.h"
#include "grants.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "xenbus.h"

#include <public/io/blkif.h>

#define DISKS       64
#define DISKS_TEXT  64
#define ROUND       32      /* requests of one domain before the next one's turn */

struct disk {
    struct backend device;
    int readonly;
    blkif_back_ring_t ring;
    struct granted_pages ring_page;
    unsigned served, refused;       /* requests */
};

static struct disk *disks[DISKS];
static unsigned disks_used;          /* no slot from here on has ever been taken: nobody looks there */
static char given[DISKS_TEXT];
static char *store;                 /* the disk's bytes */
static uint64_t sectors;

void blkback_init(const char *wanted)
{
    format_text(given, sizeof given, "%s", wanted);
    store = (char *)start_info->mod_start;
    sectors = store ? start_info->mod_len / BLKIF_SECTOR_BYTES : 0;
    if (given[0] && !sectors)
        printk("driver-domain: disk=%s, but there is no RAM disk: give Domain-0 a \"ramdisk\"\n", given);
    else if (sectors)
        printk("driver-domain: RAM disk of %u sectors for: %s\n", (unsigned)sectors, given[0] ? given : "nobody (disk=)");
}

static const char *connect(struct backend *device)
{
    struct disk *disk = (struct disk *)device;

    if (backend_map_ring(device, "ring-ref", &disk->ring_page))
        return "its ring cannot be mapped";
    BACK_RING_INIT(&disk->ring, (blkif_sring_t *)disk->ring_page.start, PAGE_SIZE);
    return NULL;
}

static void disconnect(struct backend *device)
{
    grants_unmap(&((struct disk *)device)->ring_page);
}

static const struct backend_type disk_type = {"disk", "vbd", connect, disconnect};

void blkback_offer(domid_t domain)
{
    struct backend *device;
    struct disk *disk;
    unsigned slot = 0;
    int readonly;

    while (slot < DISKS && disks[slot])
        slot++;
    if (!sectors || !choice_has(given, domain, ":ro", &readonly) || slot == DISKS)
        return;
    disk = malloc(sizeof *disk);
    if (!disk)
        return;
    memset(disk, 0, sizeof *disk);
    device = &disk->device;
    disk->readonly = readonly;
    backend_make(device, &disk_type, domain, BLKIF_VDEV_XVDA);
    xenbus_write_member_number(device->frontend, "virtual-device", BLKIF_VDEV_XVDA);
    xenbus_write_member_number(device->backend, "sectors", (unsigned)sectors);
    xenbus_write_member_number(device->backend, "sector-size", BLKIF_SECTOR_BYTES);
    xenbus_write_member_number(device->backend, "info", readonly ? VDISK_READONLY : 0);
    xenbus_write_member(device->backend, "mode", readonly ? "r" : "w");
    disks[slot] = disk;
    if (slot >= disks_used)
        disks_used = slot + 1;
    backend_offer(device);
}

void blkback_changed(const char *path)
{
    for (unsigned i = 0; i < disks_used; i++)
        if (disks[i])
            backend_note(&disks[i]->device, path);
}

/* ------------------------------------------------------------------------------------------------------------- requests */

static unsigned segment_sectors(const struct blkif_request_segment *segment)
{
    return (unsigned)(segment->last_sect - segment->first_sect) + 1;
}

/* Is everything about it possible? Looks at our copy, and maps nothing. */
static int request_is_sane(const struct disk *disk, const struct blkif_request *request)
{
    uint64_t length = 0;

    if (request->nr_segments == 0 || request->nr_segments > BLKIF_MAX_SEGMENTS_PER_REQUEST)
        return 0;
    if (request->operation == BLKIF_OP_WRITE && disk->readonly)
        return 0;
    for (unsigned i = 0; i < request->nr_segments; i++) {
        if (request->seg[i].last_sect >= BLKIF_PAGE_SECTORS || request->seg[i].first_sect > request->seg[i].last_sect)
            return 0;
        length += segment_sectors(&request->seg[i]);
    }
    return request->sector_number <= sectors && length <= sectors - request->sector_number;
}

/* Eight words at a time, as one load and one store: copying is the larger part of what a request costs. Both ends are word-aligned. */
static void copy_sectors(char *to, const char *from, size_t length)
{
    struct line {
        uint32_t words[8];
    };

    for (size_t at = 0; at < length; at += sizeof(struct line))
        *(struct line *)(to + at) = *(const struct line *)(from + at);
}

static void copy_segments(const struct blkif_request *request, char *pages)
{
    char *at = store + request->sector_number * BLKIF_SECTOR_BYTES;

    for (unsigned i = 0; i < request->nr_segments; i++) {
        const struct blkif_request_segment *segment = &request->seg[i];
        char *page = pages + i * PAGE_SIZE + segment->first_sect * BLKIF_SECTOR_BYTES;
        size_t length = segment_sectors(segment) * BLKIF_SECTOR_BYTES;

        if (request->operation == BLKIF_OP_READ)
            copy_sectors(page, at, length);
        else
            copy_sectors(at, page, length);
        at += length;
    }
}

static int16_t perform(struct disk *disk, const struct blkif_request *request)
{
    grant_ref_t refs[BLKIF_MAX_SEGMENTS_PER_REQUEST];
    struct granted_pages pages;

    if (request->operation == BLKIF_OP_FLUSH_DISKCACHE)
        return BLKIF_RSP_OKAY;      /* what was written is in the store */
    if (request->operation != BLKIF_OP_READ && request->operation != BLKIF_OP_WRITE)
        return BLKIF_RSP_EOPNOTSUPP;
    if (!request_is_sane(disk, request))
        return BLKIF_RSP_ERROR;
    for (unsigned i = 0; i < request->nr_segments; i++)
        refs[i] = request->seg[i].gref;
    if (grants_map(disk->device.domain, refs, request->nr_segments, request->operation == BLKIF_OP_WRITE, &pages))
        return BLKIF_RSP_ERROR;
    copy_segments(request, pages.start);
    grants_unmap(&pages);
    return BLKIF_RSP_OKAY;
}

/* Up to ROUND requests; 1 = there was something. */
static int serve(struct disk *disk)
{
    blkif_back_ring_t *ring = &disk->ring;
    RING_IDX prod = ring->sring->req_prod;
    int done = 0, notify;

    if (RING_REQUEST_PROD_OVERFLOW(ring, prod)) {
        backend_shut_off(&disk->device, "indices of its ring that cannot be");
        return 1;
    }
    RING_BARRIER();
    for (; ring->req_cons != prod && done < ROUND; done++) {
        struct blkif_request request;
        struct blkif_response response;

        RING_COPY_REQUEST(ring, ring->req_cons, &request);
        ring->req_cons++;
        response.id = request.id;
        response.operation = request.operation;
        response.status = perform(disk, &request);
        if (response.status == BLKIF_RSP_OKAY)
            disk->served++;
        else
            disk->refused++;
        *RING_GET_RESPONSE(ring, ring->rsp_prod_pvt) = response;
        ring->rsp_prod_pvt++;
    }
    if (done) {
        RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(ring, notify);
        if (notify)
            events_notify(disk->device.port);
        return 1;
    }
    RING_FINAL_CHECK_FOR_REQUESTS(ring, done);
    return done;
}

int blkback_serve(void)
{
    int progress = 0;

    for (unsigned i = 0; i < disks_used; i++) {
        struct disk *disk = disks[i];

        if (!disk)
            continue;
        progress |= backend_follow(&disk->device);
        if (disk->device.connected)
            progress |= serve(disk);
    }
    return progress;
}

void blkback_forget(domid_t domain)
{
    for (unsigned i = 0; i < disks_used; i++)
        if (disks[i] && disks[i]->device.domain == domain) {
            printk("driver-domain: disk: domain %u: %u requests, %u refused\n", domain, disks[i]->served, disks[i]->refused);
            backend_end(&disks[i]->device);
            free(disks[i]);
            disks[i] = NULL;
        }
}
