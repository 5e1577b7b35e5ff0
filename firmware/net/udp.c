/* SPDX-License-Identifier: MIT
 *
 * UDP (RFC 768), as far as the echo service of RFC 862 needs it: what comes to port 7 goes back; other ports are unreachable.
 */
#include "net.h"

#include "lib.h"

/* The sum over addresses, protocol and length, which precedes that over the datagram. */
static uint32_t pseudo_header(const uint8_t *addresses, unsigned length)
{
    return checksum_add(0, addresses, 8) + IPV4_UDP + length;
}

void udp_input(struct net_interface *interface, const uint8_t *packet, const uint8_t *payload, unsigned header, unsigned length)
{
    uint8_t *answer = ipv4_payload(interface);
    uint8_t addresses[8];
    unsigned datagram, sum;

    if (length < UDP_HEADER_BYTES) {
        net_drop(interface, NET_DROP_SHORT);
        return;
    }
    datagram = get16(payload + UDP_LENGTH);
    if (datagram < UDP_HEADER_BYTES || datagram > length) {
        net_drop(interface, NET_DROP_HEADER);
        return;
    }
    if (get16(payload + UDP_CHECKSUM) &&
        checksum_end(checksum_add(pseudo_header(packet + IPV4_SOURCE, datagram), payload, datagram)) != 0) {
        net_drop(interface, NET_DROP_CHECKSUM);
        return;
    }
    if (get16(payload + UDP_DESTINATION) != UDP_PORT_ECHO) {
        net_drop(interface, NET_DROP_PROTOCOL);
        icmp_refuse(interface, ICMP_UNREACHABLE, ICMP_CODE_PORT, packet, header, header + length);
        return;
    }
    /* Two echo services would answer each other for ever. */
    if (get16(payload + UDP_SOURCE) == UDP_PORT_ECHO || get32(packet + IPV4_DESTINATION) == IPV4_BROADCAST ||
        datagram > ETH_FRAME_MAX - ETH_HEADER_BYTES - IPV4_HEADER_BYTES) {
        net_drop(interface, NET_DROP_UNASKED);
        return;
    }
    memcpy(answer, payload, datagram);
    put16(answer + UDP_SOURCE, UDP_PORT_ECHO);
    put16(answer + UDP_DESTINATION, get16(payload + UDP_SOURCE));
    put16(answer + UDP_CHECKSUM, 0);
    put32(addresses, interface->address);
    put32(addresses + 4, get32(packet + IPV4_SOURCE));
    sum = checksum_end(checksum_add(pseudo_header(addresses, datagram), answer, datagram));
    put16(answer + UDP_CHECKSUM, sum ? sum : 0xffff);
    if (ipv4_send(interface, get32(packet + IPV4_SOURCE), IPV4_UDP, datagram) == 0)
        interface->echoes_answered++;
}
