/* SPDX-License-Identifier: MIT
 *
 * What the frontends of all device types have in common (frontend.h).
 */
#include "frontend.h"

#include "console.h"
#include "guest.h"
#include "lib.h"
#include "xenbus.h"

int frontend_find(struct frontend *device, const char *type)
{
    char names[64], path[XENBUS_PATH_MAX];
    int length;

    format_text(path, sizeof path, "device/%s", type);
    length = xenbus_directory(path, names, sizeof names);
    if (length <= 0)
        return length < 0 ? length : -XEN_ENOENT;
    format_text(device->directory, sizeof device->directory, "device/%s/%s", type, names);
    format_text(path, sizeof path, "%s/backend", device->directory);
    length = xenbus_read(path, device->backend, sizeof device->backend);
    return length < 0 ? length : 0;
}

void frontend_begin(const struct frontend *device)
{
    xenbus_set_state(device->directory, XenbusStateInitialising);
    while (xenbus_state(device->backend) != XenbusStateInitWait)
        xenbus_wait_for_state(device->backend, XenbusStateInitWait);
}

int frontend_make_port(struct frontend *device)
{
    int port = events_offer(0, xenbus_ring_event);

    if (port < 0)
        return port;
    device->port = (evtchn_port_t)port;
    return 0;
}

int frontend_await_connection(const struct frontend *device)
{
    xenbus_set_state(device->directory, XenbusStateInitialised);
    return xenbus_wait_for_state(device->backend, XenbusStateConnected) == XenbusStateConnected ? 0 : -XEN_EIO;
}

void frontend_close(const struct frontend *device)
{
    xenbus_set_state(device->directory, XenbusStateClosing);
    xenbus_wait_for_state(device->backend, XenbusStateClosed);
}
