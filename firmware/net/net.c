/* SPDX-License-Identifier: MIT
 *
 * Where frames come in, and the small things that all of net/ shares (net.h).
 */
#include "net.h"

#include "lib.h"

static const uint8_t everybody[ETH_ADDRESS_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

const char *net_drop_name(enum net_drop reason)
{
    static const char *const names[NET_DROP_REASONS] = {
        [NET_DROP_SHORT] = "too short",    [NET_DROP_NOT_OURS] = "not for us",  [NET_DROP_CHECKSUM] = "checksum",
        [NET_DROP_HEADER] = "header",      [NET_DROP_FRAGMENT] = "fragment",    [NET_DROP_PROTOCOL] = "protocol",
        [NET_DROP_UNASKED] = "not asked for",
        [NET_DROP_UNKNOWN] = "to an address that does not answer"};

    return names[reason];
}

void net_drop(struct net_interface *interface, enum net_drop reason)
{
    interface->dropped[reason]++;
}

void net_input(struct net_interface *interface, const uint8_t *frame, unsigned length, uint64_t now_ns)
{
    interface->now_ns = now_ns;
    interface->frames_in++;
    if (length < ETH_HEADER_BYTES) {
        net_drop(interface, NET_DROP_SHORT);
        return;
    }
    if (memcmp(frame + ETH_DESTINATION, interface->mac, ETH_ADDRESS_BYTES) != 0 &&
        memcmp(frame + ETH_DESTINATION, everybody, ETH_ADDRESS_BYTES) != 0) {
        net_drop(interface, NET_DROP_NOT_OURS);
        return;
    }
    switch (get16(frame + ETH_TYPE)) {
    case ETH_TYPE_ARP:
        arp_input(interface, frame + ETH_HEADER_BYTES, length - ETH_HEADER_BYTES);
        break;
    case ETH_TYPE_IPV4:
        ipv4_input(interface, frame + ETH_HEADER_BYTES, length - ETH_HEADER_BYTES);
        break;
    default:
        net_drop(interface, NET_DROP_PROTOCOL);
    }
}

uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, unsigned length)
{
    for (; length >= 2; length -= 2, bytes += 2)
        sum += get16(bytes);
    return length ? sum + ((uint32_t)bytes[0] << 8) : sum;
}

unsigned checksum_end(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

int net_parse_address(const char *text, uint32_t *address)
{
    uint32_t value = 0;

    for (unsigned part = 0; part < 4; part++) {
        unsigned number = 0, digits = 0;

        for (; *text >= '0' && *text <= '9' && digits < 3; digits++)
            number = number * 10 + (unsigned)(*text++ - '0');
        if (!digits || number > 255 || *text != (part < 3 ? '.' : 0))
            return 0;
        text += part < 3;
        value = value << 8 | number;
    }
    *address = value;
    return 1;
}
