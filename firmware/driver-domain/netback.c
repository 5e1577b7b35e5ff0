/* SPDX-License-Identifier: MIT
 *
 * The network backend (netback.h). Interfaces go through the states of backend.h; frames go
 *
 *   sender's page -> take -> frame (ours) -> bridge_forward -> deliver -> receiver's page
 *
 * Guests are hostile. A request is copied out of the ring before it is looked at, and a frame out of the sender's page before the bridge
 * looks at it. A receiver without room loses its frames, and holds up nobody. Indices that cannot be end the connection, and only that one.
 *
 * With a rate each interface has a credit of bytes, which grows with time up to what it may send in BURST_US. Who has none left waits in its
 * ring: nothing of it is dropped, and the others do not feel it.
 */
#include "netback.h"

#include "backend.h"
#include "bridge.h"
#include "choice.h"
#include "console.h"
#include "grants.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "net/wire.h"
#include "platform.h"
#include "xenbus.h"

#include <public/io/netif.h>

#define NET_TEXT 64
#define ROUND    GRANT_PAGES_MAX    /* frames of one domain before the next one's turn */
#define BURST_US 10000
#define RETRY_NS 1000000ull         /* whoever has no credit is looked at again after this */
#define COST_MIN 64                 /* bytes */
#define RATE_MAX 100000             /* KB/s: more than all of this can carry, and its products still fit into 32 bits */

struct vif {
    struct backend device;
    int is_open;                    /* other addresses may stand behind it */
    int ring_is_bad;
    netif_tx_back_ring_t tx;
    netif_rx_back_ring_t rx;
    struct granted_pages tx_page, rx_page;
    uint8_t mac[ETH_ADDRESS_BYTES];
    int credit;                     /* thousandths of bytes that it may send now; a last frame may overdraw it */
    uint64_t credited_ns;           /* up to when */
    unsigned from_guest, to_guest;  /* frames */
    unsigned refused;               /* requests that cannot be */
    unsigned spoofed;               /* not let pass by the bridge */
    unsigned lost;                  /* for want of room at the receiver */
    unsigned slot;                  /* its port of the bridge */
};

static struct vif *vifs[BRIDGE_PORTS];  /* by their port of the bridge */
static unsigned slots;                  /* of them used at some time: no others are looked at */
static char given[NET_TEXT];
static unsigned rate;                   /* KB/s of each; 0: as much as it can */
static uint64_t wake_ns;                /* when somebody who waits has credit again; 0: nobody waits */
static uint8_t frame[(NETIF_FRAME_MAX + 3) & ~3] __attribute__((aligned(4)));

void netback_init(const char *interfaces, unsigned kilobytes_per_second)
{
    format_text(given, sizeof given, "%s", interfaces);
    rate = kilobytes_per_second < RATE_MAX ? kilobytes_per_second : RATE_MAX;
    if (rate)
        platform_start_ticks();     /* so that the timer wakes us (netback_serve) */
}

static const char *connect(struct backend *device)
{
    struct vif *vif = (struct vif *)device;
    unsigned rx_copy = 0;

    if (backend_read_number(device, "request-rx-copy", &rx_copy) || !rx_copy)
        return "it does not ask for copying (request-rx-copy)";
    if (backend_map_ring(device, "tx-ring-ref", &vif->tx_page))
        return "its tx ring cannot be mapped";
    if (backend_map_ring(device, "rx-ring-ref", &vif->rx_page)) {
        grants_unmap(&vif->tx_page);
        return "its rx ring cannot be mapped";
    }
    BACK_RING_INIT(&vif->tx, (netif_tx_sring_t *)vif->tx_page.start, PAGE_SIZE);
    BACK_RING_INIT(&vif->rx, (netif_rx_sring_t *)vif->rx_page.start, PAGE_SIZE);
    vif->ring_is_bad = 0;
    bridge_attach(vif->slot, vif->mac, !vif->is_open);
    return NULL;
}

static void disconnect(struct backend *device)
{
    struct vif *vif = (struct vif *)device;

    bridge_detach(vif->slot);
    grants_unmap(&vif->tx_page);
    grants_unmap(&vif->rx_page);
}

static const struct backend_type network_type = {"network", "vif", connect, disconnect};

/* What the guest may know of its interface, beside what every device's directories have. */
static void describe(const struct vif *vif)
{
    const struct backend *device = &vif->device;
    char mac[18];

    format_text(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", vif->mac[0], vif->mac[1], vif->mac[2], vif->mac[3], vif->mac[4],
                vif->mac[5]);
    xenbus_write_member_number(device->frontend, "handle", 0);
    xenbus_write_member(device->frontend, "mac", mac);
    xenbus_write_member_number(device->backend, "handle", 0);
    xenbus_write_member(device->backend, "mac", mac);
    xenbus_write_member_number(device->backend, "feature-rx-copy", 1);
    xenbus_write_member_number(device->backend, "feature-rx-flip", 0);
}

/* Addresses are 00:16:3E (Xen's) and the domain's number. */
void netback_offer(domid_t domain)
{
    const uint8_t mac[ETH_ADDRESS_BYTES] = {0x00, 0x16, 0x3e, 0x00, (uint8_t)(domain >> 8), (uint8_t)domain};
    struct vif *vif;
    unsigned slot = 0;
    int is_open;

    while (slot < BRIDGE_PORTS && vifs[slot])
        slot++;
    if (!choice_has(given, domain, ":any", &is_open) || slot == BRIDGE_PORTS)
        return;
    vif = malloc(sizeof *vif);
    if (!vif)
        return;
    memset(vif, 0, sizeof *vif);
    vif->is_open = is_open;
    vif->slot = slot;
    memcpy(vif->mac, mac, sizeof mac);
    backend_make(&vif->device, &network_type, domain, 0);
    describe(vif);
    vifs[slot] = vif;
    slots = slots > slot + 1 ? slots : slot + 1;
    backend_offer(&vif->device);
}

void netback_changed(const char *path)
{
    for (unsigned i = 0; i < slots; i++)
        if (vifs[i])
            backend_note(&vifs[i]->device, path);
}

/* --------------------------------------------------------------------------------------------------------------- frames */

/* Copies the frame into the next page that the receiver has offered: its length, or NETIF_RSP_ERROR. */
static int16_t fill_page(const struct vif *vif, grant_ref_t ref, const uint8_t *bytes, unsigned length)
{
    struct granted_pages page;

    if (grants_map(vif->device.domain, &ref, 1, 0, &page))
        return NETIF_RSP_ERROR;
    memcpy(page.start, bytes, length);
    grants_unmap(&page);
    return (int16_t)length;
}

/* Called by the bridge. */
static void deliver(unsigned port, const uint8_t *bytes, unsigned length)
{
    struct vif *vif = vifs[port];
    struct netif_rx_request request;
    struct netif_rx_response response = {0};
    RING_IDX prod = vif->rx.sring->req_prod;

    if (RING_REQUEST_PROD_OVERFLOW(&vif->rx, prod))
        vif->ring_is_bad = 1;
    if (vif->ring_is_bad || prod == vif->rx.req_cons) {
        vif->lost++;
        return;
    }
    RING_COPY_REQUEST(&vif->rx, vif->rx.req_cons, &request);
    vif->rx.req_cons++;
    response.id = request.id;
    response.status = fill_page(vif, request.gref, bytes, length);
    if (response.status < 0)
        vif->refused++;
    else
        vif->to_guest++;
    *RING_GET_RESPONSE(&vif->rx, vif->rx.rsp_prod_pvt) = response;
    vif->rx.rsp_prod_pvt++;
}

/* Is everything about it possible? */
static int request_is_sane(const struct netif_tx_request *request)
{
    return request->size >= NETIF_FRAME_MIN && request->size <= NETIF_FRAME_MAX &&
           (unsigned)request->offset + request->size <= PAGE_SIZE && (request->flags & ~NETTXF_data_validated) == 0;
}

/* Of its credit: whatever is wrong with it, a request is work for us. */
static int request_cost(const struct netif_tx_request *request)
{
    return 1000 * (request->size < COST_MIN ? COST_MIN : request->size);
}

/* What the sender's page has at `page` is passed on: NETIF_RSP_*. */
static int16_t pass_on(unsigned port, const struct netif_tx_request *request, const char *page)
{
    memcpy(frame, page + request->offset, request->size);
    vifs[port]->from_guest++;
    if (bridge_forward(port, frame, request->size, hypervisor_system_time(), deliver) == BRIDGE_PASSED)
        return NETIF_RSP_OKAY;
    vifs[port]->spoofed++;
    return NETIF_RSP_DROPPED;
}

/* Requests of one domain that are served at once. */
struct round {
    unsigned port, count;
    struct netif_tx_request requests[ROUND];
    int16_t statuses[ROUND];
};

/* Maps the pages of requests first to last - 1 at once, and passes all of them on; 0 when one is refused. */
static int pass_on_together(struct round *round, unsigned first, unsigned last)
{
    grant_ref_t refs[ROUND];
    unsigned sane = 0, page = 0;
    struct granted_pages pages;

    for (unsigned i = first; i < last; i++)
        if (request_is_sane(&round->requests[i]))
            refs[sane++] = round->requests[i].gref;
    if (sane == 0)
        return 1;
    if (grants_map(vifs[round->port]->device.domain, refs, sane, 1, &pages))
        return 0;
    for (unsigned i = first; i < last; i++)
        if (request_is_sane(&round->requests[i]))
            round->statuses[i] = pass_on(round->port, &round->requests[i], pages.start + page++ * PAGE_SIZE);
    grants_unmap(&pages);
    return 1;
}

/* Has it credit? If not, netback_serve learns when it has. */
static int may_send(struct vif *vif)
{
    uint64_t now_ns = hypervisor_system_time(), passed_ns = now_ns - vif->credited_ns;
    int most = (int)(BURST_US * rate);

    if (passed_ns >= BURST_US * 1000ull) {
        vif->credited_ns = now_ns;
        vif->credit += most;
    } else {
        unsigned us = (unsigned)passed_ns / 1000;

        vif->credited_ns += us * 1000;
        vif->credit += (int)(us * rate);
    }
    if (vif->credit > most)
        vif->credit = most;
    if (vif->credit > 0)
        return 1;
    if (!wake_ns || wake_ns > now_ns + RETRY_NS)
        wake_ns = now_ns + RETRY_NS;
    return 0;
}

/* Takes up to ROUND requests, passes on their frames, answers; 1 = there was something. */
static int serve(unsigned port)
{
    struct vif *vif = vifs[port];
    netif_tx_back_ring_t *ring = &vif->tx;
    RING_IDX prod = ring->sring->req_prod;
    static struct round round;
    int more;

    if (RING_REQUEST_PROD_OVERFLOW(ring, prod)) {
        vif->ring_is_bad = 1;
        return 1;
    }
    if (prod == ring->req_cons) {
        RING_FINAL_CHECK_FOR_REQUESTS(ring, more);
        return more;
    }
    if (rate && !may_send(vif))
        return 0;
    RING_BARRIER();
    round.port = port;
    for (round.count = 0; ring->req_cons != prod && round.count < ROUND && (!rate || vif->credit > 0); round.count++) {
        RING_COPY_REQUEST(ring, ring->req_cons, &round.requests[round.count]);
        ring->req_cons++;
        if (rate)
            vif->credit -= request_cost(&round.requests[round.count]);
        round.statuses[round.count] = NETIF_RSP_ERROR;
    }
    if (!pass_on_together(&round, 0, round.count))
        for (unsigned i = 0; i < round.count; i++)
            pass_on_together(&round, i, i + 1);
    for (unsigned i = 0; i < round.count; i++) {
        struct netif_tx_response response = {.id = round.requests[i].id, .status = round.statuses[i]};

        vif->refused += response.status == NETIF_RSP_ERROR;
        *RING_GET_RESPONSE(ring, ring->rsp_prod_pvt) = response;
        ring->rsp_prod_pvt++;
    }
    return 1;
}

/* Publishes what both rings have been answered; one event for all of it. */
static void answer(struct vif *vif)
{
    int of_tx, of_rx;

    RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&vif->tx, of_tx);
    RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&vif->rx, of_rx);
    if (of_tx || of_rx)
        events_notify(vif->device.port);
}

int netback_serve(void)
{
    int progress = 0;

    wake_ns = 0;
    for (unsigned i = 0; i < slots; i++) {
        if (!vifs[i])
            continue;
        progress |= backend_follow(&vifs[i]->device);
        if (vifs[i]->device.connected)
            progress |= serve(i);
    }
    for (unsigned i = 0; i < slots; i++) {
        if (!vifs[i] || !vifs[i]->device.connected)
            continue;
        answer(vifs[i]);
        if (vifs[i]->ring_is_bad)
            backend_shut_off(&vifs[i]->device, "indices of its ring that cannot be");
    }
    if (!progress && wake_ns)
        hypervisor_set_timer_op(wake_ns);
    return progress;
}

void netback_forget(domid_t domain)
{
    for (unsigned i = 0; i < slots; i++)
        if (vifs[i] && vifs[i]->device.domain == domain) {
            printk("driver-domain: network: domain %u: %u frames from it, %u to it, %u refused, %u not let pass, %u lost\n", domain,
                   vifs[i]->from_guest, vifs[i]->to_guest, vifs[i]->refused, vifs[i]->spoofed, vifs[i]->lost);
            backend_end(&vifs[i]->device);
            free(vifs[i]);
            vifs[i] = NULL;
        }
}
