/* SPDX-License-Identifier: MIT
 *
 * What the files of this guest share: its interface, and what it does with it. Options of the command line (times in milliseconds):
 *
 *   ip=10.0.0.2     our address (10.0.0.N+1 in Domain-N, when left out)
 *   peer=10.0.0.3   whom to ping; without it we answer only
 *   count=10 size=56 interval=100 timeout=1000
 *   linger=200      how long to go on answering after the last frame (0: for ever; so without a peer)
 *   mode=           ping; the others are in hostile.c and probe.c
 */
#ifndef PING_GUEST_H
#define PING_GUEST_H

#include "net/net.h"
#include "netfront.h"

#define NS_PER_MS 1000000ull

extern struct netfront vif;
extern struct net_interface net;

struct ping_options {
    uint32_t peer;                  /* 0: nobody */
    unsigned count, size, interval_ms, timeout_ms, linger_ms;
};

/* Pings as asked, prints a line for each answer and the statistics; answers others meanwhile, and while it lingers. */
void ping(const struct ping_options *options);
/* Prints what has come and what was dropped. */
void print_counters(void);

/* A mode that is no ping; 0 when there is none of this name. */
int hostile(const char *mode, const struct ping_options *options);
/* Sends the peer packets that no good host would send, and prints what it answers to each. */
void probe(const struct ping_options *options);
/* Hands on what comes to the IP library until that time. */
void serve_until(uint64_t until_ns);

/* Whole numbers; 0 for a divisor of 0. This CPU has no such instruction. */
unsigned divide(unsigned dividend, unsigned divisor);

#endif
