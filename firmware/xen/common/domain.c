/* SPDX-License-Identifier: MIT
 *
 * Domains: the list of them, their creation as empty shells (arch/arm/xen/domain_build.c fills them), and their end.
 */
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/pagetable.h>
#include <xen/sched-if.h>
#include <xen/softirq.h>
#include <asm-arm/system.h>

struct domain *domain_list;

/* Direct, because every event sent to another domain asks for it. */
static struct domain *domain_by_id[MAX_DOMAINS];
static unsigned int running_domains;

_Static_assert(sizeof(struct domain) + sizeof(struct vcpu) <= PAGE_SIZE, "a domain and its vCPU share a heap page");

/* Any domain that has been built, stopped ones included: their ports can be asked for and sent to. */
struct domain *find_domain_by_id(domid_t id)
{
    return id < MAX_DOMAINS ? domain_by_id[id] : NULL;
}

struct domain *domain_from(domid_t id)
{
    struct domain *d = domain_list;

    while (d && d->domain_id < id)
        d = d->next_in_list;
    return d;
}

static void set_timer_expired(void *data)
{
    send_guest_virq(data, VIRQ_TIMER);
}

static void poll_timer_expired(void *data)
{
    vcpu_unblock(data);
}

/* A domain with one vCPU that does not run yet; NULL when the hypervisor's heap is used up. */
struct domain *domain_create(domid_t id, const char *name)
{
    struct domain *d = alloc_xenheap_page();
    struct shared_info *shared = alloc_xenheap_page();
    struct vcpu *v;

    if (!d || !shared)
        goto no_memory;
    d->domain_id = id;
    snprintf(d->name, sizeof(d->name), "%s", name);
    v = alloc_vcpu_struct(d);
    if (!v)
        goto no_memory;
    d->vcpu[0] = v;
    d->shared_info_mfn = share_heap_page(shared, d);
    d->shared_info = map_shared_info(id, d->shared_info_mfn);
    v->vcpu_info = &d->shared_info->vcpu_info[0];
    v->vcpu_info->evtchn_upcall_mask = 1;
    v->vcpu_flags = VCPUF_down;
    scheduler_init_vcpu(v);
    init_timer(&v->timer, set_timer_expired, v);
    init_timer(&v->poll_timer, poll_timer_expired, v);
    acm_init_limits(v);
    return d;

no_memory:
    if (shared)
        free_xenheap_page(shared);
    if (d)
        free_xenheap_page(d);
    return NULL;
}

/* Undoes domain_create. */
void domain_discard(struct domain *d)
{
    unshare_heap_page(d->shared_info_mfn);
    free_vcpu_struct(d->vcpu[0]);
    free_xenheap_page(d);
}

/* Among the others from now on, but not running yet. */
void domain_append(struct domain *d)
{
    struct domain **link = &domain_list;

    while (*link && (*link)->domain_id < d->domain_id)
        link = &(*link)->next_in_list;
    d->next_in_list = *link;
    *link = d;
    domain_by_id[d->domain_id] = d;
}

/* It has an image and a first frame. */
void domain_start(struct domain *d)
{
    running_domains++;
    d->vcpu[0]->vcpu_flags &= ~VCPUF_down;
    d->domain_flags |= DOMF_started;
    vcpu_wake(d->vcpu[0]);
}

domid_t free_domain_id(void)
{
    domid_t id = 0;

    while (id < MAX_DOMAINS && domain_by_id[id])
        id++;
    return id;
}

/* Dom0's pause, on or off; asked for twice it counts once. The domain must not be the caller. */
void domain_pause_by_control(struct domain *d, bool pause)
{
    struct vcpu *v = d->vcpu[0];

    if (pause == ((d->domain_flags & DOMF_paused) != 0))
        return;
    d->domain_flags ^= DOMF_paused;
    if (pause) {
        v->pause_count++;
        vcpu_sleep(v);
    } else {
        v->pause_count--;
        vcpu_wake(v);
    }
}

static void domain_stop(struct domain *d, unsigned long flag)
{
    struct vcpu *v = d->vcpu[0];

    if (d->domain_flags & (DOMF_shutdown | DOMF_crashed))
        return;
    d->domain_flags |= flag;
    v->vcpu_flags |= VCPUF_down;
    stop_timer(&v->timer);
    stop_timer(&v->poll_timer);
    stop_timer(&d->acm.timer);
    evtchn_close_all(d);
    vcpu_sleep(v);
    if (domain_list != d && domain_list)
        send_guest_virq(domain_list->vcpu[0], VIRQ_DOM_EXC);
    if (--running_domains == 0) {
        printk("(XEN) All domains have stopped. Halted.\n");
        machine_halt();
    }
}

void domain_shutdown(struct domain *d, unsigned int reason)
{
    static const char *const words[] = { "power off", "reboot", "suspend", "crash" };

    d->shutdown_code = reason;
    printk("(XEN) Domain-%d (%s) has shut down: %s\n", d->domain_id, d->name,
           reason < ARRAY_SIZE(words) ? words[reason] : "unknown reason");
    domain_stop(d, DOMF_shutdown);
}

/* Ends a domain for what it did; the rest goes on. The caller returns to ret_to_user, whose softirq leaves the domain. */
void domain_crash(struct domain *d, const char *reason)
{
    const struct cpu_user_regs *frame = d->vcpu[0]->arch.guest_frame;

    printk("(XEN) Domain-%d (%s) crashed: %s, pc %08x sp %08x psr %08x\n", d->domain_id, d->name, reason, frame->r15,
           frame->r13, frame->psr);
    domain_stop(d, DOMF_crashed);
}

/*
 * Takes a domain out of the world and gives back all it had. It must not be the one that runs, nor the one whose page
 * table is loaded: Domain-0 asks for it, so neither is.
 */
void domain_destroy(struct domain *d)
{
    struct domain **link = &domain_list;

    if (d->domain_flags & DOMF_started)
        domain_stop(d, DOMF_shutdown);
    else
        evtchn_close_all(d);
    while (*link != d)
        link = &(*link)->next_in_list;
    *link = d->next_in_list;
    domain_by_id[d->domain_id] = NULL;
    evtchn_forget_domain(d->domain_id);
    pirq_forget_domain(d->domain_id);
    printk("(XEN) Domain-%d (%s) is destroyed: %u KB are free again\n", d->domain_id, d->name, d->tot_pages << 2);
    release_page_tables(d);             /* first: its descriptors count as mappings of what is freed next */
    grant_table_destroy(d);
    free_domain_pages(d);
    evtchn_destroy(d);
    domain_discard(d);
}
