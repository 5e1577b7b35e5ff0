/* SPDX-License-Identifier: MIT
 *
 * Straight at the ring (hostile.h), past drivers/store_ring.c.
 */
#include "hostile.h"

#include "console.h"
#include "guest.h"
#include "lib.h"
#include "platform.h"
#include "xenbus.h"

static volatile struct xenstore_domain_interface *ring(void)
{
    return (void *)(GUEST_KERNEL_START + ((start_info->store_mfn - start_info->min_mfn) << PAGE_SHIFT));
}

static void let_others_run(void)
{
    events_notify(start_info->store_evtchn);
    for (unsigned i = 0; i < 100; i++)
        hypervisor_sched_op(SCHEDOP_yield, NULL);
}

void hostile_garble(void)
{
    ring()->req_prod = ring()->req_cons + 0x80000000u;
    let_others_run();
}

static void put(const void *bytes, size_t length)
{
    volatile struct xenstore_domain_interface *page = ring();

    for (size_t i = 0; i < length; i++)
        page->req[MASK_XENSTORE_IDX(page->req_prod + i)] = ((const char *)bytes)[i];
    page->req_prod += length;
}

void hostile_long(void)
{
    struct xsd_sockmsg header = {.type = XS_WRITE, .len = ~0u};

    put(&header, sizeof header);
    let_others_run();
}

void hostile_deaf(void)
{
    static const struct {
        struct xsd_sockmsg header;
        char path[8];
    } request = {{.type = XS_READ, .req_id = 1, .len = 6}, "domid"};
    volatile struct xenstore_domain_interface *page = ring();
    const size_t length = sizeof request.header + request.header.len;
    unsigned put_in = 0, waits = 0, replies = 0;

    while (waits < 3) {
        if (XENSTORE_RING_SIZE - (page->req_prod - page->req_cons) >= length) {
            put(&request, length);
            put_in++;
            waits = 0;
        } else {
            let_others_run();
            waits++;
        }
    }
    printk("store-guest: deaf: stopped after %s requests\n", put_in > 40 && put_in < 200 ? "some" : "too few or too many");
    while (replies < put_in) {
        if (page->rsp_prod - page->rsp_cons >= sizeof request.header + 1) {
            page->rsp_cons += sizeof request.header + 1;
            replies++;
        } else {
            let_others_run();
        }
    }
    printk("store-guest: deaf: all replies are there\n");
}
