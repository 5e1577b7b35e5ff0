/* SPDX-License-Identifier: MIT
 *
 * Limits of a type of domains, against denial of service: a share of the CPU, hypercalls and events a second, event channels and
 * grants. (Memory is limited where a domain gets it: domain_build.c, dom0_ops.c.)
 *
 * Who uses up a rate or a share waits for the rest of the window: it is paused, as by Domain-0, until a timer lets it go on. So the
 * limits hold whatever the scheduler does, and no hypercall fails for them that a guest cannot do without (restore). What stands
 * for a table's place (ports, grants) is refused.
 */
#include <xen/acm.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/time.h>

#define WINDOWS_A_SECOND    10
#define WINDOW              MILLISECS(1000 / WINDOWS_A_SECOND)
#define SHORTEST_SLICE      MICROSECS(100)

enum limit { LIMIT_CPU, LIMIT_HYPERCALLS, LIMIT_EVENTS };

/* NULL: nothing is limited. */
static const struct acm_type *limits_of(const struct domain *d)
{
    return acm_active && d->acm.type != ACM_TYPE_XEN ? acm_type(d->acm.type) : NULL;
}

static void go_on(void *data)
{
    struct vcpu *v = data;

    v->domain->acm.parked = false;
    v->pause_count--;
    vcpu_wake(v);
}

void acm_init_limits(struct vcpu *v)
{
    init_timer(&v->domain->acm.timer, go_on, v);
}

static void park(struct vcpu *v, s_time_t until, enum limit limit)
{
    static const char *const names[] = { "CPU", "hypercalls", "events" };
    struct domain *d = v->domain;

    if (d->acm.parked || (d->domain_flags & (DOMF_shutdown | DOMF_crashed)))
        return;
    if (!(d->acm.told & (1 << limit)))
        printk("(XEN) acm: Domain-%d (%s) has reached its limit of %s and waits\n", d->domain_id, acm_type(d->acm.type)->name,
               names[limit]);
    d->acm.told |= (uint8_t)(1 << limit);
    d->acm.parked = true;
    v->pause_count++;
    set_timer(&d->acm.timer, until);
}

/* --------------------------------------------------------------------------------------------------------------- rates */

/* What was done beyond the limit, by one call of many, counts in the next window. */
static uint32_t rest(uint32_t done, uint32_t a_second)
{
    uint32_t budget = a_second / WINDOWS_A_SECOND;

    return done > budget ? done - budget : 0;
}

static void count(struct domain *d, uint32_t *counter, uint32_t a_second, enum limit limit)
{
    const struct acm_type *type = acm_type(d->acm.type);
    s_time_t now = NOW();

    if (now - d->acm.window_start >= WINDOW) {
        d->acm.window_start = now;
        d->acm.hypercalls = rest(d->acm.hypercalls, type->max_hypercalls);
        d->acm.events = rest(d->acm.events, type->max_events);
    }
    if (++*counter < a_second / WINDOWS_A_SECOND)
        return;
    park(d->vcpu[0], d->acm.window_start + WINDOW, limit);
    vcpu_sleep(d->vcpu[0]);
}

void acm_count_hypercall(struct domain *d)
{
    const struct acm_type *type = limits_of(d);

    if (type && type->max_hypercalls != ACM_UNLIMITED)
        count(d, &d->acm.hypercalls, type->max_hypercalls, LIMIT_HYPERCALLS);
}

void acm_count_event(struct domain *d)
{
    const struct acm_type *type = limits_of(d);

    if (type && type->max_events != ACM_UNLIMITED)
        count(d, &d->acm.events, type->max_events, LIMIT_EVENTS);
}

/* --------------------------------------------------------------------------------------------------------- tables' places */

/* Always the lowest free place is given out, so that its number says how many are in use. Port 0 is none. */
bool acm_port_allowed(const struct domain *d, unsigned int port)
{
    const struct acm_type *type = limits_of(d);

    return !type || port <= type->max_event_channels;
}

bool acm_grant_allowed(const struct domain *d, unsigned long handle)
{
    const struct acm_type *type = limits_of(d);

    return !type || handle < type->max_grants;
}

/* ----------------------------------------------------------------------------------------------------------------- CPU */

static uint64_t cpu_used(const struct vcpu *v, s_time_t now)
{
    return v->cpu_time + (uint64_t)(now - v->sched.started) - v->domain->acm.cpu_before;
}

/* In a period of WINDOW; ns. */
static uint64_t budget_of(const struct acm_type *type)
{
    return type->max_cpu_percent * (uint64_t)(WINDOW / 100);
}

void acm_charge_cpu(struct vcpu *v, s_time_t now)
{
    const struct acm_type *type = limits_of(v->domain);
    struct acm_domain *acm = &v->domain->acm;
    uint64_t used;

    if (!type || type->max_cpu_percent == ACM_UNLIMITED)
        return;
    used = cpu_used(v, now);
    if (now - acm->cpu_start >= WINDOW) {
        /* what it had too much counts on, what it did not use is lost */
        uint64_t over = used > budget_of(type) ? used - budget_of(type) : 0;

        acm->cpu_before += used - over;
        acm->cpu_start = now;
        used = over;
    }
    if (used >= budget_of(type))
        park(v, acm->cpu_start + WINDOW, LIMIT_CPU);
}

s_time_t acm_limit_slice(const struct vcpu *v, s_time_t slice, s_time_t now)
{
    const struct acm_type *type = limits_of(v->domain);
    uint64_t used;
    s_time_t left;

    if (!type || type->max_cpu_percent == ACM_UNLIMITED)
        return slice;
    used = cpu_used(v, now);
    left = used < budget_of(type) ? (s_time_t)(budget_of(type) - used) : 0;
    if (left < SHORTEST_SLICE)
        left = SHORTEST_SLICE;
    return left < slice ? left : slice;
}
