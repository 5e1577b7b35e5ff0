/* SPDX-License-Identifier: MIT
 *
 * What split drivers use: the directory, and the states that both halves write there.
 *
 * A device has two directories, which the driver domain makes before either half begins:
 *   /local/domain/N/device/TYPE/ID           the frontend's:  backend, backend-id, state; it adds ring-ref, event-channel
 *   /local/domain/0/backend/TYPE/N/ID        the backend's:   frontend, frontend-id, state; and what the device is
 * A domain writes only below its own /local/domain/N, and reads there and below /local/domain/0/backend/TYPE/N.
 * Paths that do not begin with "/" are below the caller's own directory.
 *
 * Two implementations of xenbus_request: drivers/store_ring.c in guests, driver-domain/xenstored.c in the driver domain.
 * Every function gives 0 or more, or a negative error (-XEN_*). Not for event handlers: they wait for the reply.
 */
#ifndef DRIVERS_XENBUS_H
#define DRIVERS_XENBUS_H

#include <public/event_channel.h>
#include <public/io/xenbus.h>
#include <public/io/xs_wire.h>
#include <stddef.h>

#define XENBUS_PATH_MAX  128    /* with the NUL */
#define XENBUS_VALUE_MAX 1024

/* Guests, once, with events working: begins to listen on the directory's port. */
int xenbus_init(void);

/* The value, NUL-terminated and cut to size; its length. */
int xenbus_read(const char *path, char *value, size_t size);
/* A decimal number; -XEN_EINVAL when the value is none. */
int xenbus_read_number(const char *path, unsigned *number);
int xenbus_write(const char *path, const char *value);
int xenbus_write_number(const char *path, unsigned number);
/* The same for DIRECTORY/NAME. */
int xenbus_read_member(const char *directory, const char *name, char *value, size_t size);
int xenbus_read_member_number(const char *directory, const char *name, unsigned *number);
int xenbus_write_member(const char *directory, const char *name, const char *value);
int xenbus_write_member_number(const char *directory, const char *name, unsigned number);
/* The children's names, one after the other, each with its NUL; bytes in all. */
int xenbus_directory(const char *path, char *names, size_t size);
int xenbus_mkdir(const char *path);
int xenbus_remove(const char *path);

/* Says when the path or anything below it changes, and once at the start. */
int xenbus_watch(const char *path, const char *token);
int xenbus_unwatch(const char *path, const char *token);
/*
 * The next change, path and token each with room for XENBUS_PATH_MAX bytes; waits for one. The driver domain has none of
 * its own: it is called back (driver-domain/xenstored.h).
 */
int xenbus_next_event(char *path, char *token);

/*
 * A transaction of this guest: start's positive number, given to xenbus_use_transaction, is where requests go from then on (0: outside of any).
 * End commits it, or drops it, and leaves it. -XEN_EAGAIN: what we may see has changed meanwhile, nothing was done; begin again.
 */
int xenbus_transaction_start(void);
void xenbus_use_transaction(unsigned number);
int xenbus_transaction_end(unsigned number, int commit);

/* Writes DIRECTORY/state. */
int xenbus_set_state(const char *directory, XenbusState state);
/* XenbusStateUnknown when there is none. */
XenbusState xenbus_state(const char *directory);
/* Waits until DIRECTORY/state is this or a later one; which. */
int xenbus_wait_for_state(const char *directory, XenbusState state);

/* Handler of a ring's event channel: there is nothing to do but to end the sleep of whoever looks at the ring then. */
void xenbus_ring_event(evtchn_port_t port);

/* One request: the reply's length, cut to size; or a negative error. For the above. */
int xenbus_request(enum xsd_sockmsg_type type, const void *payload, size_t length, void *reply, size_t size);

#endif
