/* SPDX-License-Identifier: MIT
 *
 * Hypercall 7, dom0_op: what Domain-0 may do with the other domains. How a domain is built is domain_build.c, how it is
 * taken apart domain.c, what the parameters of scheduling mean sched_*.c.
 */
#include <xen/domain_build.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched-if.h>
#include <xen/time.h>
#include <public/dom0_ops.h>

#define DEFAULT_PAGES   ((16UL << 20) >> PAGE_SHIFT)

/* Another domain than Domain-0: the only ones that may be stopped, paused or built from here. */
static struct domain *other_domain(domid_t id)
{
    return id == 0 ? NULL : find_domain_by_id(id);
}

static long create_domain(struct dom0_createdomain *create)
{
    domid_t id = create->domain ? create->domain : free_domain_id();
    struct domain *d;
    uint8_t type;

    if (id >= MAX_DOMAINS)
        return create->domain ? -EINVAL : -ENOSPC;
    if (find_domain_by_id(id))
        return -EEXIST;
    if (!acm_type_of_ssidref(create->ssidref, &type))
        return -EINVAL;
    d = domain_create(id, "");
    if (!d)
        return -ENOMEM;
    memcpy(d->handle, create->handle, sizeof(d->handle));
    d->ssidref = create->ssidref;
    d->acm.type = type;
    d->max_pages = DEFAULT_PAGES;
    if (acm_active && acm_type(type)->max_memory_kb >> (PAGE_SHIFT - 10) < d->max_pages)
        d->max_pages = acm_type(type)->max_memory_kb >> (PAGE_SHIFT - 10);
    domain_append(d);
    domain_pause_by_control(d, true);
    create->domain = id;
    return 0;
}

static uint32_t flags_of(const struct domain *d)
{
    const struct vcpu *v = d->vcpu[0];
    uint32_t flags = 0;

    if (d->domain_flags & (DOMF_shutdown | DOMF_crashed))
        flags |= DOMFLAGS_SHUTDOWN |
                 (d->domain_flags & DOMF_crashed ? SHUTDOWN_crash : d->shutdown_code & 0xff) << DOMFLAGS_SHUTDOWNSHIFT;
    if (d->domain_flags & DOMF_paused)
        flags |= DOMFLAGS_PAUSED;
    if (v->vcpu_flags & VCPUF_blocked)
        flags |= DOMFLAGS_BLOCKED;
    if (v->vcpu_flags & VCPUF_running)
        flags |= DOMFLAGS_RUNNING;
    return flags;
}

static void describe(const struct domain *d, struct dom0_getdomaininfo *info)
{
    const struct vcpu *v = d->vcpu[0];

    memset(info, 0, sizeof(*info));
    info->domain = d->domain_id;
    info->flags = flags_of(d);
    info->tot_pages = d->tot_pages;
    info->max_pages = d->max_pages;
    info->shared_info_frame = d->shared_info_mfn;
    info->cpu_time = v->cpu_time + (v->vcpu_flags & VCPUF_running ? (uint64_t)(NOW() - v->sched.started) : 0);
    info->nr_online_vcpus = v->vcpu_flags & VCPUF_down ? 0 : 1;
    info->ssidref = d->ssidref;
    memcpy(info->handle, d->handle, sizeof(info->handle));
}

static long get_domain_info_list(struct dom0_getdomaininfolist *list)
{
    const struct domain *d = domain_from(list->first_domain);

    for (list->num_domains = 0; d && list->num_domains < list->max_domains; d = d->next_in_list) {
        struct dom0_getdomaininfo info;

        describe(d, &info);
        if (copy_to_guest(list->buffer + list->num_domains, &info))
            return -EFAULT;
        list->num_domains++;
    }
    return 0;
}

static long set_max_memory(const struct dom0_setdomainmaxmem *request)
{
    struct domain *d = find_domain_by_id(request->domain);

    if (!d)
        return -ESRCH;
    if (request->max_memkb >> 32 || request->max_memkb > MAX_RAM_BYTES >> 10)
        return -EINVAL;
    if (acm_active && (unsigned int)request->max_memkb > acm_type(d->acm.type)->max_memory_kb)
        return -EPERM;          /* the policy allows its type less */
    if (d->tot_pages)
        return -EBUSY;          /* a domain's memory is one range, taken once */
    d->max_pages = (unsigned int)request->max_memkb >> (PAGE_SHIFT - 10);
    return 0;
}

/* Stopped domains keep their memory, so that they can be examined, until Domain-0 destroys them or the memory is needed. */
static bool reclaim_stopped_domain(void)
{
    for (struct domain *d = domain_list; d; d = d->next_in_list)
        if (d->domain_id && d->tot_pages && (d->domain_flags & (DOMF_shutdown | DOMF_crashed))) {
            domain_destroy(d);
            return true;
        }
    return false;
}

/* Takes the domain's memory; the image file goes to its end, out of the way of what will be built at its beginning. */
static long image_copy(struct domain *d, struct dom0_guest_image_ctl *image)
{
    unsigned long staged = round_up(image->guest_image_size, PAGE_SIZE);

    if (d->domain_flags & DOMF_started)
        return -EBUSY;
    if (!image->guest_image_size || staged < image->guest_image_size || staged >> PAGE_SHIFT > d->max_pages)
        return -EINVAL;
    while (!d->tot_pages && !alloc_domain_pages(d, d->max_pages))
        if (!reclaim_stopped_domain())
            return -ENOMEM;
    image->guest_image_address = ((d->min_mfn + d->tot_pages) << PAGE_SHIFT) - staged;
    return 0;
}

/* Copies a guest's text, cut at `bytes` - 1 characters; an empty one for a null pointer. */
static bool copy_text(char *to, const char *guest_from, unsigned int bytes)
{
    unsigned int length = 0;

    while (guest_from && length < bytes - 1) {
        if (copy_from_guest(to + length, guest_from + length))
            return false;
        if (!to[length])
            return true;
        length++;
    }
    to[length] = '\0';
    return true;
}

static long image_create(struct domain *d, struct dom0_guest_image_ctl *image)
{
    static char command_line[MAX_GUEST_CMDLINE];    /* a hypervisor stack is one page */
    unsigned long staged = round_up(image->guest_image_size, PAGE_SIZE);
    struct boot_module module;
    char name[DOMAIN_NAME_BYTES];

    if (d->domain_flags & DOMF_started)
        return -EBUSY;
    if (!d->tot_pages || !staged || staged < image->guest_image_size || staged >> PAGE_SHIFT > d->tot_pages)
        return -EINVAL;
    if (!copy_text(name, image->name, sizeof(name)) || !copy_text(command_line, image->command_line, sizeof(command_line)))
        return -EFAULT;
    memcpy(d->name, name, sizeof(name));
    module.start = ((d->min_mfn + d->tot_pages) << PAGE_SHIFT) - staged;
    module.bytes = image->guest_image_size;
    module.memory = (unsigned long)d->tot_pages << PAGE_SHIFT;
    module.name = d->name;
    module.command_line = command_line;
    module.ramdisk_bytes = 0;
    d->store_port = image->store_port;
    d->console_port = image->console_port;
    if (!build_created_domain(d, &module))
        return -EINVAL;
    image->store_mfn = d->store_mfn;
    image->console_mfn = d->console_mfn;
    return 0;
}

static long image_ctl(struct dom0_guest_image_ctl *image)
{
    struct domain *d = other_domain(image->domain);

    if (!d)
        return -ESRCH;
    switch (image->sub_cmd) {
    case CMD_GUEST_COPY:
        return image_copy(d, image);
    case CMD_GUEST_CREATE:
        return image_create(d, image);
    case CMD_GUEST_CHANNELS:
        if (!(d->domain_flags & DOMF_started))
            return -EINVAL;
        image->store_mfn = d->store_mfn;
        image->store_port = d->store_port;
        image->console_mfn = d->console_mfn;
        image->console_port = d->console_port;
        return 0;
    default:
        return -ENOSYS;
    }
}

/* Wall-clock time for all domains: they add the system time that has passed since. */
static void set_time(const struct dom0_settime *time)
{
    for (struct domain *d = domain_list; d; d = d->next_in_list) {
        struct shared_info *shared = d->shared_info;

        shared->wc_version++;
        shared->wc_sec = time->secs;
        shared->wc_nsec = time->nsecs;
        shared->wc_version++;
    }
}

static long perform(struct dom0_op *op)
{
    struct domain *d;

    switch (op->cmd) {
    case DOM0_CREATEDOMAIN:
        return create_domain(&op->u.createdomain);
    case DOM0_DESTROYDOMAIN:
    case DOM0_PAUSEDOMAIN:
    case DOM0_UNPAUSEDOMAIN:
        d = other_domain(op->u.domain.domain);
        if (!d)
            return op->u.domain.domain == 0 ? -EINVAL : -ESRCH;
        if (op->cmd == DOM0_DESTROYDOMAIN)
            domain_destroy(d);
        else
            domain_pause_by_control(d, op->cmd == DOM0_PAUSEDOMAIN);
        return 0;
    case DOM0_GETDOMAININFO: {
        const struct domain *first = domain_from(op->u.getdomaininfo.domain);

        if (!first)
            return -ESRCH;
        describe(first, &op->u.getdomaininfo);
        return 0;
    }
    case DOM0_GETDOMAININFOLIST:
        return get_domain_info_list(&op->u.getdomaininfolist);
    case DOM0_SETDOMAINMAXMEM:
        return set_max_memory(&op->u.setdomainmaxmem);
    case DOM0_GUEST_IMAGE_CTL:
        return image_ctl(&op->u.guest_image_ctl);
    case DOM0_SCHED_ID:
        op->u.sched_id = scheduler_id();
        return 0;
    case DOM0_ADJUSTDOM:
        d = find_domain_by_id(op->u.adjustdom.domain);
        return d ? sched_adjust(d->vcpu[0], &op->u.adjustdom) : -ESRCH;
    case DOM0_SCHEDCTL:
        return sched_control(&op->u.schedctl);
    case DOM0_PHYSINFO:
        memset(&op->u.physinfo, 0, sizeof(op->u.physinfo));
        op->u.physinfo.threads_per_core = op->u.physinfo.cores_per_socket = 1;
        op->u.physinfo.sockets_per_node = op->u.physinfo.nr_nodes = 1;
        op->u.physinfo.total_pages = max_page;
        op->u.physinfo.free_pages = free_domain_page_count();
        return 0;
    case DOM0_SETTIME:
        set_time(&op->u.settime);
        return 0;
    default:
        return -ENOSYS;
    }
}

/* r0 = address of the structure, whose first word is the operation; results come back in it. For Domain-0 only. */
long do_dom0_op(struct dom0_op *arg)
{
    struct dom0_op op;
    long result;

    if (!(current->domain->domain_flags & DOMF_privileged))
        return -EPERM;
    if (copy_from_guest(&op, arg))
        return -EFAULT;
    if (op.interface_version != DOM0_INTERFACE_VERSION)
        return -EINVAL;
    result = perform(&op);
    if (!result && copy_to_guest(arg, &op))
        return -EFAULT;
    return result;
}
