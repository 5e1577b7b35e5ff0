/* SPDX-License-Identifier: MIT
 *
 * Physical interrupts of guests: who has bound a line, the hypercalls physdev_op, set_HID_irq and set_foreground_domain.
 *
 *   asm_do_IRQ -> pirq_interrupt: masks the line, sets the ports of those who have bound it pending
 *   guest's upcall: quiets the device, clears the bit, physdev_op IRQ_UNMASK_NOTIFY -> the line is open again
 *
 * A line is level-triggered: left open, it would interrupt for ever until the guest had run. So it stays masked until
 * everybody who was told has answered; one that never answers keeps only this line closed, never the CPU.
 *
 * Domain-0 may bind the lines of the devices that it may map (platform.h). A line that it marks as human input (HID) may be
 * bound by every domain; of these only the foreground domain is told.
 */
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <public/physdev.h>
#include <asm-arm/arch-goldfish/platform.h>
#include <asm-arm/system.h>

#define PIRQ_GUESTS_MAX 7

struct pirq_guest {
    struct domain *domain;      /* NULL: a free place */
    uint16_t port;
    bool told;                  /* and has not answered yet */
};

struct pirq {
    struct pirq_guest guests[PIRQ_GUESTS_MAX];
    bool shared;                /* the first who bound it lets others bind it too */
    bool human_input;
};

static struct pirq pirqs[NR_IRQS];
static domid_t foreground_domain;

static bool is_heard(const struct pirq *pirq, const struct pirq_guest *guest)
{
    return guest->domain && (!pirq->human_input || guest->domain->domain_id == foreground_domain);
}

/* Opens the line when somebody would hear it and nobody is still at work on the last one; closes it otherwise. */
static void settle(unsigned int irq)
{
    bool heard = false, busy = false;

    for (unsigned int i = 0; i < PIRQ_GUESTS_MAX; i++) {
        heard |= is_heard(&pirqs[irq], &pirqs[irq].guests[i]);
        busy |= pirqs[irq].guests[i].told;
    }
    if (heard && !busy)
        platform_irq_enable(irq);
    else
        platform_irq_disable(irq);
}

/* From asm_do_IRQ, IRQ masked. */
void pirq_interrupt(unsigned int irq)
{
    for (unsigned int i = 0; i < PIRQ_GUESTS_MAX; i++) {
        struct pirq_guest *guest = &pirqs[irq].guests[i];

        if (!is_heard(&pirqs[irq], guest))
            continue;
        guest->told = true;
        evtchn_set_pending(guest->domain->vcpu[0], guest->port);
    }
    settle(irq);
}

static struct pirq_guest *guest_of(unsigned int irq, const struct domain *d)
{
    for (unsigned int i = 0; i < PIRQ_GUESTS_MAX; i++)
        if (pirqs[irq].guests[i].domain == d)
            return &pirqs[irq].guests[i];
    return NULL;
}

/* May d bind this line, and share it if need be? 0, or why not. */
long pirq_bindable(const struct domain *d, unsigned int irq, bool share)
{
    bool bound = false;

    if (irq >= NR_IRQS)
        return -EINVAL;
    if (!platform_irq_permitted(irq) || !(pirqs[irq].human_input || (d->domain_flags & DOMF_privileged)))
        return -EPERM;
    if (guest_of(irq, d))
        return -EEXIST;
    for (unsigned int i = 0; i < PIRQ_GUESTS_MAX; i++)
        bound |= pirqs[irq].guests[i].domain != NULL;
    return (bound && !(share && pirqs[irq].shared)) || !guest_of(irq, NULL) ? -EBUSY : 0;
}

/* After pirq_bindable has said yes. */
void pirq_bind(struct domain *d, unsigned int irq, uint16_t port, bool share)
{
    unsigned long psr = local_irq_save();
    struct pirq_guest *guest = guest_of(irq, NULL);

    pirqs[irq].shared = share;
    guest->domain = d;
    guest->port = port;
    settle(irq);
    local_irq_restore(psr);
}

/* Its port is closed. */
void pirq_unbind(const struct domain *d, unsigned int irq)
{
    unsigned long psr = local_irq_save();
    struct pirq_guest *guest = guest_of(irq, d);

    guest->domain = NULL;
    guest->told = false;
    settle(irq);
    local_irq_restore(psr);
}

/* Its id may be given to another domain, which has asked for nothing. */
void pirq_forget_domain(domid_t id)
{
    if (foreground_domain == id)
        foreground_domain = 0;
}

static void unmask_notify(const struct domain *d)
{
    for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
        struct pirq_guest *guest = guest_of(irq, d);

        if (!guest || (d->shared_info->evtchn_mask[guest->port / 32] >> (guest->port % 32) & 1))
            continue;
        guest->told = false;
        settle(irq);
    }
}

long do_physdev_op(struct physdev_op *arg)
{
    struct physdev_op op;
    unsigned long psr;

    if (copy_from_guest(&op.cmd, &arg->cmd))
        return -EFAULT;
    switch (op.cmd) {
    case PHYSDEVOP_IRQ_UNMASK_NOTIFY:
        psr = local_irq_save();
        unmask_notify(current->domain);
        local_irq_restore(psr);
        return 0;
    case PHYSDEVOP_IRQ_STATUS_QUERY:
        if (copy_from_guest(&op, arg))
            return -EFAULT;
        if (op.u.irq_status_query.irq >= NR_IRQS)
            return -EINVAL;
        op.u.irq_status_query.flags =
            platform_irq_permitted(op.u.irq_status_query.irq) ? PHYSDEVOP_IRQ_NEEDS_UNMASK_NOTIFY : 0;
        return copy_to_guest(arg, &op) ? -EFAULT : 0;
    default:
        return -ENOSYS;
    }
}

/* For Domain-0, from now on and for good: this line is human input. */
long do_set_HID_irq(unsigned int irq)
{
    unsigned long psr;

    if (!(current->domain->domain_flags & DOMF_privileged))
        return -EPERM;
    if (irq >= NR_IRQS || !platform_irq_permitted(irq))
        return -EINVAL;
    psr = local_irq_save();
    pirqs[irq].human_input = true;
    settle(irq);
    local_irq_restore(psr);
    return 0;
}

/* For Domain-0: who hears human input from now on. What the one before has not answered yet does not hold it up. */
long do_set_foreground_domain(unsigned int id)
{
    unsigned long psr;

    if (!(current->domain->domain_flags & DOMF_privileged))
        return -EPERM;
    if (id > DOMID_SELF || !find_domain_by_id((domid_t)id))
        return -ESRCH;
    psr = local_irq_save();
    foreground_domain = (domid_t)id;
    for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
        if (!pirqs[irq].human_input)
            continue;
        for (unsigned int i = 0; i < PIRQ_GUESTS_MAX; i++)
            pirqs[irq].guests[i].told = false;
        settle(irq);
    }
    local_irq_restore(psr);
    return 0;
}
