/* SPDX-License-Identifier: MIT
 *
 * The block frontend (blkfront.h). A call is cut into requests of up to eleven pages, each page granted for as long as its request is
 * under way; as many requests as the ring has places for are in flight.
 */
#include "blkfront.h"

#include "console.h"
#include "grants.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "xenbus.h"

static int make_ring(struct blkfront *disk)
{
    blkif_sring_t *sring = pages_allocate(0);
    int ref, error;

    if (!sring)
        return -XEN_ENOMEM;
    memset(sring, 0, PAGE_SIZE);
    SHARED_RING_INIT(sring);
    FRONT_RING_INIT(&disk->ring, sring, PAGE_SIZE);
    ref = grant_page(0, sring, 0);
    error = ref < 0 ? ref : frontend_make_port(&disk->device);
    if (error) {
        pages_free(sring, 0);
        return error;
    }
    disk->ring_ref = (grant_ref_t)ref;
    return 0;
}

int blkfront_connect(struct blkfront *disk)
{
    struct frontend *device = &disk->device;
    unsigned sectors = 0, info = 0;
    int error;

    memset(disk, 0, sizeof *disk);
    error = frontend_find(device, "vbd");
    if (error)
        return error;
    frontend_begin(device);
    error = make_ring(disk);
    if (error)
        return error;
    xenbus_write_member_number(device->directory, "ring-ref", disk->ring_ref);
    xenbus_write_member_number(device->directory, "event-channel", device->port);
    error = frontend_await_connection(device);
    if (error)
        return error;
    error = xenbus_read_member_number(device->backend, "sectors", &sectors);
    xenbus_read_member_number(device->backend, "info", &info);
    disk->sectors = sectors;
    disk->readonly = (info & VDISK_READONLY) != 0;
    xenbus_set_state(device->directory, XenbusStateConnected);
    return error;
}

/* The page of the ring is given up for good when the backend keeps it mapped. */
void blkfront_close(struct blkfront *disk)
{
    frontend_close(&disk->device);
    events_close(disk->device.port);
    if (grant_end(disk->ring_ref) == 0)
        pages_free(disk->ring.sring, 0);
    xenbus_set_state(disk->device.directory, XenbusStateClosed);
}

/* ------------------------------------------------------------------------------------------------------------- requests */

static void finish(struct blkfront *disk, const struct blkif_response *response)
{
    unsigned id = (unsigned)response->id;

    /* A backend that answers what was not asked is not believed. */
    if (response->id >= BLKFRONT_REQUESTS || !disk->requests[id].used)
        return;
    for (unsigned i = 0; i < disk->requests[id].count; i++)
        grant_end(disk->requests[id].refs[i]);
    disk->requests[id].used = 0;
    disk->in_flight--;
    if (response->status != BLKIF_RSP_OKAY && !disk->failed)
        disk->failed = -XEN_EIO;
}

/* Takes the responses that are there; sleeps for one when there is none. Events are off between the look and the sleep. */
static void take_responses(struct blkfront *disk)
{
    unsigned were_off = platform_events_off();
    int more;

    RING_FINAL_CHECK_FOR_RESPONSES(&disk->ring, more);
    while (!more) {
        platform_wait_for_event();
        platform_events_off();
        RING_FINAL_CHECK_FOR_RESPONSES(&disk->ring, more);
    }
    platform_events_restore(were_off);
    while (RING_HAS_UNCONSUMED_RESPONSES(&disk->ring)) {
        struct blkif_response response;

        RING_COPY_RESPONSE(&disk->ring, disk->ring.rsp_cons, &response);
        disk->ring.rsp_cons++;
        finish(disk, &response);
    }
}

static void push(struct blkfront *disk)
{
    int notify;

    RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&disk->ring, notify);
    if (notify)
        events_notify(disk->device.port);
}

/* One request from `buffer` on; how many sectors it takes, or a negative error. */
static int put_request(struct blkfront *disk, int operation, uint64_t sector, const char *buffer, unsigned count)
{
    struct blkif_request *request = RING_GET_REQUEST(&disk->ring, disk->ring.req_prod_pvt);
    unsigned id = 0, taken = 0, segments = 0;

    while (disk->requests[id].used)
        id++;
    while (taken < count && segments < BLKIF_MAX_SEGMENTS_PER_REQUEST) {
        const char *at = buffer + taken * BLKIF_SECTOR_BYTES;
        unsigned first = ((unsigned long)at & (PAGE_SIZE - 1)) / BLKIF_SECTOR_BYTES;
        unsigned here = BLKIF_PAGE_SECTORS - first < count - taken ? BLKIF_PAGE_SECTORS - first : count - taken;
        int ref = grant_page(0, at, operation == BLKIF_OP_WRITE);

        if (ref < 0)
            break;
        disk->requests[id].refs[segments] = (grant_ref_t)ref;
        request->seg[segments].gref = (grant_ref_t)ref;
        request->seg[segments].first_sect = (uint8_t)first;
        request->seg[segments].last_sect = (uint8_t)(first + here - 1);
        segments++;
        taken += here;
    }
    if (!taken)
        return -XEN_ENOSPC;
    disk->requests[id].used = 1;
    disk->requests[id].count = segments;
    request->operation = (uint8_t)operation;
    request->nr_segments = (uint8_t)segments;
    request->handle = 0;
    request->id = id;
    request->sector_number = sector;
    disk->ring.req_prod_pvt++;
    disk->in_flight++;
    return (int)taken;
}

static int transfer(struct blkfront *disk, int operation, uint64_t sector, const char *buffer, unsigned count)
{
    if ((unsigned long)buffer & (BLKIF_SECTOR_BYTES - 1))
        return -XEN_EINVAL;
    disk->failed = 0;
    while (count && !disk->failed) {
        int taken = 0;

        while (count && disk->in_flight < BLKFRONT_REQUESTS && !RING_FULL(&disk->ring)) {
            taken = put_request(disk, operation, sector, buffer, count);
            if (taken < 0)
                break;
            sector += (unsigned)taken;
            buffer += taken * BLKIF_SECTOR_BYTES;
            count -= (unsigned)taken;
        }
        push(disk);
        if (taken < 0 && !disk->in_flight)
            return taken;
        if (count)
            take_responses(disk);
    }
    while (disk->in_flight)
        take_responses(disk);
    return disk->failed;
}

int blkfront_read(struct blkfront *disk, uint64_t sector, void *buffer, unsigned count)
{
    return transfer(disk, BLKIF_OP_READ, sector, buffer, count);
}

int blkfront_write(struct blkfront *disk, uint64_t sector, const void *buffer, unsigned count)
{
    return transfer(disk, BLKIF_OP_WRITE, sector, buffer, count);
}

int blkfront_raw(struct blkfront *disk, struct blkif_request *request)
{
    struct blkif_response response;
    unsigned were_off = platform_events_off();

    *RING_GET_REQUEST(&disk->ring, disk->ring.req_prod_pvt) = *request;
    disk->ring.req_prod_pvt++;
    push(disk);
    for (;;) {
        int more;

        RING_FINAL_CHECK_FOR_RESPONSES(&disk->ring, more);
        if (more)
            break;
        platform_wait_for_event();
        platform_events_off();
    }
    platform_events_restore(were_off);
    RING_COPY_RESPONSE(&disk->ring, disk->ring.rsp_cons, &response);
    disk->ring.rsp_cons++;
    return response.id == request->id ? response.status : 1;
}
