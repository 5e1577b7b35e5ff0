/* SPDX-License-Identifier: MIT
 *
 * Event channels: which port has which handler, and calling them.
 *
 * The hypervisor sets bit `port` in shared_info->evtchn_pending, the bit of that word in evtchn_pending_sel and
 * evtchn_upcall_pending; then, while evtchn_upcall_mask is clear, it enters the callback. callback.S -> guest_upcall
 * (traps.c) -> events_dispatch -> the handler.
 */
#include "console.h"
#include "guest.h"

#define WORD_BITS 32

static event_handler handlers[NR_EVENT_CHANNELS];

/*
 * Reads and clears a word in one instruction. An interrupt may enter the hypervisor between any two instructions of
 * ours, and it may set a further bit there: a load, an AND and a store would lose it.
 */
static unsigned long take_word(volatile unsigned long *word)
{
    unsigned long value;

    __asm__ volatile("swp %0, %2, [%1]" : "=&r"(value) : "r"(word), "r"(0) : "memory");
    return value;
}

static struct vcpu_info *vcpu_info(void)
{
    return &shared_info->vcpu_info[0];
}

unsigned events_mask(void)
{
    volatile uint8_t *mask = &vcpu_info()->evtchn_upcall_mask;
    unsigned was_masked = *mask;

    *mask = 1;
    __asm__ volatile("" ::: "memory");
    return was_masked;
}

void events_unmask(void)
{
    __asm__ volatile("" ::: "memory");
    *(volatile uint8_t *)&vcpu_info()->evtchn_upcall_mask = 0;
    /* What has come meanwhile waits for the next entry to the hypervisor: make one. */
    if (*(volatile uint8_t *)&vcpu_info()->evtchn_upcall_pending)
        hypervisor_force_upcall();
}

/*
 * Calls the handlers of all ports of one word that are pending. A mask bit keeps a port from causing an upcall, no more:
 * a port that is pending when we look is served, so that taking the whole word at once drops nothing.
 */
static void dispatch_word(unsigned word)
{
    unsigned long ready;

    while ((ready = take_word(&shared_info->evtchn_pending[word])) != 0)
        for (; ready; ready &= ready - 1) {
            evtchn_port_t port = word * WORD_BITS + (unsigned)__builtin_ctzl(ready);
            if (handlers[port])
                handlers[port](port);
            else
                shared_info->evtchn_mask[word] |= ready & -ready; /* nobody wants it: be troubled once only */
        }
}

void events_dispatch(void)
{
    volatile uint8_t *pending = &vcpu_info()->evtchn_upcall_pending;

    while (*pending) {
        *pending = 0;
        unsigned long words = take_word(&vcpu_info()->evtchn_pending_sel);
        for (; words; words &= words - 1)
            dispatch_word((unsigned)__builtin_ctzl(words));
    }
}

int events_listen(evtchn_port_t port, event_handler handler)
{
    struct evtchn_op operation = {.cmd = EVTCHNOP_unmask, .u.unmask = {.port = port}};
    long result;

    if (port >= NR_EVENT_CHANNELS)
        return -XEN_EINVAL;
    handlers[port] = handler;
    result = hypervisor_event_channel_op(&operation);
    return result < 0 ? (int)result : (int)port;
}

int events_bind_interdomain(domid_t domain, evtchn_port_t remote_port, event_handler handler)
{
    struct evtchn_op operation = {
        .cmd = EVTCHNOP_bind_interdomain, .u.bind_interdomain = {.remote_dom = domain, .remote_port = remote_port}};
    long result = hypervisor_event_channel_op(&operation);

    return result < 0 ? (int)result : events_listen(operation.u.bind_interdomain.local_port, handler);
}

int events_offer(domid_t domain, event_handler handler)
{
    struct evtchn_op operation = {
        .cmd = EVTCHNOP_alloc_unbound, .u.alloc_unbound = {.dom = DOMID_SELF, .remote_dom = domain}};
    long result = hypervisor_event_channel_op(&operation);

    return result < 0 ? (int)result : events_listen(operation.u.alloc_unbound.port, handler);
}

void events_notify(evtchn_port_t port)
{
    struct evtchn_op operation = {.cmd = EVTCHNOP_send, .u.send = {.port = port}};

    hypervisor_event_channel_op(&operation);
}

void events_close(evtchn_port_t port)
{
    struct evtchn_op operation = {.cmd = EVTCHNOP_close, .u.close = {.port = port}};

    hypervisor_event_channel_op(&operation);
    if (port < NR_EVENT_CHANNELS)
        handlers[port] = NULL;
}

int events_bind_virq(unsigned virq, event_handler handler)
{
    struct evtchn_op operation = {.cmd = EVTCHNOP_bind_virq, .u.bind_virq = {.virq = virq, .vcpu = 0}};
    long result = hypervisor_event_channel_op(&operation);

    if (result < 0)
        return (int)result;
    return events_listen(operation.u.bind_virq.port, handler);
}

/* By hypercall the hypervisor unmasks; masking is a bit of ours, but one in a word that others change, too. */
void events_mask_port(evtchn_port_t port)
{
    if (port >= NR_EVENT_CHANNELS)
        return;
    unsigned were_masked = events_mask();
    shared_info->evtchn_mask[port / WORD_BITS] |= 1ul << port % WORD_BITS;
    if (!were_masked)
        events_unmask();
}

void events_unmask_port(evtchn_port_t port)
{
    struct evtchn_op operation = {.cmd = EVTCHNOP_unmask, .u.unmask = {.port = port}};

    hypervisor_event_channel_op(&operation);
}
