/* SPDX-License-Identifier: MIT
 *
 * A bridge: which of its ports a frame goes to. It knows no rings and no domains; netback.c has those, and is the only caller.
 *
 * A port has the address that the directory gives to its device. On a *fixed* port (the usual) that is the only station: frames from
 * other addresses are dropped, and only frames to it or to many go there. On an open one there may be others, which are learnt; frames to stations
 * that nobody knows go to all open ports. So no guest sees what is meant for another, and none takes another's place.
 */
#ifndef DRIVER_DOMAIN_BRIDGE_H
#define DRIVER_DOMAIN_BRIDGE_H

#include <stdint.h>

#define BRIDGE_PORTS   64
#define BRIDGE_LEARNT  8                /* stations of one port: at more the oldest of that port is forgotten */
#define BRIDGE_AGE_NS  300000000000ull  /* IEEE 802.1D: 300 s */

enum bridge_result { BRIDGE_PASSED, BRIDGE_SPOOFED, BRIDGE_RESERVED };

void bridge_attach(unsigned port, const uint8_t *mac, int is_fixed);
/* Forgets the port and its stations. */
void bridge_detach(unsigned port);
/* A whole frame that came in by `from`: calls deliver for each port that it goes to, never for `from`. */
enum bridge_result bridge_forward(unsigned from, const uint8_t *frame, unsigned length, uint64_t now_ns,
                                  void (*deliver)(unsigned port, const uint8_t *frame, unsigned length));

#endif
