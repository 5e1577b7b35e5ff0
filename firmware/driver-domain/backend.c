/* SPDX-License-Identifier: MIT
 *
 * What the backends of all device types have in common (backend.h).
 */
#include "backend.h"

#include "console.h"
#include "grants.h"
#include "guest.h"
#include "lib.h"
#include "xenbus.h"

static void set_state(struct backend *device, XenbusState state)
{
    if (device->state == state)
        return;
    device->state = state;
    xenbus_set_state(device->backend, state);
}

void backend_make(struct backend *device, const struct backend_type *type, domid_t domain, unsigned number)
{
    device->type = type;
    device->domain = domain;
    format_text(device->frontend, sizeof device->frontend, "/local/domain/%u/device/%s/%u", domain, type->directory, number);
    format_text(device->backend, sizeof device->backend, "/local/domain/0/backend/%s/%u/%u", type->directory, domain, number);
    xenbus_write_member(device->frontend, "backend", device->backend);
    xenbus_write_member_number(device->frontend, "backend-id", 0);
    xenbus_write_member(device->backend, "frontend", device->frontend);
    xenbus_write_member_number(device->backend, "frontend-id", domain);
}

void backend_offer(struct backend *device)
{
    set_state(device, XenbusStateInitWait);
    xenbus_set_state(device->frontend, XenbusStateInitialising);
}

void backend_note(struct backend *device, const char *path)
{
    size_t length = strlen(device->frontend);

    if (strlen(path) > length && memcmp(path, device->frontend, length) == 0)
        device->changed = 1;
}

int backend_read_number(const struct backend *device, const char *name, unsigned *value)
{
    return xenbus_read_member_number(device->frontend, name, value);
}

int backend_map_ring(const struct backend *device, const char *name, struct granted_pages *page)
{
    unsigned number;
    grant_ref_t ref;

    if (backend_read_number(device, name, &number))
        return -XEN_ENOENT;
    ref = number;
    return grants_map(device->domain, &ref, 1, 0, page);
}

static void disconnect(struct backend *device)
{
    if (!device->connected)
        return;
    device->connected = 0;
    device->type->disconnect(device);
    events_close(device->port);
}

/* NULL, or why not. */
static const char *connect(struct backend *device)
{
    unsigned remote_port;
    const char *fault;
    int port;

    if (backend_read_number(device, "event-channel", &remote_port))
        return "no event-channel";
    port = events_bind_interdomain(device->domain, remote_port, xenbus_ring_event);
    if (port < 0)
        return "its event channel cannot be bound";
    device->port = (evtchn_port_t)port;
    fault = device->type->connect(device);
    if (fault)
        events_close(device->port);
    else
        device->connected = 1;
    return fault;
}

void backend_shut_off(struct backend *device, const char *reason)
{
    printk("driver-domain: %s: domain %u is shut off: %s\n", device->type->name, device->domain, reason);
    disconnect(device);
    set_state(device, XenbusStateClosed);
}

int backend_follow(struct backend *device)
{
    const char *fault;

    if (!device->changed)
        return 0;
    device->changed = 0;
    switch (xenbus_state(device->frontend)) {
    case XenbusStateInitialising:
        disconnect(device);
        set_state(device, XenbusStateInitWait);
        break;
    case XenbusStateInitialised:
        if (device->connected || device->state != XenbusStateInitWait)
            break;
        fault = connect(device);
        if (fault)
            backend_shut_off(device, fault);
        else
            set_state(device, XenbusStateConnected);
        break;
    case XenbusStateClosing:
    case XenbusStateClosed:
        disconnect(device);
        set_state(device, XenbusStateClosed);
        break;
    default:
        break;
    }
    return 1;
}

void backend_end(struct backend *device)
{
    disconnect(device);
    xenbus_remove(device->backend);
}
