/* SPDX-License-Identifier: MIT
 *
 * Event channels: hypercall 16, and how an event reaches a domain.
 *
 *   guest A: EVTCHNOP_send, port -> evtchn_send -> evtchn_set_pending(vCPU of B, B's port) -> vcpu_unblock, if B sleeps
 *   guest B, when it is scheduled: ret_to_user -> test_guest_events -> do_upcall (entry.S), CTX 0x18
 *
 * Setting a port pending writes bits that the guest shares, up to vcpu_info.evtchn_upcall_pending; the way back to that
 * guest (test_guest_events in entry.S) sees it and makes the upcall. Nothing the guest writes there is ever trusted: the
 * bits only decide when it is called.
 */
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>

static struct evtchn *evtchn_from_port(struct domain *d, unsigned int port)
{
    struct evtchn *bucket;

    if (port >= NR_EVENT_CHANNELS)
        return NULL;
    bucket = d->evtchn[port / EVTCHNS_PER_BUCKET];
    return bucket ? &bucket[port % EVTCHNS_PER_BUCKET] : NULL;
}

/* A free port, or an error. Four buckets share a heap page, so a domain can take two pages at most. */
static int get_free_port(struct domain *d)
{
    for (unsigned int index = 0; index < NR_EVTCHN_BUCKETS; index++) {
        struct evtchn *bucket = d->evtchn[index];

        if (!bucket) {
            char *page = alloc_xenheap_page();

            if (!page)
                return -ENOMEM;
            for (unsigned int i = 0; i < PAGE_SIZE / (EVTCHNS_PER_BUCKET * sizeof(struct evtchn)); i++)
                d->evtchn[index + i] = (struct evtchn *)page + i * EVTCHNS_PER_BUCKET;
            bucket = d->evtchn[index];
            if (index == 0)
                bucket[0].state = ECS_RESERVED;     /* port 0 means "none" */
        }
        for (unsigned int i = 0; i < EVTCHNS_PER_BUCKET; i++)
            if (bucket[i].state == ECS_FREE) {
                unsigned int port = index * EVTCHNS_PER_BUCKET + i;

                return acm_port_allowed(d, port) ? (int)port : -ENOSPC;
            }
    }
    return -ENOSPC;
}

void evtchn_set_pending(struct vcpu *v, unsigned int port)
{
    struct domain *d = v->domain;
    struct shared_info *shared = d->shared_info;
    struct vcpu_info *info = v->vcpu_info;
    unsigned long bit = 1UL << (port % 32);
    unsigned long selector = 1UL << (port / 32);

    if (shared->evtchn_pending[port / 32] & bit)
        return;
    shared->evtchn_pending[port / 32] |= bit;
    if (!(shared->evtchn_mask[port / 32] & bit) && !(info->evtchn_pending_sel & selector)) {
        info->evtchn_pending_sel |= selector;
        info->evtchn_upcall_pending = 1;
        vcpu_unblock(v);
    }
    if (v->vcpu_flags & VCPUF_polling)
        vcpu_unblock(v);
}

void send_guest_virq(struct vcpu *v, unsigned int virq)
{
    unsigned int port = v->virq_to_evtchn[virq];

    if (port)
        evtchn_set_pending(v, port);
}

/* A port of d that `remote` may bind to, or an error. The domain builder offers two of each domain's to Domain-0. */
int evtchn_offer(struct domain *d, domid_t remote)
{
    int port = get_free_port(d);

    if (port > 0) {
        struct evtchn *channel = evtchn_from_port(d, (unsigned int)port);

        channel->state = ECS_UNBOUND;
        channel->remote_domid = remote;
    }
    return port;
}

static long evtchn_alloc_unbound(struct evtchn_alloc_unbound *alloc)
{
    struct domain *d = current->domain;
    int port;

    if (alloc->dom != DOMID_SELF && alloc->dom != d->domain_id)
        return -EPERM;
    port = evtchn_offer(d, alloc->remote_dom == DOMID_SELF ? d->domain_id : alloc->remote_dom);
    if (port < 0)
        return port;
    alloc->port = (evtchn_port_t)port;
    return 0;
}

static long evtchn_bind_interdomain(struct evtchn_bind_interdomain *bind)
{
    struct domain *local = current->domain;
    struct domain *remote = bind->remote_dom == DOMID_SELF ? local : find_domain_by_id(bind->remote_dom);
    struct evtchn *local_channel, *remote_channel;
    int port;

    if (!remote)
        return -ESRCH;
    remote_channel = evtchn_from_port(remote, bind->remote_port);
    if (!remote_channel || remote_channel->state != ECS_UNBOUND || remote_channel->remote_domid != local->domain_id)
        return -EINVAL;
    port = get_free_port(local);
    if (port < 0)
        return port;
    local_channel = evtchn_from_port(local, (unsigned int)port);
    local_channel->state = ECS_INTERDOMAIN;
    local_channel->remote_domid = remote->domain_id;
    local_channel->remote_port = (uint16_t)bind->remote_port;
    remote_channel->state = ECS_INTERDOMAIN;
    remote_channel->remote_domid = local->domain_id;
    remote_channel->remote_port = (uint16_t)port;
    bind->local_port = (evtchn_port_t)port;
    evtchn_set_pending(local->vcpu[0], (unsigned int)port);    /* the other side may have sent before we were bound */
    return 0;
}

static long evtchn_bind_virq(struct evtchn_bind_virq *bind)
{
    struct vcpu *v = current;
    struct evtchn *channel;
    int port;

    if (bind->virq >= NR_VIRQS)
        return -EINVAL;
    if (bind->vcpu != 0)
        return -ENOENT;
    if (v->virq_to_evtchn[bind->virq])
        return -EEXIST;
    port = get_free_port(v->domain);
    if (port < 0)
        return port;
    channel = evtchn_from_port(v->domain, (unsigned int)port);
    channel->state = ECS_VIRQ;
    channel->virq = (uint8_t)bind->virq;
    v->virq_to_evtchn[bind->virq] = (uint16_t)port;
    bind->port = (evtchn_port_t)port;
    return 0;
}

static long evtchn_bind_pirq(struct evtchn_bind_pirq *bind)
{
    struct domain *d = current->domain;
    bool share = bind->flags & BIND_PIRQ__WILL_SHARE;
    struct evtchn *channel;
    long error = pirq_bindable(d, bind->pirq, share);
    int port;

    if (error)
        return error;
    port = get_free_port(d);
    if (port < 0)
        return port;
    channel = evtchn_from_port(d, (unsigned int)port);
    channel->state = ECS_PIRQ;
    channel->virq = (uint8_t)bind->pirq;
    bind->port = (evtchn_port_t)port;
    pirq_bind(d, bind->pirq, (uint16_t)port, share);
    return 0;
}

static long evtchn_bind_ipi(struct evtchn_bind_ipi *bind)
{
    struct domain *d = current->domain;
    int port;

    if (bind->vcpu != 0)
        return -ENOENT;
    port = get_free_port(d);
    if (port < 0)
        return port;
    evtchn_from_port(d, (unsigned int)port)->state = ECS_IPI;
    bind->port = (evtchn_port_t)port;
    return 0;
}

static void clear_pending(struct domain *d, unsigned int port)
{
    d->shared_info->evtchn_pending[port / 32] &= ~(1UL << (port % 32));
}

static long close_port(struct domain *d, unsigned int port)
{
    struct evtchn *channel = evtchn_from_port(d, port);

    if (!channel)
        return -EINVAL;
    switch (channel->state) {
    case ECS_FREE:
    case ECS_RESERVED:
        return -EINVAL;
    case ECS_VIRQ:
        d->vcpu[0]->virq_to_evtchn[channel->virq] = 0;
        break;
    case ECS_PIRQ:
        pirq_unbind(d, channel->virq);
        break;
    case ECS_INTERDOMAIN: {
        struct domain *remote = find_domain_by_id(channel->remote_domid);
        struct evtchn *other = remote ? evtchn_from_port(remote, channel->remote_port) : NULL;

        if (other && other != channel) {
            other->state = ECS_UNBOUND;     /* the same peer may bind again */
            other->remote_domid = d->domain_id;
        }
        break;
    }
    default:
        break;
    }
    memset(channel, 0, sizeof(*channel));
    clear_pending(d, port);
    return 0;
}

/* A domain has stopped: its peers' ports become unbound. */
void evtchn_close_all(struct domain *d)
{
    for (unsigned int index = 0; index < NR_EVTCHN_BUCKETS; index++)
        for (unsigned int i = 0; d->evtchn[index] && i < EVTCHNS_PER_BUCKET; i++)
            close_port(d, index * EVTCHNS_PER_BUCKET + i);
}

/* The id may be given to another domain: what was open for the one that had it is open for nobody. */
void evtchn_forget_domain(domid_t id)
{
    for (struct domain *d = domain_list; d; d = d->next_in_list)
        for (unsigned int port = 1; port < NR_EVENT_CHANNELS; port++) {
            struct evtchn *channel = evtchn_from_port(d, port);

            if (!channel)
                port |= EVTCHNS_PER_BUCKET - 1;
            else if (channel->state == ECS_UNBOUND && channel->remote_domid == id)
                channel->remote_domid = DOMID_FIRST_RESERVED - 1;
        }
}

/* The pages of its channels; each serves four buckets. */
void evtchn_destroy(struct domain *d)
{
    for (unsigned int index = 0; index < NR_EVTCHN_BUCKETS; index += PAGE_SIZE / (EVTCHNS_PER_BUCKET * sizeof(struct evtchn)))
        if (d->evtchn[index])
            free_xenheap_page(d->evtchn[index]);
}

/* The domain that an event by this port goes to; NULL when the port is no open one. */
struct domain *evtchn_other_end(struct domain *d, unsigned int port)
{
    const struct evtchn *channel = evtchn_from_port(d, port);

    if (!channel)
        return NULL;
    if (channel->state == ECS_IPI)
        return d;
    return channel->state == ECS_INTERDOMAIN ? find_domain_by_id(channel->remote_domid) : NULL;
}

static long evtchn_send(unsigned int port)
{
    struct domain *d = current->domain;
    struct evtchn *channel = evtchn_from_port(d, port);
    struct domain *remote;

    if (!channel)
        return -EINVAL;
    switch (channel->state) {
    case ECS_INTERDOMAIN:
        remote = find_domain_by_id(channel->remote_domid);
        acm_count_event(d);
        if (remote)
            evtchn_set_pending(remote->vcpu[0], channel->remote_port);
        return 0;
    case ECS_IPI:
        acm_count_event(d);
        evtchn_set_pending(d->vcpu[0], port);
        return 0;
    case ECS_UNBOUND:
        return 0;                           /* nobody listens any more, or yet */
    default:
        return -EINVAL;
    }
}

static long evtchn_status(struct evtchn_status *status)
{
    struct domain *self = current->domain;
    struct domain *d = status->dom == DOMID_SELF ? self : find_domain_by_id(status->dom);
    struct evtchn *channel;

    if (!d)
        return -ESRCH;
    if (d != self && !(self->domain_flags & DOMF_privileged))
        return -EPERM;
    if (status->port >= NR_EVENT_CHANNELS)
        return -EINVAL;
    channel = evtchn_from_port(d, status->port);
    status->vcpu = 0;
    memset(&status->u, 0, sizeof(status->u));
    status->status = channel && channel->state != ECS_RESERVED ? channel->state : EVTCHNSTAT_closed;
    switch (status->status) {
    case ECS_UNBOUND:
        status->u.unbound.dom = channel->remote_domid;
        break;
    case ECS_INTERDOMAIN:
        status->u.interdomain.dom = channel->remote_domid;
        status->u.interdomain.port = channel->remote_port;
        break;
    case ECS_PIRQ:
        status->u.pirq = channel->virq;
        break;
    case ECS_VIRQ:
        status->u.virq = channel->virq;
        break;
    default:
        break;
    }
    return 0;
}

/* The guest has cleared the mask bit of a port, or wants it cleared: an event that came meanwhile is delivered now. */
static long evtchn_unmask(unsigned int port)
{
    struct vcpu *v = current;
    struct shared_info *shared = v->domain->shared_info;
    unsigned long bit = 1UL << (port % 32);

    if (port >= NR_EVENT_CHANNELS)
        return -EINVAL;
    shared->evtchn_mask[port / 32] &= ~bit;
    if (shared->evtchn_pending[port / 32] & bit) {
        v->vcpu_info->evtchn_pending_sel |= 1UL << (port / 32);
        v->vcpu_info->evtchn_upcall_pending = 1;
    }
    return 0;
}

/* r0 = address of the structure, whose first word is the operation; results come back in it. */
long do_event_channel_op(struct evtchn_op *arg)
{
    struct evtchn_op op;
    long result;

    if (copy_from_guest(&op, arg))
        return -EFAULT;
    switch (op.cmd) {
    case EVTCHNOP_alloc_unbound:
        result = evtchn_alloc_unbound(&op.u.alloc_unbound);
        break;
    case EVTCHNOP_bind_interdomain:
        result = evtchn_bind_interdomain(&op.u.bind_interdomain);
        break;
    case EVTCHNOP_bind_virq:
        result = evtchn_bind_virq(&op.u.bind_virq);
        break;
    case EVTCHNOP_bind_pirq:
        result = evtchn_bind_pirq(&op.u.bind_pirq);
        break;
    case EVTCHNOP_bind_ipi:
        result = evtchn_bind_ipi(&op.u.bind_ipi);
        break;
    case EVTCHNOP_status:
        result = evtchn_status(&op.u.status);
        break;
    case EVTCHNOP_close:
        return close_port(current->domain, op.u.close.port);
    case EVTCHNOP_send:
        return evtchn_send(op.u.send.port);
    case EVTCHNOP_unmask:
        return evtchn_unmask(op.u.unmask.port);
    case EVTCHNOP_bind_vcpu:
        return op.u.bind_vcpu.vcpu == 0 && evtchn_from_port(current->domain, op.u.bind_vcpu.port) ? 0 : -EINVAL;
    default:
        return -ENOSYS;
    }
    if (!result && copy_to_guest(arg, &op))
        result = -EFAULT;
    return result;
}
