/* SPDX-License-Identifier: MIT
 *
 * Network devices over two I/O rings. On `tx` a frontend hands frames to the backend; on `rx` it hands empty pages, into which the backend
 * copies frames for it. Numbers and layouts are those of Xen 3, with copying into the receiver's pages (rx-copy) and not flipping of pages.
 *
 * Directory of the device (drivers/xenbus.h), beyond what every device has:
 *   frontend  mac, handle (the backend writes them); tx-ring-ref, rx-ring-ref, event-channel, request-rx-copy = 1
 *   backend   mac, handle, feature-rx-copy = 1, feature-rx-flip = 0
 *
 * A frame is 14 to 1514 bytes (no check sequence) and lies in one page. A response stands in the place of its request.
 */
#ifndef __XEN_PUBLIC_IO_NETIF_H__
#define __XEN_PUBLIC_IO_NETIF_H__

#include "../grant_table.h"
#include "ring.h"

#define NETIF_FRAME_MIN 14
#define NETIF_FRAME_MAX 1514

/* Of a tx request. What a backend here knows is none of them or data_validated. */
#define NETTXF_csum_blank     1     /* the checksum of the protocol is left to others: not served */
#define NETTXF_data_validated 2
#define NETTXF_more_data      4     /* the frame goes on in the next request: not served */
#define NETTXF_extra_info     8     /* not served */

struct netif_tx_request {
    grant_ref_t gref;               /* a page that the backend may read */
    uint16_t offset;                /* of the frame in it */
    uint16_t flags;                 /* NETTXF_* */
    uint16_t id;                    /* comes back in the response */
    uint16_t size;                  /* bytes of the frame */
};
typedef struct netif_tx_request netif_tx_request_t;

struct netif_tx_response {
    uint16_t id;
    int16_t status;                 /* NETIF_RSP_* */
};
typedef struct netif_tx_response netif_tx_response_t;

struct netif_rx_request {
    uint16_t id;                    /* comes back in the response */
    grant_ref_t gref;               /* a page that the backend may write */
};
typedef struct netif_rx_request netif_rx_request_t;

struct netif_rx_response {
    uint16_t id;
    uint16_t offset;                /* of the frame in the page */
    uint16_t flags;                 /* 0 */
    int16_t status;                 /* its bytes, or NETIF_RSP_* */
};
typedef struct netif_rx_response netif_rx_response_t;

#define NETIF_RSP_DROPPED (-2)      /* in order, but the bridge does not let it pass */
#define NETIF_RSP_ERROR   (-1)
#define NETIF_RSP_OKAY    0

DEFINE_RING_TYPES(netif_tx, struct netif_tx_request, struct netif_tx_response);
DEFINE_RING_TYPES(netif_rx, struct netif_rx_request, struct netif_rx_response);

_Static_assert(sizeof(struct netif_tx_request) == 12 && sizeof(struct netif_rx_request) == 8, "requests have changed size");

#endif
