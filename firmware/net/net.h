/* SPDX-License-Identifier: MIT
 *
 * A small IPv4 host: ARP with a cache, ICMP echo both ways, UDP echo. It knows no driver and no clock: whoever uses it hands in frames and the
 * time, and gives a function that sends a frame. All addresses are in the order of this CPU.
 *
 * Who calls whom:  net_input (net.c) -> arp_input, ipv4_input -> icmp_input, udp_input -> ipv4_send -> arp_resolve -> interface->send
 *
 * Fragments are not put together: the first of a packet is answered by "time exceeded in reassembly" (RFC 792), the rest dropped. Every host
 * is on the link: there is no routing.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include <stdint.h>

#include "wire.h"

#define ARP_ENTRIES    8
#define ARP_HELD       3                /* frames that wait for the answer; later ones are dropped */
#define ARP_RETRY_NS   50000000ull      /* between two requests for the same address */
#define ARP_EXPIRE_NS  60000000000ull

/* Why a frame or packet was dropped. */
enum net_drop {
    NET_DROP_SHORT,         /* shorter than its headers say */
    NET_DROP_NOT_OURS,      /* for another address */
    NET_DROP_CHECKSUM,
    NET_DROP_HEADER,        /* a version, length or field that cannot be */
    NET_DROP_FRAGMENT,
    NET_DROP_PROTOCOL,      /* one that we do not speak */
    NET_DROP_UNASKED,       /* an answer to nothing */
    NET_DROP_UNKNOWN,       /* on its way out, to an address that has not answered yet */
    NET_DROP_REASONS
};

struct arp_entry {
    uint32_t address;                   /* 0: free */
    uint8_t mac[ETH_ADDRESS_BYTES];
    uint8_t known;
    uint64_t since;                     /* known since, or asked at */
    unsigned held;                      /* frames that wait, */
    unsigned lengths[ARP_HELD];         /* their bytes */
    uint8_t frames[ARP_HELD][ETH_FRAME_MAX];
};

struct net_interface {
    uint8_t mac[ETH_ADDRESS_BYTES];
    uint32_t address;
    /* Sends a whole frame; 0, or a negative error. */
    int (*send)(struct net_interface *interface, const uint8_t *frame, unsigned length);
    /* An answer to net_ping; a null pointer: nobody waits for any. The payload counts only until it returns. */
    void (*on_echo_reply)(struct net_interface *interface, uint32_t from, unsigned id, unsigned sequence, unsigned ttl,
                          const uint8_t *payload, unsigned length);
    /* An ICMP error about a packet of ours. */
    void (*on_refused)(struct net_interface *interface, uint32_t from, unsigned type, unsigned code);
    void *owner;

    uint64_t now_ns;
    uint16_t next_id;
    struct arp_entry arp[ARP_ENTRIES];
    uint8_t out[ETH_FRAME_MAX];         /* the packet that is being put together */
    unsigned frames_in, frames_out, echoes_answered, dropped[NET_DROP_REASONS];
};

/* The rest of *interface is zero: mac, address and send are the caller's. */
void net_input(struct net_interface *interface, const uint8_t *frame, unsigned length, uint64_t now_ns);
/* Sends an echo request with this payload of up to ICMP_ECHO_MAX bytes; 0, or a negative error. */
int net_ping(struct net_interface *interface, uint32_t to, unsigned id, unsigned sequence, const void *payload, unsigned length,
             uint64_t now_ns);
/* Says who we are to everybody, unasked. */
void net_announce(struct net_interface *interface);
const char *net_drop_name(enum net_drop reason);

/* "10.0.0.2"; 1 and *address, or 0 when it is none. */
int net_parse_address(const char *text, uint32_t *address);
/* The four numbers of an address, for printk("%u.%u.%u.%u"). */
#define NET_ADDRESS_PARTS(address) \
    (unsigned)(address) >> 24, (unsigned)(address) >> 16 & 255, (unsigned)(address) >> 8 & 255, (unsigned)(address) & 255

/* ------------------------------------------------------------------------------------------------ among the files of net/ */

/* The sum of RFC 1071: 16-bit words in ones' complement, begun with `sum`; checksum_end folds it and gives its complement. */
uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, unsigned length);
unsigned checksum_end(uint32_t sum);

void net_drop(struct net_interface *interface, enum net_drop reason);
void arp_input(struct net_interface *interface, const uint8_t *packet, unsigned length);
/* Sends a frame that lacks but its destination to the station that has this address, when it is known. 0, or a negative error. */
int arp_send_to(struct net_interface *interface, uint32_t address, uint8_t *frame, unsigned length);
void ipv4_input(struct net_interface *interface, const uint8_t *packet, unsigned length);
/* Where the payload of the next ipv4_send is to be put. */
uint8_t *ipv4_payload(struct net_interface *interface);
int ipv4_send(struct net_interface *interface, uint32_t to, unsigned protocol, unsigned payload_bytes);
/* `packet` is whole and its header is right; payload = what is behind that header. */
void icmp_input(struct net_interface *interface, const uint8_t *packet, const uint8_t *payload, unsigned length);
/* An ICMP error about a packet with `header` bytes of header: sends it back with the first eight bytes behind it. */
void icmp_refuse(struct net_interface *interface, unsigned type, unsigned code, const uint8_t *packet, unsigned header, unsigned length);
void udp_input(struct net_interface *interface, const uint8_t *packet, const uint8_t *payload, unsigned header, unsigned length);

#endif
