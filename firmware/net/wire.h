/* SPDX-License-Identifier: MIT
 *
 * How frames and packets look on the wire: Ethernet II, ARP (RFC 826), IPv4 (RFC 791), ICMP (RFC 792), UDP (RFC 768). Fields are places in a
 * row of bytes, most significant byte first: an Ethernet header of 14 bytes leaves what follows it unaligned, so no structure is laid over.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include <stdint.h>

#define ETH_ADDRESS_BYTES 6
#define ETH_HEADER_BYTES  14
#define ETH_FRAME_MAX     1514          /* without the check sequence, which rings do not carry */
#define ETH_DESTINATION   0
#define ETH_SOURCE        6
#define ETH_TYPE          12
#define ETH_TYPE_IPV4     0x0800
#define ETH_TYPE_ARP      0x0806

#define ARP_BYTES         28
#define ARP_HARDWARE      0             /* 1: Ethernet */
#define ARP_PROTOCOL      2
#define ARP_LENGTHS       4             /* 6 and 4 */
#define ARP_OPERATION     6
#define ARP_SENDER_MAC    8
#define ARP_SENDER_IP     14
#define ARP_TARGET_MAC    18
#define ARP_TARGET_IP     24
#define ARP_REQUEST       1
#define ARP_REPLY         2

#define IPV4_HEADER_BYTES 20
#define IPV4_VERSION_IHL  0
#define IPV4_TOTAL_LENGTH 2
#define IPV4_ID           4
#define IPV4_FRAGMENT     6
#define IPV4_TTL          8
#define IPV4_PROTOCOL     9
#define IPV4_CHECKSUM     10
#define IPV4_SOURCE       12
#define IPV4_DESTINATION  16
#define IPV4_DONT_FRAGMENT  0x4000
#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_OFFSET_MASK    0x1fff
#define IPV4_ICMP         1
#define IPV4_UDP          17
#define IPV4_BROADCAST    0xffffffffu

#define ICMP_HEADER_BYTES 8
#define ICMP_TYPE         0
#define ICMP_CODE         1
#define ICMP_CHECKSUM     2
#define ICMP_ID           4
#define ICMP_SEQUENCE     6
#define ICMP_ECHO_REPLY   0
#define ICMP_UNREACHABLE  3
#define ICMP_ECHO         8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_CODE_PROTOCOL   2          /* of unreachable */
#define ICMP_CODE_PORT       3
#define ICMP_CODE_REASSEMBLY 1          /* of time exceeded */

#define UDP_HEADER_BYTES  8
#define UDP_SOURCE        0
#define UDP_DESTINATION   2
#define UDP_LENGTH        4
#define UDP_CHECKSUM      6             /* 0: the sender has made none */
#define UDP_PORT_ECHO     7             /* RFC 862 */

/* The longest payload of one echo: 1500 bytes of packet without both headers. */
#define ICMP_ECHO_MAX (ETH_FRAME_MAX - ETH_HEADER_BYTES - IPV4_HEADER_BYTES - ICMP_HEADER_BYTES)

static inline unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static inline uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static inline void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

#endif
