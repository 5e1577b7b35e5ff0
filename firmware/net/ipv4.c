/* SPDX-License-Identifier: MIT
 *
 * IPv4 (RFC 791): checks a packet's header and hands on what is in it; puts a header in front of what is to go out. Options are passed over.
 */
#include "net.h"

#include "lib.h"

#include <public/xen.h>

#define TTL 64

void ipv4_input(struct net_interface *interface, const uint8_t *packet, unsigned length)
{
    unsigned header, total, fragment;
    uint32_t source, destination;

    if (length < IPV4_HEADER_BYTES) {
        net_drop(interface, NET_DROP_SHORT);
        return;
    }
    header = (packet[IPV4_VERSION_IHL] & 15u) * 4;
    total = get16(packet + IPV4_TOTAL_LENGTH);
    if (packet[IPV4_VERSION_IHL] >> 4 != 4 || header < IPV4_HEADER_BYTES || total < header) {
        net_drop(interface, NET_DROP_HEADER);
        return;
    }
    /* The frame may be longer: short ones are filled up on some links. */
    if (total > length) {
        net_drop(interface, NET_DROP_SHORT);
        return;
    }
    if (checksum_end(checksum_add(0, packet, header)) != 0) {
        net_drop(interface, NET_DROP_CHECKSUM);
        return;
    }
    source = get32(packet + IPV4_SOURCE);
    destination = get32(packet + IPV4_DESTINATION);
    if (destination != interface->address && destination != IPV4_BROADCAST) {
        net_drop(interface, NET_DROP_NOT_OURS);
        return;
    }
    /* Nobody can be answered at 0, 224 and above, or at our own address. */
    if (source == 0 || source >= 0xe0000000u || source == interface->address) {
        net_drop(interface, NET_DROP_HEADER);
        return;
    }
    fragment = get16(packet + IPV4_FRAGMENT);
    if (fragment & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET_MASK)) {
        net_drop(interface, NET_DROP_FRAGMENT);
        if ((fragment & IPV4_OFFSET_MASK) == 0)
            icmp_refuse(interface, ICMP_TIME_EXCEEDED, ICMP_CODE_REASSEMBLY, packet, header, total);
        return;
    }
    switch (packet[IPV4_PROTOCOL]) {
    case IPV4_ICMP:
        icmp_input(interface, packet, packet + header, total - header);
        break;
    case IPV4_UDP:
        udp_input(interface, packet, packet + header, header, total - header);
        break;
    default:
        net_drop(interface, NET_DROP_PROTOCOL);
        icmp_refuse(interface, ICMP_UNREACHABLE, ICMP_CODE_PROTOCOL, packet, header, total);
    }
}

uint8_t *ipv4_payload(struct net_interface *interface)
{
    return interface->out + ETH_HEADER_BYTES + IPV4_HEADER_BYTES;
}

int ipv4_send(struct net_interface *interface, uint32_t to, unsigned protocol, unsigned payload_bytes)
{
    uint8_t *frame = interface->out, *packet = frame + ETH_HEADER_BYTES;
    unsigned total = IPV4_HEADER_BYTES + payload_bytes;

    if (total > ETH_FRAME_MAX - ETH_HEADER_BYTES)
        return -XEN_E2BIG;
    memcpy(frame + ETH_SOURCE, interface->mac, ETH_ADDRESS_BYTES);
    put16(frame + ETH_TYPE, ETH_TYPE_IPV4);
    put16(packet + IPV4_VERSION_IHL, 0x4500);
    put16(packet + IPV4_TOTAL_LENGTH, total);
    put16(packet + IPV4_ID, interface->next_id++);
    put16(packet + IPV4_FRAGMENT, IPV4_DONT_FRAGMENT);
    packet[IPV4_TTL] = TTL;
    packet[IPV4_PROTOCOL] = (uint8_t)protocol;
    put16(packet + IPV4_CHECKSUM, 0);
    put32(packet + IPV4_SOURCE, interface->address);
    put32(packet + IPV4_DESTINATION, to);
    put16(packet + IPV4_CHECKSUM, checksum_end(checksum_add(0, packet, IPV4_HEADER_BYTES)));
    return arp_send_to(interface, to, frame, ETH_HEADER_BYTES + total);
}
