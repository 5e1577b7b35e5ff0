/* SPDX-License-Identifier: MIT
 *
 * The console backend: prints the lines of guests, each with its domain in front ("(d1) hello"), and gives what is typed to one of them.
 */
#ifndef DRIVER_DOMAIN_CONSBACK_H
#define DRIVER_DOMAIN_CONSBACK_H

#include <public/xen.h>

/*
 * Once: `focus` is the domain that gets what is typed; Ctrl-A gives the next one the keyboard. When it is ours, 0, `own` is called with each
 * character, and we take our turn among the others. 0, or a negative error.
 */
int consback_init(domid_t focus, void (*own)(char c));
/* Begins to serve this domain's console; 0, or a negative error. */
int consback_connect(domid_t domain);
/* The domain has ended: prints what is left, and lets go. */
void consback_forget(domid_t domain);
/* Serves all that is there; 1 = something was done. */
int consback_serve(void);

#endif
