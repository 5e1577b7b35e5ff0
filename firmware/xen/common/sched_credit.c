/* SPDX-License-Identifier: MIT
 *
 * The credit scheduler: every 30 ms the CPU time of the 30 ms to come is handed out as credits, in ns, to the vCPUs that
 * want it, by weight; running burns them. Who has some left comes before who has not; a vCPU that wakes with some comes
 * before both, so that short work is done soon. A cap limits a vCPU even when nobody else wants the CPU.
 */
#include <xen/lib.h>
#include <xen/sched-if.h>
#include <xen/softirq.h>
#include <xen/time.h>

#define ACCOUNT_PERIOD  MILLISECS(30)
#define SLICE           MILLISECS(30)
#define SLICE_MIN       MICROSECS(50)
#define CREDIT_MAX      ACCOUNT_PERIOD  /* more is of no use in one period: it is not saved up */
#define WEIGHT          256

enum priority { PRI_BOOST, PRI_UNDER, PRI_OVER, PRI_PARKED };

static struct vcpu *run_queue;          /* by priority; those of one in turn */
static struct timer account_timer;
/* By domain id: who has been awake since the last accounting, which looks at nobody else, so that idle domains cost nothing.
 * By id, not by pointer: a domain may be destroyed meanwhile. */
static uint32_t awake[MAX_DOMAINS / 32];

static enum priority priority_of(const struct vcpu *v)
{
    if (v->sched.u.credit.parked)
        return PRI_PARKED;
    if (v->sched.u.credit.boosted)
        return PRI_BOOST;
    return v->sched.u.credit.credits > 0 ? PRI_UNDER : PRI_OVER;
}

static void enqueue(struct vcpu *v)
{
    struct vcpu **link = &run_queue;

    while (*link && priority_of(*link) <= priority_of(v))
        link = &(*link)->sched.next;
    v->sched.next = *link;
    *link = v;
    v->sched.queued = true;
}

static bool active(const struct vcpu *v)
{
    return (vcpu_runnable(v) || v->sched.u.credit.ran) && (v->domain->domain_flags & DOMF_started);
}

static void burn(struct vcpu *v, s_time_t now)
{
    s_time_t used = charge_cpu_time(v, now);

    v->sched.u.credit.credits -= used;
    v->sched.u.credit.used += used;
    v->sched.u.credit.ran = true;
    v->sched.u.credit.boosted = false;
}

static s_time_t cap_of(const struct vcpu *v)
{
    return v->sched.u.credit.cap ? v->sched.u.credit.cap * (ACCOUNT_PERIOD / 100) : TIME_NEVER;
}

/* The next vCPU at or after `*id` that takes part in accounting; NULL when there is none. Who has slept all the time leaves. */
static struct vcpu *next_active(unsigned int *id)
{
    for (; *id < MAX_DOMAINS; (*id)++) {
        uint32_t bits = awake[*id / 32] >> (*id % 32);
        struct domain *d;

        if (!bits) {
            *id |= 31;
            continue;
        }
        if (!(bits & 1))
            continue;
        d = find_domain_by_id((domid_t)*id);
        if (d && active(d->vcpu[0]))
            return d->vcpu[0];
        awake[*id / 32] &= ~(1UL << (*id % 32));
    }
    return NULL;
}

/* Every ACCOUNT_PERIOD while somebody is active. */
static void account(void *unused)
{
    struct vcpu *curr = schedule_data[0].curr;
    s_time_t now = NOW();
    uint32_t weights = 0;
    struct vcpu *v;

    (void)unused;
    if (!is_idle_vcpu(curr))
        burn(curr, now);
    for (unsigned int id = 0; (v = next_active(&id)) != NULL; id++)
        weights += v->sched.u.credit.weight;
    if (!weights)
        return;                         /* credit_wake starts the timer again */
    run_queue = NULL;
    for (unsigned int id = 0; (v = next_active(&id)) != NULL; id++) {
        v->sched.queued = false;
        v->sched.u.credit.credits += (s_time_t)divide64((uint64_t)ACCOUNT_PERIOD * v->sched.u.credit.weight, weights);
        if (v->sched.u.credit.credits > CREDIT_MAX)
            v->sched.u.credit.credits = CREDIT_MAX;
        if (v->sched.u.credit.credits < -CREDIT_MAX)
            v->sched.u.credit.credits = -CREDIT_MAX;
        /* What was used beyond the cap, by up to one look at the clock, counts in the new period. */
        v->sched.u.credit.used = v->sched.u.credit.parked ? v->sched.u.credit.used - cap_of(v) : 0;
        v->sched.u.credit.parked = v->sched.u.credit.used >= cap_of(v);
        v->sched.u.credit.ran = false;
        if (v != curr && vcpu_runnable(v))
            enqueue(v);
    }
    set_timer(&account_timer, now + ACCOUNT_PERIOD);
    raise_softirq(SCHEDULE_SOFTIRQ);
}

static void credit_init(void)
{
    init_timer(&account_timer, account, NULL);
}

static void credit_init_vcpu(struct vcpu *v)
{
    v->sched.u.credit.weight = WEIGHT;
    v->sched.u.credit.cap = 0;
}

static void credit_wake(struct vcpu *v, s_time_t now)
{
    struct vcpu *curr = schedule_data[0].curr;
    domid_t id = v->domain->domain_id;

    awake[id / 32] |= 1UL << (id % 32);
    if (v->sched.queued || v == curr)
        return;
    v->sched.u.credit.boosted = v->sched.u.credit.credits > 0;
    enqueue(v);
    if (!account_timer.heap_index)
        set_timer(&account_timer, now + ACCOUNT_PERIOD);
    if (is_idle_vcpu(curr) || priority_of(v) < priority_of(curr))
        raise_softirq(SCHEDULE_SOFTIRQ);
}

static void credit_sleep(struct vcpu *v)
{
    if (v->sched.queued)
        run_queue_remove(&run_queue, v);
    else if (v == schedule_data[0].curr)
        raise_softirq(SCHEDULE_SOFTIRQ);
}

static struct task_slice credit_do_schedule(s_time_t now)
{
    struct vcpu *prev = schedule_data[0].curr;
    struct task_slice slice = { schedule_data[0].idle, 0 };
    struct vcpu *next;

    if (!is_idle_vcpu(prev)) {
        burn(prev, now);
        if (prev->sched.u.credit.used >= cap_of(prev))
            prev->sched.u.credit.parked = true;
        if (vcpu_runnable(prev))
            enqueue(prev);
    }
    next = run_queue;
    if (next && next->sched.yielded && next->sched.next && !next->sched.next->sched.u.credit.parked)
        next = next->sched.next;
    if (!is_idle_vcpu(prev))
        prev->sched.yielded = false;
    if (!next || next->sched.u.credit.parked)
        return slice;                   /* the accounting timer goes on, and lets the parked run again */
    run_queue_remove(&run_queue, next);
    next->sched.started = now;
    slice.task = next;
    slice.time = SLICE;
    if (priority_of(next) == PRI_UNDER && next->sched.u.credit.credits < slice.time)
        slice.time = next->sched.u.credit.credits;
    if (cap_of(next) - next->sched.u.credit.used < slice.time)
        slice.time = cap_of(next) - next->sched.u.credit.used;
    if (slice.time < SLICE_MIN)
        slice.time = SLICE_MIN;
    return slice;
}

static long credit_adjust(struct vcpu *v, struct dom0_adjustdom *parameters)
{
    if (parameters->direction == SCHED_INFO_GET) {
        parameters->u.credit.weight = v->sched.u.credit.weight;
        parameters->u.credit.cap = v->sched.u.credit.cap;
        return 0;
    }
    if (!parameters->u.credit.weight || parameters->u.credit.cap > 100)
        return -EINVAL;
    v->sched.u.credit.weight = parameters->u.credit.weight;
    v->sched.u.credit.cap = parameters->u.credit.cap;
    return 0;
}

const struct scheduler sched_credit_def = {
    .name = "Credit",
    .opt_name = "credit",
    .id = SCHED_CREDIT,
    .init = credit_init,
    .init_vcpu = credit_init_vcpu,
    .wake = credit_wake,
    .sleep = credit_sleep,
    .do_schedule = credit_do_schedule,
    .adjust = credit_adjust,
};
