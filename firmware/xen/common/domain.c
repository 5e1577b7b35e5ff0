/* SPDX-License-Identifier: MIT
 *
 * Domains: the list of them, their creation as empty shells (arch/arm/xen/domain_build.c fills them), and their end.
 */
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <asm-arm/system.h>

struct domain *domain_list;

/* Direct, because every event sent to another domain asks for it. */
static struct domain *domain_by_id[MAX_DOMAINS];
static struct domain **list_end = &domain_list;
static unsigned int running_domains;

_Static_assert(sizeof(struct domain) + sizeof(struct vcpu) <= PAGE_SIZE, "a domain and its vCPU share a heap page");

/* Any domain that has been built, stopped ones included: their ports can be asked for and sent to. */
struct domain *find_domain_by_id(domid_t id)
{
    return id < MAX_DOMAINS ? domain_by_id[id] : NULL;
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
    share_xen_page_with_guest(shared, d);
    d->shared_info = map_shared_info(id, d->shared_info_mfn);
    v->vcpu_info = &d->shared_info->vcpu_info[0];
    v->vcpu_info->evtchn_upcall_mask = 1;
    v->vcpu_flags = VCPUF_down;
    init_timer(&v->timer, set_timer_expired, v);
    init_timer(&v->poll_timer, poll_timer_expired, v);
    return d;

no_memory:
    if (shared)
        free_xenheap_page(shared);
    if (d)
        free_xenheap_page(d);
    return NULL;
}

/* Undoes domain_create, for a domain that could not be built. */
void domain_discard(struct domain *d)
{
    struct page_info *page = mfn_to_page(d->shared_info_mfn);

    page->owner = NULL;
    page->count_info = page->type_info = 0;
    free_xenheap_page(__va(d->shared_info_mfn << PAGE_SHIFT));
    free_vcpu_struct(d->vcpu[0]);
    free_xenheap_page(d);
}

void domain_append(struct domain *d)
{
    domain_by_id[d->domain_id] = d;
    *list_end = d;
    list_end = &d->next_in_list;
    running_domains++;
    d->vcpu[0]->vcpu_flags &= ~VCPUF_down;
    vcpu_wake(d->vcpu[0]);
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
