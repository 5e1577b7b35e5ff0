/* SPDX-License-Identifier: MIT
 *
 * Simple earliest deadline first: each vCPU may run `slice` ns in each `period`; of those that have some of it left, the
 * one whose period ends first runs. What is left over goes, in short turns, to those with extratime, by weight: first of
 * all to best-effort vCPUs, whose slice is 0.
 *
 * The queue holds all runnable vCPUs other than the running one. It is searched, not sorted: whose deadline has passed
 * gets its next period then.
 */
#include <xen/lib.h>
#include <xen/sched-if.h>
#include <xen/softirq.h>
#include <xen/time.h>

#define PERIOD          MILLISECS(100)
#define PERIOD_MIN      MICROSECS(100)
#define PERIOD_MAX      MILLISECS(10000)
#define EXTRA_QUANTUM   MICROSECS(500)
#define SLICE_ALONE     MILLISECS(50)   /* of one that nobody waits beside */
#define RUN_MIN         MICROSECS(50)
#define WEIGHT          256

static struct vcpu *run_queue;
static uint64_t extra_virtual_time;     /* of the extra turn given last */

static void enqueue(struct vcpu *v)
{
    struct vcpu **link = &run_queue;

    while (*link)
        link = &(*link)->sched.next;
    v->sched.next = NULL;
    *link = v;
    v->sched.queued = true;
}

/*
 * Every domain begins as best effort, Domain-0 too, so that equal domains get equal shares. The 2008 release guaranteed
 * Domain-0 15 ms in each 20 ms, which left 5 % of the CPU to each of five others; who wants that asks for it with
 * DOM0_ADJUSTDOM.
 */
static void sedf_init_vcpu(struct vcpu *v)
{
    v->sched.u.sedf.period = PERIOD;
    v->sched.u.sedf.slice = 0;
    v->sched.u.sedf.extratime = true;
    v->sched.u.sedf.weight = WEIGHT;
    v->sched.u.sedf.deadline = 0;
    v->sched.u.sedf.used = 0;
    v->sched.u.sedf.extra_time = extra_virtual_time;
}

/* A new period begins where the last one ended; after a sleep, now. */
static void renew(struct vcpu *v, s_time_t now)
{
    if (v->sched.u.sedf.deadline > now)
        return;
    v->sched.u.sedf.deadline += v->sched.u.sedf.period;
    if (v->sched.u.sedf.deadline <= now)
        v->sched.u.sedf.deadline = now + v->sched.u.sedf.period;
    v->sched.u.sedf.used = 0;
}

static bool has_slice(const struct vcpu *v)
{
    return v->sched.u.sedf.used < v->sched.u.sedf.slice;
}

static void sedf_wake(struct vcpu *v, s_time_t now)
{
    struct schedule_data *sd = &schedule_data[0];
    struct vcpu *curr = sd->curr;

    if (v->sched.queued || v == curr)
        return;
    renew(v, now);
    if (v->sched.u.sedf.extra_time < extra_virtual_time)
        v->sched.u.sedf.extra_time = extra_virtual_time;    /* sleeping saves up nothing */
    enqueue(v);
    if (is_idle_vcpu(curr) ||
        (has_slice(v) && (curr->sched.u.sedf.in_extra || v->sched.u.sedf.deadline < curr->sched.u.sedf.deadline)))
        raise_softirq(SCHEDULE_SOFTIRQ);
    else if (curr->sched.u.sedf.in_extra && sd->s_timer.expires > now + EXTRA_QUANTUM)
        set_timer(&sd->s_timer, now + EXTRA_QUANTUM);   /* it was alone */
}

static void sedf_sleep(struct vcpu *v)
{
    if (v->sched.queued)
        run_queue_remove(&run_queue, v);
    else if (v == schedule_data[0].curr)
        raise_softirq(SCHEDULE_SOFTIRQ);
}

static void charge(struct vcpu *v, s_time_t now)
{
    s_time_t used = charge_cpu_time(v, now);

    if (v->sched.u.sedf.in_extra)
        v->sched.u.sedf.extra_time += divide64((uint64_t)used * WEIGHT, v->sched.u.sedf.weight);
    else
        v->sched.u.sedf.used += used;
}

/* The vCPU with the earliest deadline that has some of its slice left; NULL when none has. */
static struct vcpu *earliest(void)
{
    struct vcpu *best = NULL;

    for (struct vcpu *v = run_queue; v; v = v->sched.next)
        if (has_slice(v) && (!best || v->sched.u.sedf.deadline < best->sched.u.sedf.deadline))
            best = v;
    return best;
}

/* The vCPU that has had the least of what was left over. One that has yielded comes after all that have not. */
static struct vcpu *neediest(void)
{
    struct vcpu *best = NULL;

    for (struct vcpu *v = run_queue; v; v = v->sched.next)
        if (v->sched.u.sedf.extratime &&
            (!best || (best->sched.yielded && !v->sched.yielded) ||
             (best->sched.yielded == v->sched.yielded && v->sched.u.sedf.extra_time < best->sched.u.sedf.extra_time)))
            best = v;
    return best;
}

/* When the next period of a vCPU with a slice begins that could take the CPU from `runner`. */
static s_time_t next_period(const struct vcpu *runner)
{
    s_time_t next = TIME_NEVER;

    for (struct vcpu *v = run_queue; v; v = v->sched.next)
        if (v != runner && v->sched.u.sedf.slice && v->sched.u.sedf.deadline < next)
            next = v->sched.u.sedf.deadline;
    return next;
}

static struct task_slice sedf_do_schedule(s_time_t now)
{
    struct vcpu *prev = schedule_data[0].curr;
    struct task_slice slice = { schedule_data[0].idle, 0 };
    struct vcpu *next;
    s_time_t limit;

    if (!is_idle_vcpu(prev)) {
        charge(prev, now);
        if (prev->sched.yielded)
            prev->sched.u.sedf.used = prev->sched.u.sedf.slice;     /* it does not want the rest of this period */
        if (vcpu_runnable(prev))
            enqueue(prev);
    }
    for (struct vcpu *v = run_queue; v; v = v->sched.next)
        renew(v, now);
    next = earliest();
    if (next) {
        next->sched.u.sedf.in_extra = false;
        limit = next->sched.u.sedf.slice - next->sched.u.sedf.used;
    } else {
        next = neediest();
        limit = run_queue && run_queue->sched.next ? EXTRA_QUANTUM : SLICE_ALONE;
        if (next) {
            next->sched.u.sedf.in_extra = true;
            if (next->sched.u.sedf.extra_time > extra_virtual_time)
                extra_virtual_time = next->sched.u.sedf.extra_time;
        }
    }
    if (!is_idle_vcpu(prev))
        prev->sched.yielded = false;
    if (next_period(next) != TIME_NEVER) {
        s_time_t until = next_period(next) - now;

        slice.time = next && limit < until ? limit : until;
    } else if (next) {
        slice.time = limit;
    }
    if (slice.time && slice.time < RUN_MIN)
        slice.time = RUN_MIN;
    if (next) {
        run_queue_remove(&run_queue, next);
        next->sched.started = now;
        slice.task = next;
    }
    return slice;
}

static long sedf_adjust(struct vcpu *v, struct dom0_adjustdom *parameters)
{
    uint64_t period = parameters->u.sedf.period;

    if (parameters->direction == SCHED_INFO_GET) {
        parameters->u.sedf.period = (uint64_t)v->sched.u.sedf.period;
        parameters->u.sedf.slice = (uint64_t)v->sched.u.sedf.slice;
        parameters->u.sedf.extratime = v->sched.u.sedf.extratime;
        parameters->u.sedf.weight = v->sched.u.sedf.weight;
        return 0;
    }
    if (period < PERIOD_MIN || period > PERIOD_MAX || parameters->u.sedf.slice > period || !parameters->u.sedf.weight)
        return -EINVAL;
    if (parameters->u.sedf.slice == 0 && !parameters->u.sedf.extratime)
        return -EINVAL;         /* it would never run */
    v->sched.u.sedf.period = (s_time_t)period;
    v->sched.u.sedf.slice = (s_time_t)parameters->u.sedf.slice;
    v->sched.u.sedf.extratime = parameters->u.sedf.extratime != 0;
    v->sched.u.sedf.weight = parameters->u.sedf.weight;
    v->sched.u.sedf.deadline = 0;
    raise_softirq(SCHEDULE_SOFTIRQ);
    return 0;
}

const struct scheduler sched_sedf_def = {
    .name = "Simple EDF",
    .opt_name = "sedf",
    .id = SCHED_SEDF,
    .init_vcpu = sedf_init_vcpu,
    .wake = sedf_wake,
    .sleep = sedf_sleep,
    .do_schedule = sedf_do_schedule,
    .adjust = sedf_adjust,
};
