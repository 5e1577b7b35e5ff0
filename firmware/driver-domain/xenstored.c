/* SPDX-License-Identifier: MIT
 *
 * Serves the wire protocol of public/io/xs_wire.h. What a guest writes to its ring page is read once and checked: indices
 * that cannot be, or a message that is too long, end the connection, and only that one. A domain that does not take its
 * replies gets no further request served; watch events that find no room are remembered in one bit of their watch.
 */
#include "xenstored.h"

#include "console.h"
#include "foreign.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "store.h"
#include "transactions.h"
#include "xenbus.h"

#define CONNECTIONS     64
#define WATCHES         16      /* of one domain */
#define REQUEST_MAX     (XENBUS_PATH_MAX + XENBUS_VALUE_MAX)
#define OUT_BYTES       8192
#define EVENT_BYTES     4096    /* of them for watch events, so that a reply always finds room behind */

struct watch {
    int used, missed;
    char path[XENBUS_PATH_MAX];
    char asked[XENBUS_PATH_MAX];    /* as the domain wrote it */
    char token[XENBUS_PATH_MAX];
};

struct connection {
    domid_t domain;
    evtchn_port_t port;
    volatile struct xenstore_domain_interface *page;
    struct xsd_sockmsg header;
    char request[REQUEST_MAX + 1];
    unsigned received;              /* of header and request */
    char out[OUT_BYTES];
    unsigned out_start, out_end;
    struct watch watches[WATCHES];
};

static struct connection *connections[CONNECTIONS];
static unsigned connections_used;          /* no slot from here on has ever been taken: nobody looks there */
static void (*on_change)(const char *path);

void xenstored_on_change(void (*callback)(const char *path))
{
    on_change = callback;
}

static const char *error_name(int error)
{
    static const struct {
        int number;
        char name[8];
    } names[] = {{XEN_ENOENT, "ENOENT"}, {XEN_EPERM, "EACCES"}, {XEN_EEXIST, "EEXIST"}, {XEN_ENOSPC, "ENOSPC"},
                 {XEN_E2BIG, "E2BIG"}, {XEN_ENOSYS, "ENOSYS"}, {XEN_EAGAIN, "EAGAIN"}, {XEN_EBUSY, "EBUSY"}};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == -error)
            return names[i].name;
    return "EINVAL";
}

static int put_message(struct connection *to, struct xsd_sockmsg header, const char *first, size_t length, const char *second)
{
    size_t more = second ? strlen(second) + 1 : 0;

    header.len = length + more;
    if (to->out_end + sizeof header + header.len > OUT_BYTES)
        return 0;
    memcpy(to->out + to->out_end, &header, sizeof header);
    memcpy(to->out + to->out_end + sizeof header, first, length);
    if (second)
        memcpy(to->out + to->out_end + sizeof header + length, second, more);
    to->out_end += sizeof header + header.len;
    return 1;
}

static void fire(struct connection *to, struct watch *watch, const char *path)
{
    struct xsd_sockmsg header = {.type = XS_WATCH_EVENT};
    size_t home = strlen(watch->path) - strlen(watch->asked);

    if (watch->asked[0] != '/')     /* relative watches get relative paths */
        path += home;
    watch->missed = to->out_end + sizeof header + 2 * XENBUS_PATH_MAX > EVENT_BYTES ||
                    !put_message(to, header, path, strlen(path) + 1, watch->token);
}

static void changed(const char *path)
{
    transactions_disturb(path);
    for (unsigned i = 0; i < connections_used; i++)
        for (unsigned w = 0; connections[i] && w < WATCHES; w++) {
            struct watch *watch = &connections[i]->watches[w];
            size_t length = strlen(watch->path), of_path = strlen(path);

            if (!watch->used || !store_may_read(connections[i]->domain, path))
                continue;
            /* below the watch; or above it, when all of that has been removed */
            if (of_path >= length ? memcmp(path, watch->path, length) == 0 && (path[length] == 0 || path[length] == '/')
                                  : memcmp(path, watch->path, of_path) == 0 && watch->path[of_path] == '/')
                fire(connections[i], watch, of_path >= length ? path : watch->path);
        }
    if (on_change)
        on_change(path);
}

/* The path absolute; 0 when there is no room, or the request has no terminated path. */
static int absolute(domid_t domain, const char *asked, size_t length, char *path)
{
    size_t home = 0, text = 0;

    while (text < length && asked[text])
        text++;
    if (text == 0 || text == length)
        return 0;
    if (asked[0] != '/')
        home = format_text(path, XENBUS_PATH_MAX, "/local/domain/%u/", domain);
    if (home + text >= XENBUS_PATH_MAX)
        return 0;
    memcpy(path + home, asked, text + 1);
    return 1;
}

static int change_watch(struct connection *c, const char *path, const char *asked, size_t length, int add)
{
    const char *token = asked + strlen(asked) + 1;
    struct watch *free_one = NULL;

    if (token >= asked + length || asked[length - 1] != 0 || strlen(token) >= XENBUS_PATH_MAX)
        return -XEN_EINVAL;
    if (!store_may_read(c->domain, path))
        return -XEN_EPERM;
    for (unsigned w = 0; w < WATCHES; w++) {
        struct watch *watch = &c->watches[w];

        if (!watch->used) {
            free_one = watch;
        } else if (strlen(watch->path) == strlen(path) && memcmp(watch->path, path, strlen(path)) == 0 &&
                   strlen(watch->token) == strlen(token) && memcmp(watch->token, token, strlen(token)) == 0) {
            watch->used = 0;
            return add ? (watch->used = 1, -XEN_EEXIST) : 0;
        }
    }
    if (!add)
        return -XEN_ENOENT;
    if (!free_one)
        return -XEN_ENOSPC;
    free_one->used = free_one->missed = 1;      /* the first event follows the reply */
    format_text(free_one->path, sizeof free_one->path, "%s", path);
    format_text(free_one->asked, sizeof free_one->asked, "%s", asked);
    format_text(free_one->token, sizeof free_one->token, "%s", token);
    return 0;
}

static int say_ok(char *reply)
{
    memcpy(reply, "OK", 3);
    return 3;
}

/* "T" commits, "F" drops. */
static int end_transaction(struct transaction *transaction, const char *payload, size_t length, char *reply)
{
    int error;

    if (!transaction || length != 2 || (payload[0] != 'T' && payload[0] != 'F') || payload[1] != 0)
        return -XEN_EINVAL;
    error = transaction_end(transaction, payload[0] == 'T', changed);
    return error ? error : say_ok(reply);
}

/*
 * One request of this domain, in a transaction or (null) outside; c is null for our own, which need none: nobody else runs between them.
 * The reply's length, or a negative error.
 */
static int perform(domid_t domain, struct connection *c, struct transaction *transaction, unsigned type, const char *payload,
                   size_t length, char *reply, size_t size)
{
    struct store_shadow *shadow = transaction_shadow(transaction);
    char path[XENBUS_PATH_MAX];
    const char *value;
    size_t after;
    int result;

    if (type == XS_GET_DOMAIN_PATH) {
        unsigned number = 0;

        for (size_t i = 0; i < length && payload[i] >= '0' && payload[i] <= '9' && number < 100000; i++)
            number = number * 10 + (unsigned)(payload[i] - '0');
        return (int)format_text(reply, size, "/local/domain/%u", number) + 1;
    }
    if (type == XS_TRANSACTION_START) {
        result = !c ? -XEN_ENOSYS : transaction ? -XEN_EBUSY : transaction_start(domain);
        return result < 0 ? result : (int)format_text(reply, size, "%u", (unsigned)result) + 1;
    }
    if (type == XS_TRANSACTION_END)
        return end_transaction(transaction, payload, length, reply);
    if (!absolute(domain, payload, length, path))
        return -XEN_EINVAL;
    if (transaction && transaction_is_full(transaction) && (type == XS_WRITE || type == XS_MKDIR || type == XS_RM))
        return -XEN_ENOSPC;
    after = strlen(payload) + 1;
    switch (type) {
    case XS_READ:
        result = store_read(domain, shadow, path, &value);
        if (result > (int)size)
            return -XEN_E2BIG;
        if (result > 0)
            memcpy(reply, value, (size_t)result);
        return result;
    case XS_DIRECTORY:
        return store_directory(domain, shadow, path, reply, size);
    case XS_WRITE:
        result = store_write(domain, shadow, path, payload + after, length - after);
        break;
    case XS_MKDIR:
        result = store_mkdir(domain, shadow, path);
        break;
    case XS_RM:
        result = store_remove(domain, shadow, path);
        break;
    case XS_WATCH:
    case XS_UNWATCH:
        result = c ? change_watch(c, path, payload, length, type == XS_WATCH) : -XEN_ENOSYS;
        break;
    default:
        return -XEN_ENOSYS;
    }
    if (result < 0)
        return result;
    if (type == XS_WATCH || type == XS_UNWATCH)
        return say_ok(reply);
    if (transaction)
        transaction_note(transaction, path);
    else
        changed(path);
    return say_ok(reply);
}

int xenbus_request(enum xsd_sockmsg_type type, const void *payload, size_t length, void *reply, size_t size)
{
    static char whole[2048];
    int result = perform(0, NULL, NULL, type, payload, length, whole, sizeof whole);

    if (result > (int)size)
        result = (int)size;
    if (result > 0)
        memcpy(reply, whole, (size_t)result);
    return result;
}

static void answer(struct connection *c)
{
    static char reply[2048];
    struct xsd_sockmsg header = c->header;
    struct transaction *transaction = header.tx_id ? transaction_find(c->domain, header.tx_id) : NULL;
    int length = header.tx_id && !transaction
                     ? -XEN_ENOENT
                     : perform(c->domain, c, transaction, header.type, c->request, header.len, reply, sizeof reply);

    c->received = 0;
    if (length < 0) {
        const char *name = error_name(length);

        header.type = XS_ERROR;
        put_message(c, header, name, strlen(name) + 1, NULL);
    } else {
        put_message(c, header, reply, (size_t)length, NULL);
    }
}

static void shut_off(struct connection *c, const char *reason)
{
    printk("driver-domain: directory: domain %u is shut off: %s\n", c->domain, reason);
    foreign_unmap((void *)c->page);
    events_close(c->port);
    c->page = NULL;
}

/* Takes bytes until a request is whole; 1 = something was done. */
static int take(struct connection *c)
{
    volatile struct xenstore_domain_interface *page = c->page;
    XENSTORE_RING_IDX cons = page->req_cons, prod = page->req_prod;
    int progress = cons != prod;

    if (prod - cons > XENSTORE_RING_SIZE) {
        shut_off(c, "indices of its ring that cannot be");
        return 0;
    }
    for (; cons != prod; cons++) {
        char byte = page->req[MASK_XENSTORE_IDX(cons)];

        if (c->received < sizeof c->header)
            ((char *)&c->header)[c->received] = byte;
        else
            c->request[c->received - sizeof c->header] = byte;
        c->received++;
        if (c->received >= sizeof c->header && c->header.len > REQUEST_MAX) {
            shut_off(c, "a message longer than any can be");
            return 0;
        }
        if (c->received >= sizeof c->header && c->received == sizeof c->header + c->header.len) {
            cons++;
            break;
        }
    }
    page->req_cons = cons;
    if (c->received >= sizeof c->header && c->received == sizeof c->header + c->header.len) {
        c->request[c->header.len] = 0;
        answer(c);
    }
    return progress;
}

static int give(struct connection *c)
{
    volatile struct xenstore_domain_interface *page = c->page;
    XENSTORE_RING_IDX cons = page->rsp_cons, prod = page->rsp_prod;
    int progress = 0;

    if (prod - cons > XENSTORE_RING_SIZE) {
        shut_off(c, "indices of its ring that cannot be");
        return 0;
    }
    while (c->out_start < c->out_end && prod - cons < XENSTORE_RING_SIZE) {
        page->rsp[MASK_XENSTORE_IDX(prod)] = c->out[c->out_start++];
        prod++;
        progress = 1;
    }
    page->rsp_prod = prod;
    if (c->out_start == c->out_end)
        c->out_start = c->out_end = 0;
    return progress;
}

static int serve(struct connection *c)
{
    int progress = 0;

    if (c->page)
        progress = give(c);
    for (unsigned w = 0; w < WATCHES && c->page && c->out_end == 0; w++)
        if (c->watches[w].used && c->watches[w].missed) {
            fire(c, &c->watches[w], c->watches[w].path);
            progress |= give(c);
        }
    if (c->page && c->out_end == 0)
        progress |= take(c);
    if (c->page && c->out_end)
        progress |= give(c);
    if (progress && c->page)
        events_notify(c->port);
    return progress;
}

/* One request of each domain: nobody keeps the others waiting for long. */
int xenstored_serve(void)
{
    int progress = 0;

    for (unsigned i = 0; i < connections_used; i++)
        if (connections[i])
            progress |= serve(connections[i]);
    return progress;
}

/* Nothing to do but to end the sleep: the main loop serves. */
static void ring_event(evtchn_port_t port)
{
    (void)port;
}

int xenstored_is_connected(domid_t domain)
{
    for (unsigned i = 0; i < connections_used; i++)
        if (connections[i] && connections[i]->domain == domain)
            return 1;
    return 0;
}

int xenstored_connect(domid_t domain)
{
    struct dom0_guest_image_ctl channels;
    char path[XENBUS_PATH_MAX], number[12];
    struct connection *c;
    unsigned slot = 0;
    int result = foreign_channels(domain, &channels);

    while (slot < CONNECTIONS && connections[slot])
        slot++;
    if (result || slot == CONNECTIONS)
        return result ? result : -XEN_ENOSPC;
    c = malloc(sizeof *c);
    if (!c)
        return -XEN_ENOMEM;
    memset(c, 0, sizeof *c);
    c->domain = domain;
    c->page = foreign_map(domain, channels.store_mfn);
    result = c->page ? events_bind_interdomain(domain, channels.store_port, ring_event) : -XEN_EINVAL;
    if (result < 0) {
        if (c->page)
            foreign_unmap((void *)c->page);
        free(c);
        return result;
    }
    c->port = (evtchn_port_t)result;
    format_text(path, sizeof path, "/local/domain/%u/domid", domain);
    format_text(number, sizeof number, "%u", domain);
    store_write(0, NULL, path, number, strlen(number));
    connections[slot] = c;
    if (slot >= connections_used)
        connections_used = slot + 1;
    return 0;
}

void xenstored_disconnect(domid_t domain)
{
    char path[XENBUS_PATH_MAX];

    for (unsigned i = 0; i < connections_used; i++)
        if (connections[i] && connections[i]->domain == domain) {
            struct connection *c = connections[i];

            if (c->page) {
                foreign_unmap((void *)c->page);
                events_close(c->port);
            }
            connections[i] = NULL;
            free(c);
        }
    transactions_forget(domain);
    format_text(path, sizeof path, "/local/domain/%u", domain);
    if (store_remove(0, NULL, path) == 0)
        changed(path);
}
