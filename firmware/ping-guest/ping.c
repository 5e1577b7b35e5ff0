/* SPDX-License-Identifier: MIT
 *
 * ping: sends echoes at an interval, whether answers come or not, and holds each answer against what was sent.
 */
#include "console.h"
#include "guest.h"
#include "lib.h"
#include "ping_guest.h"

#include <public/xen.h>

#define WINDOW 64       /* echoes of which we know when they were sent */

static struct {
    uint32_t peer;
    unsigned id, size, sent, received, damaged, refused;
    unsigned least_us, most_us, sum_us;
    uint64_t sent_at[WINDOW];
    uint8_t answered[WINDOW];
    uint8_t payload[ICMP_ECHO_MAX];
} state;

static uint8_t frame[NETIF_FRAME_MAX];

unsigned divide(unsigned dividend, unsigned divisor)
{
    unsigned quotient = 0, rest = 0;

    for (int bit = 31; divisor && bit >= 0; bit--) {
        rest = rest << 1 | (dividend >> bit & 1);
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    return quotient;
}

/* Every byte depends on its place and on the echo. */
static uint8_t byte_of(unsigned sequence, unsigned place)
{
    return (uint8_t)(place * 7 + (place >> 8) * 3 + sequence * 13 + state.id);
}

static void on_echo_reply(struct net_interface *interface, uint32_t from, unsigned id, unsigned sequence, unsigned ttl,
                          const uint8_t *payload, unsigned length)
{
    unsigned us, wrong = 0;

    if (id != state.id || from != state.peer || sequence == 0 || sequence > state.sent || sequence + WINDOW <= state.sent ||
        state.answered[sequence % WINDOW]) {
        net_drop(interface, NET_DROP_UNASKED);
        return;
    }
    state.answered[sequence % WINDOW] = 1;
    us = (unsigned)(interface->now_ns - state.sent_at[sequence % WINDOW]) / 1000;
    while (wrong < length && payload[wrong] == byte_of(sequence, wrong))
        wrong++;
    if (length != state.size || wrong < length) {
        state.damaged++;
        printk("%u bytes from %u.%u.%u.%u: icmp_seq=%u: wrong from byte %u on\n", length + ICMP_HEADER_BYTES, NET_ADDRESS_PARTS(from),
               sequence, wrong);
        return;
    }
    state.received++;
    state.sum_us += us;
    if (us < state.least_us)
        state.least_us = us;
    if (us > state.most_us)
        state.most_us = us;
    printk("%u bytes from %u.%u.%u.%u: icmp_seq=%u ttl=%u time=%u us\n", length + ICMP_HEADER_BYTES, NET_ADDRESS_PARTS(from), sequence,
           ttl, us);
}

static void on_refused(struct net_interface *interface, uint32_t from, unsigned type, unsigned code)
{
    (void)interface;
    state.refused++;
    printk("From %u.%u.%u.%u: ICMP type %u code %u\n", NET_ADDRESS_PARTS(from), type, code);
}

static void send_next(uint64_t now_ns)
{
    unsigned sequence = ++state.sent;
    int error;

    for (unsigned i = 0; i < state.size; i++)
        state.payload[i] = byte_of(sequence, i);
    state.answered[sequence % WINDOW] = 0;
    state.sent_at[sequence % WINDOW] = now_ns;
    error = net_ping(&net, state.peer, state.id, sequence, state.payload, state.size, now_ns);
    if (error)
        printk("icmp_seq=%u cannot be sent: error %d\n", sequence, error);
}

/* 1 = there was something. */
static int take_frames(void)
{
    unsigned length, any = 0;

    while ((length = netfront_receive(&vif, frame)) != 0) {
        net_input(&net, frame, length, hypervisor_system_time());
        any = 1;
    }
    return (int)any;
}

void serve_until(uint64_t until_ns)
{
    do {
        netfront_wait(&vif, until_ns);
        take_frames();
    } while (!until_ns || hypervisor_system_time() < until_ns);
}

static void print_statistics(const struct ping_options *options)
{
    unsigned lost = state.sent - state.received;

    printk("%u.%u.%u.%u -> %u.%u.%u.%u: %u packets transmitted, %u received, %u%% packet loss, %u damaged\n",
           NET_ADDRESS_PARTS(net.address), NET_ADDRESS_PARTS(options->peer), state.sent, state.received, divide(lost * 100, state.sent),
           state.damaged);
    if (state.received)
        printk("%u.%u.%u.%u -> %u.%u.%u.%u: round-trip min/avg/max = %u/%u/%u us\n", NET_ADDRESS_PARTS(net.address),
               NET_ADDRESS_PARTS(options->peer), state.least_us, divide(state.sum_us, state.received), state.most_us);
}

/* Everybody has answered, or has had the time to. */
static void ping_peer(const struct ping_options *options)
{
    uint64_t next = hypervisor_system_time(), until;

    printk("PING %u.%u.%u.%u: %u data bytes\n", NET_ADDRESS_PARTS(options->peer), options->size);
    while (state.sent < options->count) {
        uint64_t now = hypervisor_system_time();

        if (now < next) {
            netfront_wait(&vif, next);
        } else {
            send_next(now);
            next += options->interval_ms * NS_PER_MS;
        }
        take_frames();
    }
    until = hypervisor_system_time() + options->timeout_ms * NS_PER_MS;
    while (state.received + state.damaged < state.sent && hypervisor_system_time() < until) {
        netfront_wait(&vif, until);
        take_frames();
    }
    print_statistics(options);
}

void ping(const struct ping_options *options)
{
    uint64_t quiet_since;

    state.peer = options->peer;
    state.size = options->size;
    state.id = 0x4100 + guest_domain_id();
    state.least_us = ~0u;
    net.on_echo_reply = on_echo_reply;
    net.on_refused = on_refused;
    if (options->peer)
        ping_peer(options);
    quiet_since = hypervisor_system_time();
    for (;;) {
        uint64_t until = options->linger_ms ? quiet_since + options->linger_ms * NS_PER_MS : 0;

        if (until && hypervisor_system_time() >= until)
            break;
        netfront_wait(&vif, until);
        if (take_frames())
            quiet_since = hypervisor_system_time();
    }
}

void print_counters(void)
{
    printk("%u.%u.%u.%u: %u frames in, %u out, %u echoes answered, %u not passed on\n", NET_ADDRESS_PARTS(net.address), net.frames_in,
           net.frames_out, net.echoes_answered, vif.refused);
    for (unsigned reason = 0; reason < NET_DROP_REASONS; reason++)
        if (net.dropped[reason])
            printk("%u.%u.%u.%u: dropped, %s: %u\n", NET_ADDRESS_PARTS(net.address), net_drop_name(reason), net.dropped[reason]);
}
