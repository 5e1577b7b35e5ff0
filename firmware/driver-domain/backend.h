/* SPDX-License-Identifier: MIT
 *
 * What the backends of all device types have in common: a device's two directories and how it follows its frontend through the states
 * of public/io/xenbus.h. InitWait until the frontend has written its rings and port (Initialised); Connected while both serve; Closed when
 * the frontend closes, and from there back to InitWait when it begins anew. Rings, grants and who gets a device are each type's own.
 */
#ifndef DRIVER_DOMAIN_BACKEND_H
#define DRIVER_DOMAIN_BACKEND_H

#include <public/event_channel.h>
#include <public/io/xenbus.h>

struct granted_pages;
struct backend;

/* A type of device. */
struct backend_type {
    const char *name;               /* in our messages: "disk" */
    const char *directory;          /* in paths: "vbd" */
    /* Maps the rings that the frontend has written; NULL, or why not. The event channel is bound already. */
    const char *(*connect)(struct backend *device);
    /* Takes all of that back. */
    void (*disconnect)(struct backend *device);
};

/* The first member of each type's device. */
struct backend {
    const struct backend_type *type;
    domid_t domain;
    int connected, changed;
    XenbusState state;              /* ours, as the directory has it */
    evtchn_port_t port;
    char frontend[48], backend[48]; /* directories */
};

/* The device of this domain with this number: both directories with the paths to each other, in no state yet. */
void backend_make(struct backend *device, const struct backend_type *type, domid_t domain, unsigned number);
/* Everything about it stands in its directories: the frontend may begin. */
void backend_offer(struct backend *device);
/* Something has changed in the directory; only notes it. */
void backend_note(struct backend *device, const char *path);
/* Goes where the frontend has gone; 1 = it had moved. */
int backend_follow(struct backend *device);
/* A number that the frontend has written. 0, or a negative error. */
int backend_read_number(const struct backend *device, const char *name, unsigned *value);
/* Maps the page whose grant the frontend has written under this name. 0, or a negative error. */
int backend_map_ring(const struct backend *device, const char *name, struct granted_pages *page);
/* Ends the connection of whoever breaks the rules. */
void backend_shut_off(struct backend *device, const char *reason);
/* The domain has ended: disconnected, and out of the directory. */
void backend_end(struct backend *device);

#endif
