/* SPDX-License-Identifier: MIT
 *
 * The directory's server: a connection to each domain, and the driver domain's own requests (xenbus_request).
 */
#ifndef DRIVER_DOMAIN_XENSTORED_H
#define DRIVER_DOMAIN_XENSTORED_H

#include <public/xen.h>

/* Gives the domain its directory and begins to serve its ring; 0 or a negative error. */
int xenstored_connect(domid_t domain);
/* Forgets a domain that has ended: connection, watches, nodes. */
void xenstored_disconnect(domid_t domain);
int xenstored_is_connected(domid_t domain);
/* Serves one request of each domain that has one; 1 = something was done. Call after every event, until it is 0. */
int xenstored_serve(void);
/* Told of every change, with the absolute path. */
void xenstored_on_change(void (*callback)(const char *path));

#endif
