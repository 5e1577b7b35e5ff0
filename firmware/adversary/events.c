/* SPDX-License-Identifier: MIT
 *
 * Event channels: all operations on all ports, storms of sends, and as many channels as there are to be had.
 */
#include "adversary.h"

static unsigned long any_port(void)
{
    return one_in(16) ? any_value() : one_in(2) ? below(16) : below(NR_EVENT_CHANNELS + 8);
}

static long event_op(struct evtchn_op *operation)
{
    return hypervisor_event_channel_op(operation);
}

static void send_storm(void)
{
    struct evtchn_op send = {.cmd = EVTCHNOP_send, .u.send = {.port = any_port()}};

    for (unsigned i = below(64); i; i--)
        event_op(&send);
}

static void take_all(void)
{
    for (unsigned i = 0; i < 256; i++) {
        struct evtchn_op take = {.cmd = EVTCHNOP_alloc_unbound,
                                 .u.alloc_unbound = {.dom = DOMID_SELF, .remote_dom = (domid_t)below(8)}};

        if (event_op(&take))
            break;
    }
    for (unsigned i = 0; i < 256; i++) {
        struct evtchn_op close = {.cmd = EVTCHNOP_close, .u.close = {.port = 8 + below(512)}};

        event_op(&close);
    }
}

void attack_events(void)
{
    struct evtchn_op operation = {.cmd = below(11)};

    switch (below(16)) {
    case 0:
        send_storm();
        return;
    case 1:
        if (one_in(8))
            take_all();
        return;
    case 2:
    case 3:
        operation = (struct evtchn_op){.cmd = EVTCHNOP_alloc_unbound,
                                       .u.alloc_unbound = {.dom = DOMID_SELF, .remote_dom = (domid_t)below(8)}};
        break;
    case 4:
    case 5:
    case 6:
        operation = (struct evtchn_op){.cmd = EVTCHNOP_bind_interdomain,
                                       .u.bind_interdomain = {.remote_dom = (domid_t)below(8), .remote_port = any_port()}};
        break;
    case 7:
        operation = (struct evtchn_op){.cmd = EVTCHNOP_bind_virq, .u.bind_virq = {.virq = any_value(), .vcpu = below(2)}};
        break;
    case 9:
        operation = (struct evtchn_op){.cmd = EVTCHNOP_bind_pirq, .u.bind_pirq = {.pirq = below(40), .flags = below(2)}};
        break;
    case 8:
        operation = (struct evtchn_op){.cmd = EVTCHNOP_status,
                                       .u.status = {.dom = (domid_t)any_domain(), .port = any_port()}};
        break;
    default:
        /* close, send, unmask, bind_vcpu: a port first */
        operation.u.send.port = any_port();
        break;
    }
    event_op(&operation);
    /* the hypervisor believes none of it */
    if (one_in(4)) {
        ((volatile unsigned long *)shared_info)[below(PAGE_SIZE / 4)] = random32();
        shared_info->evtchn_mask[0] = 0;
        events_unmask();            /* or no tick would end an attack that goes on for ever */
    }
}
