/* SPDX-License-Identifier: MIT
 *
 * mode=probe: packets that are wrong in one thing each, to the peer, and what it answers. Each begins as a right one.
 */
#include "console.h"
#include "guest.h"
#include "lib.h"
#include "ping_guest.h"

#define ANSWER_NS (20 * NS_PER_MS)
#define PAYLOAD   32

static uint8_t frame[NETIF_FRAME_MAX];
static uint8_t answer[NETIF_FRAME_MAX];
static uint8_t peer_mac[ETH_ADDRESS_BYTES];

static uint8_t *const packet = frame + ETH_HEADER_BYTES;
static uint8_t *const message = frame + ETH_HEADER_BYTES + IPV4_HEADER_BYTES;

static void fix_checksums(void)
{
    put16(packet + IPV4_CHECKSUM, 0);
    put16(packet + IPV4_CHECKSUM, checksum_end(checksum_add(0, packet, IPV4_HEADER_BYTES)));
    if (packet[IPV4_PROTOCOL] == IPV4_ICMP) {
        put16(message + ICMP_CHECKSUM, 0);
        put16(message + ICMP_CHECKSUM, checksum_end(checksum_add(0, message, ICMP_HEADER_BYTES + PAYLOAD)));
    }
}

/* A right echo, by ICMP or by UDP to port 7. */
static void begin(const struct ping_options *options, unsigned protocol)
{
    memcpy(frame + ETH_DESTINATION, peer_mac, ETH_ADDRESS_BYTES);
    memcpy(frame + ETH_SOURCE, net.mac, ETH_ADDRESS_BYTES);
    put16(frame + ETH_TYPE, ETH_TYPE_IPV4);
    memset(packet, 0, IPV4_HEADER_BYTES + ICMP_HEADER_BYTES);
    put16(packet + IPV4_VERSION_IHL, 0x4500);
    put16(packet + IPV4_TOTAL_LENGTH, IPV4_HEADER_BYTES + ICMP_HEADER_BYTES + PAYLOAD);
    packet[IPV4_TTL] = 64;
    packet[IPV4_PROTOCOL] = (uint8_t)protocol;
    put32(packet + IPV4_SOURCE, net.address);
    put32(packet + IPV4_DESTINATION, options->peer);
    for (unsigned i = 0; i < PAYLOAD; i++)
        message[ICMP_HEADER_BYTES + i] = (uint8_t)(i * 11);
    if (protocol == IPV4_ICMP) {
        message[ICMP_TYPE] = ICMP_ECHO;
        put16(message + ICMP_ID, 0x7e57);
    } else {
        put16(message + UDP_SOURCE, 4000);
        put16(message + UDP_DESTINATION, UDP_PORT_ECHO);
        put16(message + UDP_LENGTH, UDP_HEADER_BYTES + PAYLOAD);
    }
    fix_checksums();
}

static void describe(const char *what, unsigned length)
{
    const uint8_t *body = answer + ETH_HEADER_BYTES + IPV4_HEADER_BYTES;
    int equal = length >= ETH_HEADER_BYTES + IPV4_HEADER_BYTES + ICMP_HEADER_BYTES + PAYLOAD &&
                memcmp(body + ICMP_HEADER_BYTES, message + ICMP_HEADER_BYTES, PAYLOAD) == 0;

    if (answer[ETH_HEADER_BYTES + IPV4_PROTOCOL] == IPV4_UDP)
        printk("ping-guest: %s: UDP from port %u to %u, equal %d\n", what, get16(body + UDP_SOURCE), get16(body + UDP_DESTINATION), equal);
    else
        printk("ping-guest: %s: ICMP %u/%u, equal %d\n", what, body[ICMP_TYPE], body[ICMP_CODE], equal);
}

static void send(const char *what)
{
    uint64_t until = hypervisor_system_time() + ANSWER_NS;

    netfront_send(&vif, frame, ETH_HEADER_BYTES + IPV4_HEADER_BYTES + ICMP_HEADER_BYTES + PAYLOAD);
    do {
        unsigned length = netfront_receive(&vif, answer);

        if (length > ETH_HEADER_BYTES + IPV4_HEADER_BYTES && get16(answer + ETH_TYPE) == ETH_TYPE_IPV4) {
            describe(what, length);
            return;
        }
        netfront_wait(&vif, until);
    } while (hypervisor_system_time() < until);
    printk("ping-guest: %s: nothing\n", what);
}

/* One field of the packet, or of what is in it, changed; then the checksums made right, unless it is one of them. */
static const struct {
    const char *what;
    uint8_t protocol, in_packet, place, bytes;
    uint16_t value;
    uint8_t leave_checksums;
} probes[] = {
    {"a right echo", IPV4_ICMP, 1, IPV4_TTL, 1, 64, 0},
    {"version 6", IPV4_ICMP, 1, IPV4_VERSION_IHL, 1, 0x65, 0},
    {"a header of 16 bytes", IPV4_ICMP, 1, IPV4_VERSION_IHL, 1, 0x44, 0},
    {"a header longer than the packet", IPV4_ICMP, 1, IPV4_TOTAL_LENGTH, 2, 16, 0},
    {"longer than its frame", IPV4_ICMP, 1, IPV4_TOTAL_LENGTH, 2, 1500, 0},
    {"cut off in its ICMP header", IPV4_ICMP, 1, IPV4_TOTAL_LENGTH, 2, 24, 0},
    {"a wrong header checksum", IPV4_ICMP, 1, IPV4_CHECKSUM, 2, 0x1234, 1},
    {"a wrong ICMP checksum", IPV4_ICMP, 0, ICMP_CHECKSUM, 2, 0x1234, 1},
    {"for another address", IPV4_ICMP, 1, IPV4_DESTINATION, 2, 0x0b00, 0},
    {"from everybody", IPV4_ICMP, 1, IPV4_SOURCE, 2, 0xffff, 0},
    {"the first fragment", IPV4_ICMP, 1, IPV4_FRAGMENT, 2, IPV4_MORE_FRAGMENTS, 0},
    {"a later fragment", IPV4_ICMP, 1, IPV4_FRAGMENT, 2, 185, 0},
    {"a protocol that it lacks", 47, 1, IPV4_TTL, 1, 64, 0},
    {"an ICMP type that it lacks", IPV4_ICMP, 0, ICMP_TYPE, 1, 13, 0},
    {"an error about nothing", IPV4_ICMP, 0, ICMP_TYPE, 1, ICMP_UNREACHABLE, 0},
    {"an echo by UDP", IPV4_UDP, 1, IPV4_TTL, 1, 64, 0},
    {"UDP to a port without a service", IPV4_UDP, 0, UDP_DESTINATION, 2, 4711, 0},
    {"UDP longer than its packet", IPV4_UDP, 0, UDP_LENGTH, 2, 1000, 0},
    {"UDP shorter than its header", IPV4_UDP, 0, UDP_LENGTH, 2, 7, 0},
    {"UDP with a wrong checksum", IPV4_UDP, 0, UDP_CHECKSUM, 2, 0x1234, 0},
    {"UDP from the echo service itself", IPV4_UDP, 0, UDP_SOURCE, 2, UDP_PORT_ECHO, 0},
    {"and a right echo", IPV4_ICMP, 1, IPV4_TTL, 1, 64, 0},
};

/* The peer's address on the link: asked for by a ping, whose frame we do not need. */
static int find_peer(const struct ping_options *options)
{
    for (unsigned tries = 0; tries < 10; tries++) {
        net_ping(&net, options->peer, 1, 1, "", 0, hypervisor_system_time());
        serve_until(hypervisor_system_time() + options->interval_ms * NS_PER_MS);
        for (unsigned i = 0; i < ARP_ENTRIES; i++)
            if (net.arp[i].address == options->peer && net.arp[i].known) {
                memcpy(peer_mac, net.arp[i].mac, ETH_ADDRESS_BYTES);
                return 1;
            }
    }
    return 0;
}

void probe(const struct ping_options *options)
{
    if (!find_peer(options)) {
        printk("ping-guest: the peer cannot be found\n");
        return;
    }
    for (unsigned i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        uint8_t *at = (probes[i].in_packet ? packet : message) + probes[i].place;

        begin(options, probes[i].protocol);
        if (probes[i].bytes == 1)
            *at = (uint8_t)probes[i].value;
        else
            put16(at, probes[i].value);
        if (!probes[i].leave_checksums)
            fix_checksums();
        send(probes[i].what);
    }
}
