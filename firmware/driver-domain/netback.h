/* SPDX-License-Identifier: MIT
 *
 * The network backend: a virtual interface for each domain that gets one, all on one bridge, over rings of public/io/netif.h.
 */
#ifndef DRIVER_DOMAIN_NETBACK_H
#define DRIVER_DOMAIN_NETBACK_H

#include <public/xen.h>

/*
 * Once. `interfaces` says who gets one: "1,2", "all", "all:any"; "any" = other addresses than its own may stand behind it. "" = nobody.
 * Each may send so many kilobytes (of 1000 bytes) a second; 0 = as many as it can.
 */
void netback_init(const char *interfaces, unsigned kilobytes_per_second);
/* Makes the device's directories when this domain gets one. After its directory is there. */
void netback_offer(domid_t domain);
/* The domain has ended. */
void netback_forget(domid_t domain);
/* Told of every change in the directory: only notes it, netback_serve looks. */
void netback_changed(const char *path);
/* Serves all that is there; 1 = something was done. */
int netback_serve(void);

#endif
