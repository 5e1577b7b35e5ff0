/* SPDX-License-Identifier: MIT
 *
 * What the frontends of all device types have in common: a device's two directories, and the states that both halves go through
 * (public/io/xenbus.h). Rings and grants are each frontend's own.
 */
#ifndef DRIVERS_FRONTEND_H
#define DRIVERS_FRONTEND_H

#include <public/event_channel.h>

struct frontend {
    char directory[48], backend[48];    /* ours, the other half's */
    evtchn_port_t port;                 /* 0: none yet */
};

/* Finds the first device of a type ("vbd"), which the driver domain has made before. 0, or a negative error: -XEN_ENOENT = there is none. */
int frontend_find(struct frontend *device, const char *type);
/* Begins anew, and waits until the backend is ready for it. */
void frontend_begin(const struct frontend *device);
/* Offers the driver domain an event channel; its events end our sleep and do nothing else. 0, or a negative error. */
int frontend_make_port(struct frontend *device);
/* What the backend needs is written: 0 when it has connected, else -XEN_EIO. The frontend then says XenbusStateConnected when it is ready. */
int frontend_await_connection(const struct frontend *device);
/* Tells the backend that it is over, and waits until it has let go. */
void frontend_close(const struct frontend *device);

#endif
