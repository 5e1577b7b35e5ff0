/* SPDX-License-Identifier: MIT
 *
 * Borrowed virtual time (Duda and Cheriton, SOSP 1999), the default scheduler: each vCPU has an actual virtual time that
 * grows while it runs; whoever has the smallest runs next. With equal weights all that want the CPU get equal shares.
 * A vCPU that wakes starts at the virtual time of those that ran meanwhile, so sleeping saves up nothing.
 *
 * The run queue holds runnable vCPUs other than the running one, smallest first: idle domains cost nothing.
 */
#include <xen/sched-if.h>
#include <xen/softirq.h>
#include <xen/time.h>

#define CONTEXT_ALLOWANCE   MILLISECS(5)    /* by how much the running one may get ahead before it must give way */
#define SLICE_MIN           MICROSECS(100)
#define SLICE_ALONE         MILLISECS(50)

static struct vcpu *run_queue;
static int64_t system_virtual_time;         /* smallest avt of the runnable; never goes back */

static void enqueue(struct vcpu *v)
{
    struct vcpu **link = &run_queue;

    while (*link && (*link)->sched.avt <= v->sched.avt)
        link = &(*link)->sched.next;
    v->sched.next = *link;
    *link = v;
    v->sched.queued = true;
}

static void dequeue(struct vcpu *v)
{
    struct vcpu **link = &run_queue;

    while (*link != v)
        link = &(*link)->sched.next;
    *link = v->sched.next;
    v->sched.queued = false;
}

static int64_t avt_now(const struct vcpu *v, s_time_t now)
{
    return v->sched.avt + (now - v->sched.started);
}

static void bvt_wake(struct vcpu *v, s_time_t now)
{
    struct vcpu *curr = schedule_data[0].curr;

    if (v->sched.queued || v == curr)
        return;
    if (v->sched.avt < system_virtual_time)
        v->sched.avt = system_virtual_time;
    enqueue(v);
    if (is_idle_vcpu(curr) || v->sched.avt < avt_now(curr, now))
        raise_softirq(SCHEDULE_SOFTIRQ);
}

static void bvt_sleep(struct vcpu *v)
{
    if (v->sched.queued)
        dequeue(v);
    else if (v == schedule_data[0].curr)
        raise_softirq(SCHEDULE_SOFTIRQ);
}

static struct task_slice bvt_do_schedule(s_time_t now)
{
    struct vcpu *prev = schedule_data[0].curr;
    struct vcpu *next;
    struct task_slice slice;

    if (!is_idle_vcpu(prev)) {
        prev->cpu_time += (uint64_t)(now - prev->sched.started);
        prev->sched.avt = avt_now(prev, now);
        prev->sched.started = now;
        if (vcpu_runnable(prev))
            enqueue(prev);
    }
    next = run_queue;
    if (next && next->sched.yielded && next->sched.next)
        next = next->sched.next;        /* whoever yields lets one other go first */
    if (!is_idle_vcpu(prev))
        prev->sched.yielded = false;
    if (!next) {
        slice.task = schedule_data[0].idle;
        slice.time = 0;
        return slice;
    }
    if (run_queue->sched.avt > system_virtual_time)
        system_virtual_time = run_queue->sched.avt;
    dequeue(next);
    next->sched.started = now;
    slice.task = next;
    slice.time = run_queue ? run_queue->sched.avt - next->sched.avt + CONTEXT_ALLOWANCE : SLICE_ALONE;
    if (slice.time < SLICE_MIN)
        slice.time = SLICE_MIN;
    return slice;
}

const struct scheduler sched_bvt_def = {
    .name = "Borrowed Virtual Time",
    .opt_name = "bvt",
    .wake = bvt_wake,
    .sleep = bvt_sleep,
    .do_schedule = bvt_do_schedule,
};
