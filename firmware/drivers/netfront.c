/* SPDX-License-Identifier: MIT
 *
 * The network frontend (netfront.h). All pages are granted once, for as long as the connection lasts: frames are copied into
 * and out of them, which costs less than granting each.
 */
#include "netfront.h"

#include "console.h"
#include "grants.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "xenbus.h"

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9' ? digit - '0' : (digit | 32) >= 'a' && (digit | 32) <= 'f' ? (digit | 32) - 'a' + 10 : -1;
}

/* "00:16:3e:00:00:01". */
static int parse_mac(const char *text, uint8_t *mac)
{
    for (unsigned i = 0; i < 6; i++, text += 3) {
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

        if (low < 0 || text[2] != (i < 5 ? ':' : 0))
            return -XEN_EINVAL;
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

/* Which device is ours, and its address. */
static int find(struct netfront *vif)
{
    char mac[20];
    int error = frontend_find(&vif->device, "vif");

    if (error)
        return error;
    error = xenbus_read_member(vif->device.directory, "mac", mac, sizeof mac);
    return error < 0 ? error : parse_mac(mac, vif->mac);
}

/* A cleared page that the backend may use; its reference, or a negative error. */
static int make_page(uint8_t **bytes, int readonly)
{
    *bytes = pages_allocate(0);
    if (!*bytes)
        return -XEN_ENOMEM;
    memset(*bytes, 0, PAGE_SIZE);
    return grant_page(0, *bytes, readonly);
}

static int make_pages(struct netfront_page *pages, unsigned count, int readonly)
{
    for (unsigned i = 0; i < count; i++) {
        int ref = make_page(&pages[i].bytes, readonly);

        if (ref < 0)
            return ref;
        pages[i].ref = (grant_ref_t)ref;
    }
    return 0;
}

/* A page that the backend keeps mapped is given up for good. */
static void end_page(uint8_t *bytes, grant_ref_t ref)
{
    if (ref && grant_end(ref) == 0)
        pages_free(bytes, 0);
}

static void end_all(struct netfront *vif)
{
    for (unsigned i = 0; i < NETFRONT_TX_PAGES; i++)
        end_page(vif->tx_pages[i].bytes, vif->tx_pages[i].ref);
    for (unsigned i = 0; i < NETFRONT_RX_PAGES; i++)
        end_page(vif->rx_pages[i].bytes, vif->rx_pages[i].ref);
    end_page((uint8_t *)vif->tx.sring, vif->tx_ref);
    end_page((uint8_t *)vif->rx.sring, vif->rx_ref);
    if (vif->device.port)
        events_close(vif->device.port);
}

/* Hands the backend this page for a frame to come; published by push_rx. */
static void offer(struct netfront *vif, unsigned index)
{
    struct netif_rx_request *request = RING_GET_REQUEST(&vif->rx, vif->rx.req_prod_pvt);

    request->id = (uint16_t)index;
    request->gref = vif->rx_pages[index].ref;
    vif->rx_pages[index].in_use = 1;
    vif->rx.req_prod_pvt++;
}

static void push_rx(struct netfront *vif)
{
    int notify;

    RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&vif->rx, notify);
    if (notify)
        events_notify(vif->device.port);
}

static int make_rings(struct netfront *vif)
{
    uint8_t *tx, *rx;
    int ref = make_page(&tx, 0), error;

    if (ref < 0)
        return ref;
    vif->tx_ref = (grant_ref_t)ref;
    SHARED_RING_INIT((netif_tx_sring_t *)tx);
    FRONT_RING_INIT(&vif->tx, (netif_tx_sring_t *)tx, PAGE_SIZE);
    ref = make_page(&rx, 0);
    if (ref < 0)
        return ref;
    vif->rx_ref = (grant_ref_t)ref;
    SHARED_RING_INIT((netif_rx_sring_t *)rx);
    FRONT_RING_INIT(&vif->rx, (netif_rx_sring_t *)rx, PAGE_SIZE);
    error = frontend_make_port(&vif->device);
    if (error)
        return error;
    ref = make_pages(vif->tx_pages, NETFRONT_TX_PAGES, 1);
    return ref ? ref : make_pages(vif->rx_pages, NETFRONT_RX_PAGES, 0);
}

int netfront_connect(struct netfront *vif)
{
    struct frontend *device = &vif->device;
    int error;

    memset(vif, 0, sizeof *vif);
    error = find(vif);
    if (error)
        return error;
    frontend_begin(device);
    error = make_rings(vif);
    if (error) {
        end_all(vif);
        return error;
    }
    for (unsigned i = 0; i < NETFRONT_RX_PAGES; i++)
        offer(vif, i);
    push_rx(vif);
    xenbus_write_member_number(device->directory, "tx-ring-ref", vif->tx_ref);
    xenbus_write_member_number(device->directory, "rx-ring-ref", vif->rx_ref);
    xenbus_write_member_number(device->directory, "event-channel", device->port);
    xenbus_write_member_number(device->directory, "request-rx-copy", 1);
    error = frontend_await_connection(device);
    if (error) {
        end_all(vif);
        return error;
    }
    xenbus_set_state(device->directory, XenbusStateConnected);
    return 0;
}

/* --------------------------------------------------------------------------------------------------------------- frames */

/* Takes the pages of frames that have gone. A backend that answers what was not asked is not believed. */
static void take_answers(struct netfront *vif)
{
    while (RING_HAS_UNCONSUMED_RESPONSES(&vif->tx)) {
        struct netif_tx_response response;

        if (RING_RESPONSE_PROD_OVERFLOW(&vif->tx, vif->tx.sring->rsp_prod))
            return;
        RING_COPY_RESPONSE(&vif->tx, vif->tx.rsp_cons, &response);
        vif->tx.rsp_cons++;
        if (response.id < NETFRONT_TX_PAGES)
            vif->tx_pages[response.id].in_use = 0;
        if (response.status != NETIF_RSP_OKAY) {
            vif->refused++;
            vif->last_refusal = response.status;
        }
    }
}

/* Are as many frames on their way as there are pages? */
static int is_full(const struct netfront *vif)
{
    return vif->tx.req_prod_pvt - vif->tx.rsp_cons >= NETFRONT_TX_PAGES;
}

static void push_tx(struct netfront *vif, struct netif_tx_request request)
{
    int notify;

    *RING_GET_REQUEST(&vif->tx, vif->tx.req_prod_pvt) = request;
    vif->tx.req_prod_pvt++;
    RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&vif->tx, notify);
    if (notify)
        events_notify(vif->device.port);
}

int netfront_send(struct netfront *vif, const void *frame, unsigned length)
{
    struct netif_tx_request request = {.size = (uint16_t)length};
    unsigned index = 0;

    if (length < NETIF_FRAME_MIN || length > NETIF_FRAME_MAX)
        return -XEN_EINVAL;
    take_answers(vif);
    if (is_full(vif))
        return -XEN_EAGAIN;
    while (index < NETFRONT_TX_PAGES && vif->tx_pages[index].in_use)
        index++;
    if (index == NETFRONT_TX_PAGES)
        return -XEN_EAGAIN;
    memcpy(vif->tx_pages[index].bytes, frame, length);
    vif->tx_pages[index].in_use = 1;
    request.id = (uint16_t)index;
    request.gref = vif->tx_pages[index].ref;
    push_tx(vif, request);
    return 0;
}

unsigned netfront_receive(struct netfront *vif, void *frame)
{
    while (RING_HAS_UNCONSUMED_RESPONSES(&vif->rx)) {
        struct netif_rx_response response;
        struct netfront_page *page;
        unsigned length = 0;

        if (RING_RESPONSE_PROD_OVERFLOW(&vif->rx, vif->rx.sring->rsp_prod))
            return 0;
        RING_COPY_RESPONSE(&vif->rx, vif->rx.rsp_cons, &response);
        vif->rx.rsp_cons++;
        if (response.id >= NETFRONT_RX_PAGES || !vif->rx_pages[response.id].in_use)
            continue;
        page = &vif->rx_pages[response.id];
        if (response.status >= NETIF_FRAME_MIN && response.status <= NETIF_FRAME_MAX &&
            (unsigned)response.offset + (unsigned)response.status <= PAGE_SIZE) {
            length = (unsigned)response.status;
            memcpy(frame, page->bytes + response.offset, length);
        }
        page->in_use = 0;
        offer(vif, response.id);
        push_rx(vif);
        if (length)
            return length;
    }
    return 0;
}

/* Events are off from before the look until the sleep, so none is slept through: neither a frame's nor the timer's. */
void netfront_wait(struct netfront *vif, uint64_t until_ns)
{
    unsigned were_off = platform_events_off();
    int more, gone = 0;

    RING_FINAL_CHECK_FOR_RESPONSES(&vif->rx, more);
    if (is_full(vif))
        RING_FINAL_CHECK_FOR_RESPONSES(&vif->tx, gone);
    if (!more && !gone && (!until_ns || hypervisor_system_time() < until_ns)) {
        if (until_ns)
            hypervisor_set_timer_op(until_ns);
        platform_wait_for_event();
    }
    platform_events_restore(were_off);
}

int netfront_raw(struct netfront *vif, struct netif_tx_request request)
{
    struct netif_tx_response response = {.id = (uint16_t)~request.id};

    push_tx(vif, request);
    do {
        unsigned were_off = platform_events_off();
        int more;

        RING_FINAL_CHECK_FOR_RESPONSES(&vif->tx, more);
        if (!more)
            platform_wait_for_event();
        platform_events_restore(were_off);
        if (!RING_HAS_UNCONSUMED_RESPONSES(&vif->tx))
            continue;
        RING_COPY_RESPONSE(&vif->tx, vif->tx.rsp_cons, &response);
        vif->tx.rsp_cons++;
        if (response.id < NETFRONT_TX_PAGES)
            vif->tx_pages[response.id].in_use = 0;
    } while (response.id != request.id);
    return response.status;
}

/* What is on its way still goes: a backend that serves answers all of it. */
static void flush(struct netfront *vif)
{
    unsigned were_off = platform_events_off();

    while (xenbus_state(vif->device.backend) == XenbusStateConnected) {
        int more;

        take_answers(vif);
        if (vif->tx.rsp_cons == vif->tx.req_prod_pvt)
            break;
        RING_FINAL_CHECK_FOR_RESPONSES(&vif->tx, more);
        if (!more)
            platform_wait_for_event();
        platform_events_off();
    }
    platform_events_restore(were_off);
}

void netfront_close(struct netfront *vif)
{
    flush(vif);
    frontend_close(&vif->device);
    end_all(vif);
    xenbus_set_state(vif->device.directory, XenbusStateClosed);
}
