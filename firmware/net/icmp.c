/* SPDX-License-Identifier: MIT
 *
 * ICMP (RFC 792): answers echoes, asks for them, and reports what cannot be had. No error answers an error, a broadcast or a later fragment
 * (RFC 1122, 3.2.2).
 */
#include "net.h"

#include "lib.h"

#include <public/xen.h>

/* Puts the checksum in and sends; the rest stands at ipv4_payload. */
static int send(struct net_interface *interface, uint32_t to, unsigned length)
{
    uint8_t *message = ipv4_payload(interface);

    put16(message + ICMP_CHECKSUM, 0);
    put16(message + ICMP_CHECKSUM, checksum_end(checksum_add(0, message, length)));
    return ipv4_send(interface, to, IPV4_ICMP, length);
}

int net_ping(struct net_interface *interface, uint32_t to, unsigned id, unsigned sequence, const void *payload, unsigned length,
             uint64_t now_ns)
{
    uint8_t *message = ipv4_payload(interface);

    if (length > ICMP_ECHO_MAX)
        return -XEN_E2BIG;
    interface->now_ns = now_ns;
    message[ICMP_TYPE] = ICMP_ECHO;
    message[ICMP_CODE] = 0;
    put16(message + ICMP_ID, id);
    put16(message + ICMP_SEQUENCE, sequence);
    memcpy(message + ICMP_HEADER_BYTES, payload, length);
    return send(interface, to, ICMP_HEADER_BYTES + length);
}

void icmp_input(struct net_interface *interface, const uint8_t *packet, const uint8_t *payload, unsigned length)
{
    uint32_t from = get32(packet + IPV4_SOURCE);

    if (length < ICMP_HEADER_BYTES) {
        net_drop(interface, NET_DROP_SHORT);
        return;
    }
    if (checksum_end(checksum_add(0, payload, length)) != 0) {
        net_drop(interface, NET_DROP_CHECKSUM);
        return;
    }
    switch (payload[ICMP_TYPE]) {
    case ICMP_ECHO:
        if (get32(packet + IPV4_DESTINATION) == IPV4_BROADCAST || length > ICMP_HEADER_BYTES + ICMP_ECHO_MAX) {
            net_drop(interface, NET_DROP_NOT_OURS);
            return;
        }
        memcpy(ipv4_payload(interface), payload, length);
        ipv4_payload(interface)[ICMP_TYPE] = ICMP_ECHO_REPLY;
        if (send(interface, from, length) == 0)
            interface->echoes_answered++;
        break;
    case ICMP_ECHO_REPLY:
        if (interface->on_echo_reply)
            interface->on_echo_reply(interface, from, get16(payload + ICMP_ID), get16(payload + ICMP_SEQUENCE), packet[IPV4_TTL],
                                     payload + ICMP_HEADER_BYTES, length - ICMP_HEADER_BYTES);
        else
            net_drop(interface, NET_DROP_UNASKED);
        break;
    case ICMP_UNREACHABLE:
    case ICMP_TIME_EXCEEDED:
        if (interface->on_refused)
            interface->on_refused(interface, from, payload[ICMP_TYPE], payload[ICMP_CODE]);
        break;
    default:
        net_drop(interface, NET_DROP_PROTOCOL);
    }
}

void icmp_refuse(struct net_interface *interface, unsigned type, unsigned code, const uint8_t *packet, unsigned header, unsigned length)
{
    uint8_t *message = ipv4_payload(interface);
    unsigned quoted = length < header + 8 ? length : header + 8;

    if (get32(packet + IPV4_DESTINATION) == IPV4_BROADCAST)
        return;
    if (packet[IPV4_PROTOCOL] == IPV4_ICMP && (length == header || (packet[header + ICMP_TYPE] != ICMP_ECHO &&
                                                                   packet[header + ICMP_TYPE] != ICMP_ECHO_REPLY)))
        return;
    message[ICMP_TYPE] = (uint8_t)type;
    message[ICMP_CODE] = (uint8_t)code;
    put32(message + ICMP_ID, 0);
    memcpy(message + ICMP_HEADER_BYTES, packet, quoted);
    send(interface, get32(packet + IPV4_SOURCE), ICMP_HEADER_BYTES + quoted);
}
