/* SPDX-License-Identifier: MIT
 *
 * ARP (RFC 826): which station has which address. An entry is made only when we ask, or when somebody asks us; what others tell
 * each other only refreshes entries that are there. While an answer is awaited a few frames are kept for it.
 */
#include "net.h"

#include "lib.h"

#include <public/xen.h>

static struct arp_entry *find(struct net_interface *interface, uint32_t address)
{
    for (unsigned i = 0; i < ARP_ENTRIES; i++)
        if (interface->arp[i].address == address)
            return &interface->arp[i];
    return NULL;
}

/* A free entry, or else the oldest. */
static struct arp_entry *make(struct net_interface *interface, uint32_t address)
{
    struct arp_entry *oldest = &interface->arp[0];

    for (unsigned i = 1; i < ARP_ENTRIES && oldest->address; i++)
        if (!interface->arp[i].address || interface->arp[i].since < oldest->since)
            oldest = &interface->arp[i];
    oldest->address = address;
    oldest->known = 0;
    oldest->held = 0;
    oldest->since = interface->now_ns;
    return oldest;
}

static void send(struct net_interface *interface, unsigned operation, const uint8_t *destination, uint32_t target)
{
    uint8_t frame[ETH_HEADER_BYTES + ARP_BYTES];
    uint8_t *packet = frame + ETH_HEADER_BYTES;

    memcpy(frame + ETH_SOURCE, interface->mac, ETH_ADDRESS_BYTES);
    put16(frame + ETH_TYPE, ETH_TYPE_ARP);
    put16(packet + ARP_HARDWARE, 1);
    put16(packet + ARP_PROTOCOL, ETH_TYPE_IPV4);
    put16(packet + ARP_LENGTHS, ETH_ADDRESS_BYTES << 8 | 4);
    put16(packet + ARP_OPERATION, operation);
    memcpy(packet + ARP_SENDER_MAC, interface->mac, ETH_ADDRESS_BYTES);
    put32(packet + ARP_SENDER_IP, interface->address);
    put32(packet + ARP_TARGET_IP, target);
    if (destination) {
        memcpy(frame + ETH_DESTINATION, destination, ETH_ADDRESS_BYTES);
        memcpy(packet + ARP_TARGET_MAC, destination, ETH_ADDRESS_BYTES);
    } else {
        memset(frame + ETH_DESTINATION, 0xff, ETH_ADDRESS_BYTES);
        memset(packet + ARP_TARGET_MAC, 0, ETH_ADDRESS_BYTES);
    }
    if (interface->send(interface, frame, sizeof frame) == 0)
        interface->frames_out++;
}

void net_announce(struct net_interface *interface)
{
    send(interface, ARP_REQUEST, NULL, interface->address);
}

static int transmit(struct net_interface *interface, const uint8_t *mac, uint8_t *frame, unsigned length)
{
    int error;

    memcpy(frame + ETH_DESTINATION, mac, ETH_ADDRESS_BYTES);
    error = interface->send(interface, frame, length);
    if (!error)
        interface->frames_out++;
    return error;
}

int arp_send_to(struct net_interface *interface, uint32_t address, uint8_t *frame, unsigned length)
{
    static const uint8_t everybody[ETH_ADDRESS_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct arp_entry *entry;

    if (address == 0)
        return -XEN_EINVAL;
    if (address == IPV4_BROADCAST)
        return transmit(interface, everybody, frame, length);
    entry = find(interface, address);
    if (entry && entry->known && interface->now_ns - entry->since < ARP_EXPIRE_NS)
        return transmit(interface, entry->mac, frame, length);
    if (!entry || entry->known) {
        entry = make(interface, address);
        send(interface, ARP_REQUEST, NULL, address);
    } else if (interface->now_ns - entry->since >= ARP_RETRY_NS) {
        entry->since = interface->now_ns;
        send(interface, ARP_REQUEST, NULL, address);
    }
    if (entry->held == ARP_HELD) {
        net_drop(interface, NET_DROP_UNKNOWN);
        return 0;
    }
    memcpy(entry->frames[entry->held], frame, length);
    entry->lengths[entry->held++] = length;
    return 0;
}

void arp_input(struct net_interface *interface, const uint8_t *packet, unsigned length)
{
    const uint8_t *mac = packet + ARP_SENDER_MAC;
    uint32_t sender, target;
    struct arp_entry *entry;
    unsigned held;

    if (length < ARP_BYTES) {
        net_drop(interface, NET_DROP_SHORT);
        return;
    }
    sender = get32(packet + ARP_SENDER_IP);
    target = get32(packet + ARP_TARGET_IP);
    /* A station has an address of its own, which is not that of many, and not ours. */
    if (get16(packet + ARP_HARDWARE) != 1 || get16(packet + ARP_PROTOCOL) != ETH_TYPE_IPV4 ||
        get16(packet + ARP_LENGTHS) != (ETH_ADDRESS_BYTES << 8 | 4) || (mac[0] & 1) || sender == interface->address ||
        sender == IPV4_BROADCAST) {
        net_drop(interface, NET_DROP_HEADER);
        return;
    }
    entry = sender ? find(interface, sender) : NULL;
    if (!entry && sender && target == interface->address)
        entry = make(interface, sender);
    if (entry) {
        memcpy(entry->mac, mac, ETH_ADDRESS_BYTES);
        entry->known = 1;
        entry->since = interface->now_ns;
        held = entry->held;
        entry->held = 0;
        for (unsigned i = 0; i < held; i++)
            transmit(interface, entry->mac, entry->frames[i], entry->lengths[i]);
    }
    if (target == interface->address && get16(packet + ARP_OPERATION) == ARP_REQUEST)
        send(interface, ARP_REPLY, mac, sender);
    else if (target != interface->address)
        net_drop(interface, NET_DROP_NOT_OURS);
}
