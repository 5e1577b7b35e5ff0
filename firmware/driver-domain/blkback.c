/* SPDX-License-Identifier: MIT
 *
 * The block backend (blkback.h). A device goes through the states of public/io/xenbus.h: InitWait until the frontend has written its ring and
 * port (Initialised); Connected while both serve; Closed when the frontend closes, and from there back to InitWait when it begins anew.
 *
 * Guests are hostile: a request is copied out of the ring and checked whole before any of its pages is mapped; a page that cannot be mapped
 * fails its request; indices that cannot be end the connection, and only that one.
 */
#include "blkback.h"

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
    domid_t domain;
    int readonly;
    int connected, changed;
    XenbusState state;              /* ours, as the directory has it */
    blkif_back_ring_t ring;
    struct granted_pages ring_page;
    evtchn_port_t port;
    unsigned served, refused;       /* requests */
    char frontend[48], backend[48]; /* directories */
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

static void set_state(struct disk *disk, XenbusState state)
{
    disk->state = state;
    xenbus_set_state(disk->backend, state);
}

static void write_member(const char *directory, const char *name, const char *value)
{
    char path[XENBUS_PATH_MAX];

    format_text(path, sizeof path, "%s/%s", directory, name);
    xenbus_write(path, value);
}

static void write_number(const char *directory, const char *name, unsigned value)
{
    char text[12];

    format_text(text, sizeof text, "%u", value);
    write_member(directory, name, text);
}

void blkback_offer(domid_t domain)
{
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
    disk->domain = domain;
    disk->readonly = readonly;
    format_text(disk->frontend, sizeof disk->frontend, "/local/domain/%u/device/vbd/%u", domain, BLKIF_VDEV_XVDA);
    format_text(disk->backend, sizeof disk->backend, "/local/domain/0/backend/vbd/%u/%u", domain, BLKIF_VDEV_XVDA);
    write_member(disk->frontend, "backend", disk->backend);
    write_number(disk->frontend, "backend-id", 0);
    write_number(disk->frontend, "virtual-device", BLKIF_VDEV_XVDA);
    write_member(disk->backend, "frontend", disk->frontend);
    write_number(disk->backend, "frontend-id", domain);
    write_number(disk->backend, "sectors", (unsigned)sectors);
    write_number(disk->backend, "sector-size", BLKIF_SECTOR_BYTES);
    write_number(disk->backend, "info", readonly ? VDISK_READONLY : 0);
    write_member(disk->backend, "mode", readonly ? "r" : "w");
    disks[slot] = disk;
    if (slot >= disks_used)
        disks_used = slot + 1;
    set_state(disk, XenbusStateInitWait);
    xenbus_set_state(disk->frontend, XenbusStateInitialising);
}

void blkback_changed(const char *path)
{
    for (unsigned i = 0; i < disks_used; i++)
        if (disks[i] && strlen(path) > strlen(disks[i]->frontend) &&
            memcmp(path, disks[i]->frontend, strlen(disks[i]->frontend)) == 0)
            disks[i]->changed = 1;
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
    if (grants_map(disk->domain, refs, request->nr_segments, request->operation == BLKIF_OP_WRITE, &pages))
        return BLKIF_RSP_ERROR;
    copy_segments(request, pages.start);
    grants_unmap(&pages);
    return BLKIF_RSP_OKAY;
}

static void disconnect(struct disk *disk)
{
    if (!disk->connected)
        return;
    disk->connected = 0;
    grants_unmap(&disk->ring_page);
    events_close(disk->port);
}

static void shut_off(struct disk *disk, const char *reason)
{
    printk("driver-domain: disk: domain %u is shut off: %s\n", disk->domain, reason);
    disconnect(disk);
    set_state(disk, XenbusStateClosed);
}

/* Up to ROUND requests; 1 = there was something. */
static int serve(struct disk *disk)
{
    blkif_back_ring_t *ring = &disk->ring;
    RING_IDX prod = ring->sring->req_prod;
    int done = 0, notify;

    if (RING_REQUEST_PROD_OVERFLOW(ring, prod)) {
        shut_off(disk, "indices of its ring that cannot be");
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
            events_notify(disk->port);
        return 1;
    }
    RING_FINAL_CHECK_FOR_REQUESTS(ring, done);
    return done;
}

/* --------------------------------------------------------------------------------------------------------------- states */

/* Nothing to do but to end the sleep: the main loop serves. */
static void ring_event(evtchn_port_t port)
{
    (void)port;
}

static int read_number(const struct disk *disk, const char *name, unsigned *value)
{
    char path[XENBUS_PATH_MAX];

    format_text(path, sizeof path, "%s/%s", disk->frontend, name);
    return xenbus_read_number(path, value);
}

/* NULL, or why not. */
static const char *connect(struct disk *disk)
{
    unsigned ref, remote_port;
    grant_ref_t gref;
    int port;

    if (read_number(disk, "ring-ref", &ref) || read_number(disk, "event-channel", &remote_port))
        return "no ring-ref or event-channel";
    gref = ref;
    if (grants_map(disk->domain, &gref, 1, 0, &disk->ring_page))
        return "its ring cannot be mapped";
    port = events_bind_interdomain(disk->domain, remote_port, ring_event);
    if (port < 0) {
        grants_unmap(&disk->ring_page);
        return "its event channel cannot be bound";
    }
    disk->port = (evtchn_port_t)port;
    BACK_RING_INIT(&disk->ring, (blkif_sring_t *)disk->ring_page.start, PAGE_SIZE);
    disk->connected = 1;
    return NULL;
}

/* The frontend has moved: so do we. */
static void follow(struct disk *disk)
{
    XenbusState theirs = xenbus_state(disk->frontend);
    const char *fault;

    switch (theirs) {
    case XenbusStateInitialising:
        disconnect(disk);
        if (disk->state != XenbusStateInitWait)
            set_state(disk, XenbusStateInitWait);
        break;
    case XenbusStateInitialised:
        if (disk->connected || disk->state != XenbusStateInitWait)
            break;
        fault = connect(disk);
        if (fault)
            shut_off(disk, fault);
        else
            set_state(disk, XenbusStateConnected);
        break;
    case XenbusStateClosing:
    case XenbusStateClosed:
        disconnect(disk);
        if (disk->state != XenbusStateClosed)
            set_state(disk, XenbusStateClosed);
        break;
    default:
        break;
    }
}

int blkback_serve(void)
{
    int progress = 0;

    for (unsigned i = 0; i < disks_used; i++) {
        struct disk *disk = disks[i];

        if (disk && disk->changed) {
            disk->changed = 0;
            follow(disk);
            progress = 1;
        }
        if (disk && disk->connected)
            progress |= serve(disk);
    }
    return progress;
}

void blkback_forget(domid_t domain)
{
    for (unsigned i = 0; i < disks_used; i++)
        if (disks[i] && disks[i]->domain == domain) {
            printk("driver-domain: disk: domain %u: %u requests, %u refused\n", domain, disks[i]->served, disks[i]->refused);
            disconnect(disks[i]);
            xenbus_remove(disks[i]->backend);
            free(disks[i]);
            disks[i] = NULL;
        }
}
