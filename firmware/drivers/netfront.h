/* SPDX-License-Identifier: MIT
 *
 * The network frontend: a virtual interface that a driver domain serves. Frames are whole Ethernet frames without check sequence.
 */
#ifndef DRIVERS_NETFRONT_H
#define DRIVERS_NETFRONT_H

#include "frontend.h"

#include <public/io/netif.h>

/* Pages that wait for frames, and most frames on their way out. */
#define NETFRONT_RX_PAGES 64
#define NETFRONT_TX_PAGES 16

struct netfront_page {
    uint8_t *bytes;
    grant_ref_t ref;
    int in_use;                     /* in the backend's hands */
};

struct netfront {
    uint8_t mac[6];
    struct frontend device;
    netif_tx_front_ring_t tx;
    netif_rx_front_ring_t rx;
    grant_ref_t tx_ref, rx_ref;
    struct netfront_page tx_pages[NETFRONT_TX_PAGES], rx_pages[NETFRONT_RX_PAGES];
    unsigned refused;               /* frames that the backend did not pass on */
    int last_refusal;               /* NETIF_RSP_* of the last of them */
};

/*
 * Finds the first interface (device/vif) and connects to it: waits for the backend. After xenbus_init and grants_init. 0, or a negative
 * error: -XEN_ENOENT when there is no interface.
 */
int netfront_connect(struct netfront *vif);
/* Tells the backend that it is over, and takes rings and pages back. */
void netfront_close(struct netfront *vif);

/* Sends a frame, without waiting: 0; -XEN_EAGAIN when too many are on their way (netfront_wait waits for that, too); -XEN_EINVAL for a length that no frame has. */
int netfront_send(struct netfront *vif, const void *frame, unsigned length);
/* The next frame that has come, into a buffer of NETIF_FRAME_MAX bytes: its length, or 0 when there is none. Never waits. */
unsigned netfront_receive(struct netfront *vif, void *frame);
/*
 * Sleeps until a frame has come, or one can be sent again when that was refused, or any other event happens; or until that system time
 * (0: without end), for which the guest must have bound VIRQ_TIMER.
 */
void netfront_wait(struct netfront *vif, uint64_t until_ns);

/* One tx request as it is, for tests of the backend: sleeps for its response; the status. Its id is NETFRONT_TX_PAGES or more. */
int netfront_raw(struct netfront *vif, struct netif_tx_request request);

#endif
