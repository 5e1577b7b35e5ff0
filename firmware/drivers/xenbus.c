/* SPDX-License-Identifier: MIT
 *
 * The directory's requests, put together from paths and values. How they get there is xenbus_request's affair.
 */
#include "xenbus.h"

#include "console.h"
#include "lib.h"

#include <public/xen.h>

/* One or two texts with their NULs (the second without, as a value has none). */
static int request(enum xsd_sockmsg_type type, const char *first, const char *second, int terminated, void *reply, size_t size)
{
    char payload[XENBUS_PATH_MAX + XENBUS_VALUE_MAX];
    size_t length = strlen(first) + 1, more = second ? strlen(second) + (terminated ? 1 : 0) : 0;

    if (length > XENBUS_PATH_MAX || more > XENBUS_VALUE_MAX)
        return -XEN_E2BIG;
    memcpy(payload, first, length);
    if (second)
        memcpy(payload + length, second, more);
    return xenbus_request(type, payload, length + more, reply, size);
}

int xenbus_read(const char *path, char *value, size_t size)
{
    int length = request(XS_READ, path, NULL, 0, value, size - 1);

    if (length >= 0)
        value[length] = 0;
    return length;
}

int xenbus_read_number(const char *path, unsigned *number)
{
    char text[12];
    int length = xenbus_read(path, text, sizeof text);
    unsigned value = 0;

    if (length < 0)
        return length;
    for (int i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || length > 9)
            return -XEN_EINVAL;
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    if (length == 0)
        return -XEN_EINVAL;
    *number = value;
    return 0;
}

int xenbus_write(const char *path, const char *value)
{
    return request(XS_WRITE, path, value, 0, NULL, 0);
}

int xenbus_write_number(const char *path, unsigned number)
{
    char text[12];

    format_text(text, sizeof text, "%u", number);
    return xenbus_write(path, text);
}

int xenbus_read_member(const char *directory, const char *name, char *value, size_t size)
{
    char path[XENBUS_PATH_MAX];

    format_text(path, sizeof path, "%s/%s", directory, name);
    return xenbus_read(path, value, size);
}

int xenbus_read_member_number(const char *directory, const char *name, unsigned *number)
{
    char path[XENBUS_PATH_MAX];

    format_text(path, sizeof path, "%s/%s", directory, name);
    return xenbus_read_number(path, number);
}

int xenbus_write_member(const char *directory, const char *name, const char *value)
{
    char path[XENBUS_PATH_MAX];

    format_text(path, sizeof path, "%s/%s", directory, name);
    return xenbus_write(path, value);
}

int xenbus_write_member_number(const char *directory, const char *name, unsigned number)
{
    char text[12];

    format_text(text, sizeof text, "%u", number);
    return xenbus_write_member(directory, name, text);
}

int xenbus_directory(const char *path, char *names, size_t size)
{
    return request(XS_DIRECTORY, path, NULL, 0, names, size);
}

int xenbus_mkdir(const char *path)
{
    return request(XS_MKDIR, path, NULL, 0, NULL, 0);
}

int xenbus_remove(const char *path)
{
    return request(XS_RM, path, NULL, 0, NULL, 0);
}

int xenbus_watch(const char *path, const char *token)
{
    return request(XS_WATCH, path, token, 1, NULL, 0);
}

int xenbus_unwatch(const char *path, const char *token)
{
    return request(XS_UNWATCH, path, token, 1, NULL, 0);
}

int xenbus_set_state(const char *directory, XenbusState state)
{
    return xenbus_write_member_number(directory, "state", state);
}

XenbusState xenbus_state(const char *directory)
{
    unsigned state;

    return xenbus_read_member_number(directory, "state", &state) || state > XenbusStateClosed ? XenbusStateUnknown : (XenbusState)state;
}

void xenbus_ring_event(evtchn_port_t port)
{
    (void)port;
}
