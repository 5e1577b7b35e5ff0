/* SPDX-License-Identifier: MIT
 *
 * Places in a guest's address space where pages that are not its own can be shown: the first 2 MB of the range whose second-level tables
 * the builder has made (GUEST_FIXMAP_START). Whoever takes one maps it; this only keeps the account.
 */
#ifndef DRIVERS_WINDOWS_H
#define DRIVERS_WINDOWS_H

#define WINDOWS 512

/* The first of this many pages in a row; a null pointer when there are none. */
void *windows_take(unsigned pages);
void windows_give(void *first, unsigned pages);

#endif
