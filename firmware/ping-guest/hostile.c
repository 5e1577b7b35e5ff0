/* SPDX-License-Identifier: MIT
 *
 * What a hostile frontend does: mode=raw (requests that a backend refuses), spoof (other stations' addresses), garble-tx and garble-rx
 * (ring indices that cannot be), bad-pages (pages to receive into that are none), flood (count frames as fast as it can), crash (with
 * frames in flight), probe (packets that no good host sends), watch (prints each frame that comes, until it is quiet), strangers (says something
 * under count addresses, then watches), reach (sends a frame to each of those strangers, and to one that nobody knows).
 */
#include "console.h"
#include "grants.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "ping_guest.h"
#include "platform.h"
#include "xenbus.h"

static uint8_t frame[NETIF_FRAME_MAX];

static void make_frame(const uint8_t *destination, const uint8_t *source, unsigned type)
{
    memcpy(frame + ETH_DESTINATION, destination, ETH_ADDRESS_BYTES);
    memcpy(frame + ETH_SOURCE, source, ETH_ADDRESS_BYTES);
    put16(frame + ETH_TYPE, type);
    memset(frame + ETH_HEADER_BYTES, 0xa5, sizeof frame - ETH_HEADER_BYTES);
}

static const uint8_t everybody[ETH_ADDRESS_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t next_one[ETH_ADDRESS_BYTES] = {0x00, 0x16, 0x3e, 0x00, 0x00, 0x02};

/* Stations that no directory knows, by number. */
static const uint8_t *stranger(unsigned number)
{
    static uint8_t mac[ETH_ADDRESS_BYTES] = {0x02};

    mac[5] = (uint8_t)number;
    return mac;
}

/* Sends the frame, when there is room; drops what comes meanwhile. */
static void send_frame(unsigned length)
{
    static uint8_t unwanted[NETIF_FRAME_MAX];

    while (netfront_send(&vif, frame, length)) {
        while (netfront_receive(&vif, unwanted))
            ;
        netfront_wait(&vif, 0);
    }
}

static void send_small(const uint8_t *destination, const uint8_t *source)
{
    make_frame(destination, source, 0x9000);
    send_frame(60);
}

static void raw(void)
{
    uint8_t *page = pages_allocate(0);
    grant_ref_t ref = (grant_ref_t)grant_page(0, page, 1), anothers = (grant_ref_t)grant_page(5, page, 1);
    const struct netif_tx_request good = {.gref = ref, .size = 60, .id = 77};
    const struct {
        const char *what;
        grant_ref_t gref;
        uint16_t offset, flags, size;
    } tries[] = {
        {"a good one", ref, 0, 0, 60},
        {"at the end of its page", ref, 4036, 0, 60},
        {"one byte beyond its page", ref, 4037, 0, 60},
        {"an offset beyond the page", ref, 4096, 0, 60},
        {"offset and size round the end of 16 bits", ref, 0xfff0, 0, 60},
        {"the largest offset and size", ref, 0xffff, 0, 0xffff},
        {"no bytes", ref, 0, 0, 0},
        {"shorter than a header", ref, 0, 0, 13},
        {"the longest", ref, 0, 0, 1514},
        {"longer than a frame", ref, 0, 0, 1515},
        {"more to come", ref, 0, NETTXF_more_data, 60},
        {"flags that nobody knows", ref, 0, 0x8000, 60},
        {"a page that is not granted", 300, 0, 0, 60},
        {"a reference that cannot be", 0xffffffffu, 0, 0, 60},
        {"a page granted to another domain", anothers, 0, 0, 60},
        {"and a good one", ref, 0, 0, 60},
    };

    make_frame(everybody, vif.mac, 0x9000);
    memcpy(page, frame, sizeof frame);
    memcpy(page + 4036, frame, 60);
    for (unsigned i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        struct netif_tx_request request = good;

        request.gref = tries[i].gref;
        request.offset = tries[i].offset;
        request.flags = tries[i].flags;
        request.size = tries[i].size;
        printk("ping-guest: %s: %d\n", tries[i].what, netfront_raw(&vif, request));
    }
}

static void spoof(void)
{
    static const uint8_t many[ETH_ADDRESS_BYTES] = {0x01, 0, 0x5e, 0, 0, 1}, link_local[ETH_ADDRESS_BYTES] = {0x01, 0x80, 0xc2, 0, 0, 0};
    const struct {
        const char *what;
        const uint8_t *destination, *source;
    } tries[] = {
        {"as the next one", everybody, next_one}, {"as a stranger", everybody, stranger(9)}, {"as many", everybody, many},
        {"to the link's own address", link_local, vif.mac}, {"to itself", vif.mac, vif.mac}, {"to nobody", stranger(9), vif.mac},
    };
    uint8_t *page = pages_allocate(0);
    struct netif_tx_request request = {.gref = (grant_ref_t)grant_page(0, page, 1), .size = 60, .id = 77};

    for (unsigned i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        make_frame(tries[i].destination, tries[i].source, 0x9000);
        memcpy(page, frame, 60);
        printk("ping-guest: %s: %d\n", tries[i].what, netfront_raw(&vif, request));
    }
}

static void await_shut_off(void)
{
    while (xenbus_state(vif.device.backend) != XenbusStateClosed)
        hypervisor_sched_op(SCHEDOP_yield, NULL);
    printk("ping-guest: the backend has closed\n");
    events_close(vif.device.port);
    printk("ping-guest: once more: %d\n", netfront_connect(&vif));
}

static void garble_tx(void)
{
    vif.tx.sring->req_prod = vif.tx.sring->rsp_prod + 1000;
    events_notify(vif.device.port);
    await_shut_off();
}

/* The backend looks at this ring when there is a frame for us: the peer's. */
static void garble_rx(void)
{
    vif.rx.sring->req_prod = vif.rx.sring->rsp_prod + 0x80000000u;
    await_shut_off();
}

/* All pages that wait for frames become such that may not be written, then no pages at all. */
static void bad_pages(const struct ping_options *options)
{
    for (unsigned i = 0; i < NETFRONT_RX_PAGES; i++) {
        grant_end(vif.rx_pages[i].ref);
        if (i % 2)
            grant_page(0, vif.rx_pages[i].bytes, 1);
    }
    printk("ping-guest: domain %u takes back the pages that it has offered\n", platform_domain_id());
    serve_until(hypervisor_system_time() + options->timeout_ms * NS_PER_MS);
}

static void flood(const struct ping_options *options)
{
    uint64_t before = hypervisor_system_time();

    make_frame(everybody, vif.mac, 0x9000);
    for (unsigned sent = 0; sent < options->count; sent++)
        send_frame(options->size + ETH_HEADER_BYTES);
    printk("ping-guest: %u frames in %u us\n", options->count, (unsigned)(hypervisor_system_time() - before) / 1000);
}

static void crash(void)
{
    make_frame(everybody, vif.mac, 0x9000);
    while (netfront_send(&vif, frame, 1000) == 0)
        ;
    printk("ping-guest: domain %u crashes\n", platform_domain_id());
    guest_shutdown(SHUTDOWN_crash);
}

static void watch(const struct ping_options *options)
{
    uint64_t quiet_ns = (options->linger_ms ? options->linger_ms : 200) * NS_PER_MS;
    uint64_t until = hypervisor_system_time() + quiet_ns;

    while (hypervisor_system_time() < until) {
        unsigned length;

        netfront_wait(&vif, until);
        while ((length = netfront_receive(&vif, frame)) != 0) {
            printk("ping-guest: domain %u sees %u bytes, type %04x, from %02x, to %02x\n", platform_domain_id(), length,
                   get16(frame + ETH_TYPE), frame[ETH_SOURCE + 5], frame[ETH_DESTINATION + 5]);
            until = hypervisor_system_time() + quiet_ns;
        }
    }
}

static void strangers(const struct ping_options *options)
{
    for (unsigned number = 1; number <= options->count; number++)
        send_small(everybody, stranger(number));
    watch(options);
}

/* Waits a little, so that all have shown themselves. */
static void reach(const struct ping_options *options)
{
    serve_until(hypervisor_system_time() + options->interval_ms * NS_PER_MS);
    for (unsigned number = 1; number <= options->count; number++)
        send_small(stranger(number), vif.mac);
    send_small(stranger(0x99), vif.mac);
}

int hostile(const char *mode, const struct ping_options *options)
{
    static const struct {
        char name[12];
        void (*run)(void);
        void (*run_with)(const struct ping_options *options);
    } modes[] = {
        {"raw", raw, NULL},
        {"spoof", spoof, NULL},
        {"garble-tx", garble_tx, NULL},
        {"garble-rx", garble_rx, NULL},
        {"bad-pages", NULL, bad_pages},
        {"flood", NULL, flood},
        {"crash", crash, NULL},
        {"probe", NULL, probe},
        {"watch", NULL, watch},
        {"strangers", NULL, strangers},
        {"reach", NULL, reach},
    };

    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (memcmp(modes[i].name, mode, strlen(modes[i].name) + 1) == 0) {
            if (modes[i].run)
                modes[i].run();
            else
                modes[i].run_with(options);
            return 1;
        }
    return 0;
}
