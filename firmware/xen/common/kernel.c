/* SPDX-License-Identifier: MIT
 *
 * Small hypercalls that belong to nobody else: set_callbacks, xen_version, vm_assist, memory_op, multicall, and the
 * answer of every slot that is not implemented.
 */
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <public/memory.h>
#include <public/version.h>

#define MULTICALL_MAX 256
#define RESERVATION_BATCH_MAX 1024

long do_ni_hypercall(void)
{
    return -ENOSYS;
}

long do_dummy(void)
{
    return 0;
}

/* Both addresses in the guest's part; bit 0 and 1 must be clear: a callback is ARM code. 0 = none. */
long do_set_callbacks(unsigned long event, unsigned long failsafe)
{
    struct vcpu_guest_context *context = &current->arch.guest_context;

    if ((event | failsafe) & 3 || event >= GUEST_KERNEL_END || failsafe >= GUEST_KERNEL_END)
        return -EINVAL;
    context->event_callback = event;
    context->failsafe_callback = failsafe;
    return 0;
}

/* r0 = XENVER_*, r1 = where the answer goes. The guest calls (0, 0) when it has opened its upcall mask: what is pending then
 * reaches it on the way back. */
long do_xen_version(int cmd, void *arg)
{
    switch (cmd) {
    case XENVER_version:
        return 3 << 16;
    case XENVER_extraversion: {
        static const char text[XEN_EXTRAVERSION_LEN] = ".2-armvisor";

        return copy_to_guest_raw(arg, text, sizeof(text)) ? -EFAULT : 0;
    }
    case XENVER_capabilities: {
        static const char text[] = "xen-3.0-arm_32";

        return copy_to_guest_raw(arg, text, sizeof(text)) ? -EFAULT : 0;
    }
    case XENVER_platform_parameters: {
        struct xen_platform_parameters parameters = { .virt_start = HYPERVISOR_VIRT_START };

        return copy_to_guest((struct xen_platform_parameters *)arg, &parameters) ? -EFAULT : 0;
    }
    case XENVER_get_features: {
        struct xen_feature_info info;

        if (copy_from_guest(&info, (struct xen_feature_info *)arg))
            return -EFAULT;
        if (info.submap_idx != 0)
            return -EINVAL;
        info.submap = 0;
        return copy_to_guest((struct xen_feature_info *)arg, &info) ? -EFAULT : 0;
    }
    default:
        return -ENOSYS;
    }
}

/* r0 = VMASST_CMD_*, r1 = which assist; there is none. */
long do_vm_assist(unsigned int cmd, unsigned int type)
{
    (void)type;
    return cmd == VMASST_CMD_disable ? 0 : -ENOSYS;
}

/* Stops at the first extent that cannot be had or given; the result says how many were done. */
static long change_reservation(struct domain *d, const struct xen_memory_reservation *request, bool increase)
{
    unsigned long done;

    if ((request->domid != DOMID_SELF && request->domid != d->domain_id) || request->extent_order)
        return request->extent_order ? -EINVAL : -EPERM;
    if (request->nr_extents > RESERVATION_BATCH_MAX)
        return -E2BIG;
    for (done = 0; done < request->nr_extents; done++) {
        unsigned long mfn;

        preempted();
        if (!increase) {
            if (copy_from_guest(&mfn, request->extent_start + done) || !release_domain_page(d, mfn))
                break;
            continue;
        }
        mfn = d->tot_pages < d->max_pages ? alloc_domain_page(d) : 0;
        if (!mfn)
            break;
        if (copy_to_guest(request->extent_start + done, &mfn)) {
            release_domain_page(d, mfn);
            break;
        }
    }
    return (long)done;
}

/* r0 = XENMEM_*, r1 = address of its structure (memory.h). */
long do_memory_op(int cmd, void *arg)
{
    struct domain *self = current->domain;
    struct domain *d = self;
    domid_t id;

    switch (cmd) {
    case XENMEM_increase_reservation:
    case XENMEM_decrease_reservation: {
        struct xen_memory_reservation request;

        if (copy_from_guest(&request, (struct xen_memory_reservation *)arg))
            return -EFAULT;
        return change_reservation(self, &request, cmd == XENMEM_increase_reservation);
    }
    case XENMEM_maximum_ram_page:
        return (long)max_page - 1;
    case XENMEM_current_reservation:
    case XENMEM_maximum_reservation:
        if (copy_from_guest(&id, (domid_t *)arg))
            return -EFAULT;
        if (id != DOMID_SELF && id != self->domain_id) {
            if (!(self->domain_flags & DOMF_privileged))
                return -EPERM;
            d = find_domain_by_id(id);
            if (!d)
                return -ESRCH;
        }
        return (long)(cmd == XENMEM_current_reservation ? d->tot_pages : d->max_pages);
    default:
        return -ENOSYS;
    }
}

/*
 * Several calls in one entry. Those that don't come back to their caller, and multicall itself, are refused inside.
 * Stops early when a call has ended or descheduled the domain, leaving later results untouched.
 */
long do_multicall(struct multicall_entry *calls, unsigned int count)
{
    struct vcpu *v = current;

    if (count > MULTICALL_MAX)
        return -EINVAL;
    for (unsigned int i = 0; i < count && vcpu_runnable(v); i++) {
        struct multicall_entry call;

        preempted();
        if (copy_from_guest(&call, calls + i))
            return -EFAULT;
        if (call.op >= NR_hypercalls || call.op == __HYPERVISOR_multicall || call.op == __HYPERVISOR_restore_guest_context)
            call.result = -ENOSYS;
        else if (acm_active && (call.result = acm_check_hypercall(call.op, call.args)) != 0)
            ;                           /* the result says it */
        else
            call.result = hypercall_table[call.op](call.args[0], call.args[1], call.args[2], call.args[3]);
        if (copy_to_guest(&calls[i].result, &call.result))
            return -EFAULT;
    }
    return 0;
}
