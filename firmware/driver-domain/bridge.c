/* SPDX-License-Identifier: MIT
 *
 * The bridge (bridge.h). Stations are found by a hash of their address. Each port has a row of stations of its own, the first of which is its
 * own address: whatever one port sends, it takes no place of another's.
 */
#include "bridge.h"

#include "lib.h"
#include "net/wire.h"

#define BUCKETS 64

struct station {
    struct station *next;               /* of the same hash */
    uint64_t seen_ns;
    uint8_t mac[ETH_ADDRESS_BYTES];
    uint8_t port, used;
};

static struct port {
    int is_attached, is_fixed;
    struct station stations[1 + BRIDGE_LEARNT];
} ports[BRIDGE_PORTS];

static struct station *buckets[BUCKETS];

static struct station **bucket_of(const uint8_t *mac)
{
    return &buckets[(mac[3] ^ mac[4] ^ mac[5]) % BUCKETS];
}

static int is_same(const uint8_t *left, const uint8_t *right)
{
    return left[5] == right[5] && memcmp(left, right, ETH_ADDRESS_BYTES) == 0;
}

static struct station *find(const uint8_t *mac)
{
    struct station *station = *bucket_of(mac);

    while (station && !is_same(station->mac, mac))
        station = station->next;
    return station;
}

static int is_own(const struct station *station)
{
    return station == &ports[station->port].stations[0];
}

static void add(struct station *station, unsigned port, const uint8_t *mac, uint64_t now_ns)
{
    struct station **bucket = bucket_of(mac);

    memcpy(station->mac, mac, ETH_ADDRESS_BYTES);
    station->port = (uint8_t)port;
    station->used = 1;
    station->seen_ns = now_ns;
    station->next = *bucket;
    *bucket = station;
}

static void forget(struct station *station)
{
    struct station **at = bucket_of(station->mac);

    if (!station->used)
        return;
    while (*at != station)
        at = &(*at)->next;
    *at = station->next;
    station->used = 0;
}

/* A station on an open port has shown itself. It may have moved here from another open port. */
static void learn(unsigned port, struct station *known, const uint8_t *mac, uint64_t now_ns)
{
    struct station *oldest = &ports[port].stations[1];

    if (known && known->port == port) {
        known->seen_ns = now_ns;
        return;
    }
    if (known)
        forget(known);
    for (unsigned i = 1; i <= BRIDGE_LEARNT && oldest->used; i++)
        if (!ports[port].stations[i].used || ports[port].stations[i].seen_ns < oldest->seen_ns)
            oldest = &ports[port].stations[i];
    forget(oldest);
    add(oldest, port, mac, now_ns);
}

void bridge_attach(unsigned port, const uint8_t *mac, int is_fixed)
{
    struct station *squatter = find(mac);

    if (squatter)
        forget(squatter);
    ports[port].is_attached = 1;
    ports[port].is_fixed = is_fixed;
    add(&ports[port].stations[0], port, mac, 0);
}

void bridge_detach(unsigned port)
{
    ports[port].is_attached = 0;
    for (unsigned i = 0; i <= BRIDGE_LEARNT; i++)
        forget(&ports[port].stations[i]);
}

/* 01:80:C2:00:00:00 to 0F stay on their link (IEEE 802.1D, 7.12.6). */
static int is_reserved(const uint8_t *mac)
{
    static const uint8_t reserved[] = {0x01, 0x80, 0xc2, 0x00, 0x00};

    return memcmp(mac, reserved, sizeof reserved) == 0 && mac[5] < 0x10;
}

enum bridge_result bridge_forward(unsigned from, const uint8_t *frame, unsigned length, uint64_t now_ns,
                                  void (*deliver)(unsigned port, const uint8_t *frame, unsigned length))
{
    const uint8_t *source = frame + ETH_SOURCE, *destination = frame + ETH_DESTINATION;
    struct station *station = find(source);
    int is_for_many = destination[0] & 1;

    if ((source[0] & 1) || (station && is_own(station) && station->port != from) || (ports[from].is_fixed && !station))
        return BRIDGE_SPOOFED;
    if (ports[from].is_fixed && station->port != from)
        return BRIDGE_SPOOFED;
    if (!ports[from].is_fixed && !(station && is_own(station)))
        learn(from, station, source, now_ns);
    if (is_reserved(destination))
        return BRIDGE_RESERVED;
    station = is_for_many ? NULL : find(destination);
    if (station && (is_own(station) || now_ns - station->seen_ns < BRIDGE_AGE_NS)) {
        if (station->port != from)
            deliver(station->port, frame, length);
        return BRIDGE_PASSED;
    }
    for (unsigned port = 0; port < BRIDGE_PORTS; port++)
        if (port != from && ports[port].is_attached && (is_for_many || !ports[port].is_fixed))
            deliver(port, frame, length);
    return BRIDGE_PASSED;
}
