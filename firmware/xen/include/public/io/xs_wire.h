/* SPDX-License-Identifier: MIT
 *
 * The directory's wire protocol: a header, then `len` bytes. Requests go through `req` of the page that start_info.store_mfn
 * names, replies and watch events come through `rsp`; an event on store_evtchn says that something has been put or taken.
 * Numbers and layouts are those of Xen 3.
 *
 *   type             payload                     reply
 *   DIRECTORY        path\0                      name\0 name\0 ...
 *   READ             path\0                      the value, not terminated
 *   WRITE            path\0 value                "OK\0"; missing parents are made
 *   MKDIR, RM        path\0                      "OK\0"
 *   WATCH, UNWATCH   path\0 token\0              "OK\0"; then WATCH_EVENT path\0 token\0 at once and at each change
 *   GET_DOMAIN_PATH  number\0                    path\0
 *   TRANSACTION_START  \0                        number\0: later requests carry it in tx_id
 *   TRANSACTION_END  T\0 or F\0 (commit, drop)   "OK\0"; ERROR EAGAIN: begin again
 * A reply has the type of its request, or ERROR with the error's name.
 */
#ifndef __XEN_PUBLIC_IO_XS_WIRE_H__
#define __XEN_PUBLIC_IO_XS_WIRE_H__

#include <stdint.h>

enum xsd_sockmsg_type {
    XS_DEBUG,
    XS_DIRECTORY,
    XS_READ,
    XS_GET_PERMS,
    XS_WATCH,
    XS_UNWATCH,
    XS_TRANSACTION_START,
    XS_TRANSACTION_END,
    XS_INTRODUCE,
    XS_RELEASE,
    XS_GET_DOMAIN_PATH,
    XS_WRITE,
    XS_MKDIR,
    XS_RM,
    XS_SET_PERMS,
    XS_WATCH_EVENT,
    XS_ERROR,
    XS_IS_DOMAIN_INTRODUCED
};

struct xsd_sockmsg {
    uint32_t type;      /* XS_* */
    uint32_t req_id;    /* comes back in the reply */
    uint32_t tx_id;     /* 0: no transaction */
    uint32_t len;       /* of what follows */
};

#define XENSTORE_RING_SIZE      1024
#define XENSTORE_PAYLOAD_MAX    4096
#define MASK_XENSTORE_IDX(index) ((index) & (XENSTORE_RING_SIZE - 1))

typedef uint32_t XENSTORE_RING_IDX;

/* Indices only grow; a producer writes its bytes, then prod; a consumer reads them, then writes cons. */
struct xenstore_domain_interface {
    char req[XENSTORE_RING_SIZE];
    char rsp[XENSTORE_RING_SIZE];
    XENSTORE_RING_IDX req_cons, req_prod;
    XENSTORE_RING_IDX rsp_cons, rsp_prod;
};

#endif
