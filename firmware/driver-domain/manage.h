/* SPDX-License-Identifier: MIT
 *
 * Domain-0 as the one who manages: starts domains from images in the RAM disk (archive.h), at the option start= and at commands that are typed;
 * lists, pauses and destroys. `help` says which commands there are.
 */
#ifndef DRIVER_DOMAIN_MANAGE_H
#define DRIVER_DOMAIN_MANAGE_H

#include <public/xen.h>

/* Once. `images`: names with commas between them, each started as a domain; "" = none. `commands`: stay for commands until "quit". */
void manage_init(const char *images, int commands);
/* A character that was typed at Domain-0's console. */
void manage_input(char c);
/* A domain has ended: its memory is taken back when it is one of ours. */
void manage_ended(domid_t domain);
/* Is more to be expected, though nobody may be served? */
int manage_stays(void);

#endif
