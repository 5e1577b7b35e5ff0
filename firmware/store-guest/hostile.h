/* SPDX-License-Identifier: MIT
 *
 * What no guest may do to the directory's ring; each returns when it has been done.
 */
#ifndef STORE_GUEST_HOSTILE_H
#define STORE_GUEST_HOSTILE_H

/* mode=garble: ring indices that cannot be. */
void hostile_garble(void);
/* mode=long: a message of four gigabytes. */
void hostile_long(void);
/* mode=deaf: requests without end, and no reply ever taken; then it takes them. */
void hostile_deaf(void);

#endif
