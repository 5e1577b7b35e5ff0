/* SPDX-License-Identifier: MIT
 *
 * Physical interrupts for a domain that drives a device itself: hypercall 19, physdev_op(struct physdev_op *).
 * EVTCHNOP_bind_pirq gives a line a port. Each interrupt masks the line and sets the port pending; when the domain has
 * quieted its device and cleared the port's bit, it says so by IRQ_UNMASK_NOTIFY, which opens the line again.
 */
#ifndef __XEN_PUBLIC_PHYSDEV_H__
#define __XEN_PUBLIC_PHYSDEV_H__

#include "xen.h"

#define PHYSDEVOP_IRQ_UNMASK_NOTIFY 4   /* no argument: all of the caller's lines whose port is not masked */
#define PHYSDEVOP_IRQ_STATUS_QUERY  5

#define PHYSDEVOP_IRQ_NEEDS_UNMASK_NOTIFY 1

struct physdevop_irq_status_query {
    uint32_t irq;
    uint32_t flags;             /* out: PHYSDEVOP_IRQ_NEEDS_* */
};

struct physdev_op {
    uint32_t cmd;
    union {
        struct physdevop_irq_status_query irq_status_query;
    } u;
};
typedef struct physdev_op physdev_op_t;

#endif
