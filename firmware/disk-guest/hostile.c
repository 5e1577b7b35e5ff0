/* SPDX-License-Identifier: MIT
 *
 * Straight at the directory, the grant table and the rings (hostile.h), past drivers/blkfront.c.
 */
#include "hostile.h"

#include "console.h"
#include "grants.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "windows.h"
#include "xenbus.h"

static void begin_anew(const struct blkfront *disk)
{
    xenbus_set_state(disk->device.directory, XenbusStateInitialising);
    while (xenbus_state(disk->device.backend) != XenbusStateInitWait)
        hypervisor_sched_op(SCHEDOP_yield, NULL);
}

static void offer(const struct blkfront *disk, const char *what, const char *ref, const char *port)
{
    XenbusState answer;

    begin_anew(disk);
    xenbus_write_member(disk->device.directory, "ring-ref", ref);
    xenbus_write_member(disk->device.directory, "event-channel", port);
    xenbus_set_state(disk->device.directory, XenbusStateInitialised);
    while ((answer = xenbus_state(disk->device.backend)) == XenbusStateInitWait)
        hypervisor_sched_op(SCHEDOP_yield, NULL);
    printk("disk-guest: %s: %s\n", what, answer == XenbusStateClosed ? "closed" : "not closed");
}

void hostile_handshake(struct blkfront *disk, unsigned char *buffer)
{
    char ref[12], readonly[12], port[12], store_port[12];

    blkfront_close(disk);
    format_text(ref, sizeof ref, "%d", grant_page(0, buffer, 0));
    format_text(readonly, sizeof readonly, "%d", grant_page(0, buffer + PAGE_SIZE, 1));
    format_text(port, sizeof port, "%u", (unsigned)disk->device.port);
    format_text(store_port, sizeof store_port, "%u", (unsigned)start_info->store_evtchn);
    offer(disk, "a ring that is not granted", "300", port);
    offer(disk, "a reference that is no number", "ring", port);
    offer(disk, "a reference beyond all tables", "99999999", port);
    offer(disk, "a ring that may only be read", readonly, port);
    offer(disk, "a port that is closed", ref, port);
    offer(disk, "a port that is not there", ref, "77");
    offer(disk, "a port beyond all ports", ref, "99999999");
    offer(disk, "a port that is in use", ref, store_port);
    offer(disk, "a port without a number", ref, "");
    begin_anew(disk);
    xenbus_write_member(disk->device.directory, "state", "99");
    xenbus_write_member(disk->device.directory, "state", "connected, I swear");
    xenbus_write_member(disk->device.directory, "state", "");
    xenbus_set_state(disk->device.directory, XenbusStateConnected);
    printk("disk-guest: states that make no sense: the backend %s\n",
           xenbus_state(disk->device.backend) == XenbusStateInitWait ? "waits" : "does not wait");
    printk("disk-guest: connect %d\n", blkfront_connect(disk));
    printk("disk-guest: and read %d\n", blkfront_read(disk, 0, buffer, 8));
}

/* The hypervisor gives the same frame again. */
static volatile struct grant_entry *own_grant_table(void)
{
    unsigned long frame;
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1, .frame_list = &frame};
    void *window = windows_take(1);

    hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, (unsigned long)&setup, 1, 0);
    hypervisor_update_va_mapping((unsigned long)window, L2_SMALL_UNCACHED(frame << PAGE_SHIFT, L2_AP_KERNEL_ONLY), UVMF_INVLPG);
    return window;
}

void hostile_revoke(struct blkfront *disk, unsigned char *buffer)
{
    volatile struct grant_entry *table = own_grant_table();

    for (unsigned i = 0; i < GRANTS_PER_FRAME; i++)
        table[i].flags = GTF_invalid;
    printk("disk-guest: without grants: read %d\n", blkfront_read(disk, 0, buffer, 64));
    for (unsigned i = 0; i < GRANTS_PER_FRAME; i++)
        table[i].flags = i % 2 ? 0xffff : GTF_invalid;
    printk("disk-guest: with nonsense for grants: read %d\n", blkfront_read(disk, 0, buffer, 64));
    guest_shutdown(SHUTDOWN_crash);
}

void hostile_flood(struct blkfront *disk, unsigned char *buffer)
{
    struct blkif_request request = {.operation = BLKIF_OP_READ, .nr_segments = 1, .seg = {{.last_sect = 7}}};

    request.seg[0].gref = (grant_ref_t)grant_page(0, buffer, 0);
    for (;;) {
        while (disk->ring.req_prod_pvt - disk->ring.sring->rsp_prod < RING_SIZE(&disk->ring))
            *RING_GET_REQUEST(&disk->ring, disk->ring.req_prod_pvt++) = request;
        disk->ring.sring->req_prod = disk->ring.req_prod_pvt;
        events_notify(disk->device.port);
    }
}

void hostile_chatter(struct blkfront *disk, unsigned char *buffer)
{
    (void)disk;
    (void)buffer;
    for (unsigned i = 0;; i++)
        printk("disk-guest: chatter %u\n", i);
}

void hostile_deaf(struct blkfront *disk, unsigned char *buffer)
{
    (void)disk;
    (void)buffer;
    for (;;) {
        platform_events_off();
        platform_wait_for_event();
    }
}
