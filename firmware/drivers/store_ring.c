/* SPDX-License-Identifier: MIT
 *
 * A guest's way to the directory: the ring page and the port of start_info. One request at a time; watch events that come
 * before its reply wait in a queue. While it waits the domain sleeps: nothing here switches threads.
 */
#include "console.h"
#include "guest.h"
#include "lib.h"
#include "platform.h"
#include "xenbus.h"

#define EVENTS_MAX 8

struct watch_event {
    char path[XENBUS_PATH_MAX], token[XENBUS_PATH_MAX];
};

static volatile struct xenstore_domain_interface *page;
static struct watch_event events[EVENTS_MAX];
static unsigned first_event, event_count;
static uint32_t last_request, transaction;

/* Nothing to do: that it came has ended the sleep. */
static void directory_event(evtchn_port_t port)
{
    (void)port;
}

int xenbus_init(void)
{
    if (!start_info->store_mfn || !start_info->store_evtchn)
        return -XEN_ENOENT;
    page = (void *)(GUEST_KERNEL_START + ((start_info->store_mfn - start_info->min_mfn) << PAGE_SHIFT));
    return events_listen(start_info->store_evtchn, directory_event) < 0 ? -XEN_EINVAL : 0;
}

/* Events are off between the look and the sleep, so none is slept through. */
static void wait_while_equal(volatile XENSTORE_RING_IDX *index, XENSTORE_RING_IDX value)
{
    unsigned were_off = platform_events_off();

    while (*index == value) {
        platform_wait_for_event();
        platform_events_off();
    }
    platform_events_restore(were_off);
}

static void put(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (page->req_prod - page->req_cons >= XENSTORE_RING_SIZE) {
            events_notify(start_info->store_evtchn);
            wait_while_equal(&page->req_cons, page->req_prod - XENSTORE_RING_SIZE);
        }
        page->req[MASK_XENSTORE_IDX(page->req_prod)] = bytes[i];
        page->req_prod++;
    }
}

/* Bytes beyond `size` are taken and dropped. */
static void get(char *bytes, size_t size, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        wait_while_equal(&page->rsp_prod, page->rsp_cons);
        if (i < size)
            bytes[i] = page->rsp[MASK_XENSTORE_IDX(page->rsp_cons)];
        page->rsp_cons++;
        if (i + 1 == length || page->rsp_prod == page->rsp_cons)
            events_notify(start_info->store_evtchn);
    }
}

/* When the queue is full the oldest goes: whoever watches looks at the present state anyhow. */
static void queue_event(size_t length)
{
    char text[2 * XENBUS_PATH_MAX];
    struct watch_event *event = &events[(first_event + event_count) % EVENTS_MAX];
    size_t first;

    get(text, sizeof text - 1, length);
    text[length < sizeof text ? length : sizeof text - 1] = 0;
    first = strlen(text);
    format_text(event->path, sizeof event->path, "%s", text);
    format_text(event->token, sizeof event->token, "%s", first + 1 < length && first + 1 < sizeof text ? text + first + 1 : "");
    if (event_count == EVENTS_MAX)
        first_event = (first_event + 1) % EVENTS_MAX;
    else
        event_count++;
}

static int error_number(const char *name)
{
    static const struct {
        char name[8];
        int number;
    } errors[] = {{"ENOENT", XEN_ENOENT}, {"EACCES", XEN_EPERM}, {"EEXIST", XEN_EEXIST}, {"ENOSPC", XEN_ENOSPC},
                  {"E2BIG", XEN_E2BIG}, {"ENOSYS", XEN_ENOSYS}, {"EAGAIN", XEN_EAGAIN}, {"EBUSY", XEN_EBUSY}};

    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (memcmp(name, errors[i].name, strlen(errors[i].name) + 1) == 0)
            return -errors[i].number;
    return -XEN_EINVAL;
}

int xenbus_request(enum xsd_sockmsg_type type, const void *payload, size_t length, void *reply, size_t size)
{
    struct xsd_sockmsg header = {.type = type, .req_id = ++last_request, .tx_id = transaction, .len = length};

    if (!page)
        return -XEN_ENOENT;
    put((const char *)&header, sizeof header);
    put(payload, length);
    events_notify(start_info->store_evtchn);
    for (;;) {
        get((char *)&header, sizeof header, sizeof header);
        if (header.type == XS_WATCH_EVENT) {
            queue_event(header.len);
        } else if (header.type == XS_ERROR) {
            char name[16] = "";

            get(name, sizeof name - 1, header.len);
            return error_number(name);
        } else {
            get(reply, size, header.len);
            return (int)(header.len < size ? header.len : size);
        }
    }
}

int xenbus_transaction_start(void)
{
    char text[12];
    int length = xenbus_request(XS_TRANSACTION_START, "", 1, text, sizeof text);
    unsigned number = 0;

    for (int i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++)
        number = number * 10 + (unsigned)(text[i] - '0');
    return length < 0 ? length : (int)number;
}

void xenbus_use_transaction(unsigned number)
{
    transaction = number;
}

int xenbus_transaction_end(unsigned number, int commit)
{
    int result;

    transaction = number;
    result = xenbus_request(XS_TRANSACTION_END, commit ? "T" : "F", 2, NULL, 0);
    transaction = 0;
    return result < 0 ? result : 0;
}

int xenbus_next_event(char *path, char *token)
{
    if (!page)
        return -XEN_ENOENT;
    while (!event_count) {
        struct xsd_sockmsg header;

        get((char *)&header, sizeof header, sizeof header);
        if (header.type == XS_WATCH_EVENT)
            queue_event(header.len);
    }
    memcpy(path, events[first_event].path, XENBUS_PATH_MAX);
    memcpy(token, events[first_event].token, XENBUS_PATH_MAX);
    first_event = (first_event + 1) % EVENTS_MAX;
    event_count--;
    return 0;
}

int xenbus_wait_for_state(const char *directory, XenbusState state)
{
    char path[XENBUS_PATH_MAX], token[XENBUS_PATH_MAX];
    XenbusState now;
    int error;

    format_text(path, sizeof path, "%s/state", directory);
    error = xenbus_watch(path, "state");
    if (error < 0)
        return error;
    while ((now = xenbus_state(directory)) < state)
        xenbus_next_event(path, token);
    format_text(path, sizeof path, "%s/state", directory);
    xenbus_unwatch(path, "state");
    return now;
}
