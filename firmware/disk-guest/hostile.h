/* SPDX-License-Identifier: MIT
 *
 * What no frontend may do to its backend. Each is a mode of the disk guest, with its disk connected.
 */
#ifndef DISK_GUEST_HOSTILE_H
#define DISK_GUEST_HOSTILE_H

#include "blkfront.h"

/* mode=handshake: rings and ports that cannot be, states that make no sense; and then a good one. */
void hostile_handshake(struct blkfront *disk, unsigned char *buffer);
/* mode=revoke: clears the grant table under the backend's mappings, reads, and crashes. */
void hostile_revoke(struct blkfront *disk, unsigned char *buffer);
/* mode=flood: requests for ever, as many as the ring takes. */
void hostile_flood(struct blkfront *disk, unsigned char *buffer);
/* mode=chatter: prints for ever. */
void hostile_chatter(struct blkfront *disk, unsigned char *buffer);
/* mode=deaf: sleeps for ever, whatever comes. */
void hostile_deaf(struct blkfront *disk, unsigned char *buffer);

#endif
