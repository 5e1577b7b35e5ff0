/* SPDX-License-Identifier: MIT
 *
 * Borrowed virtual time (Duda and Cheriton, SOSP 1999), the default scheduler: each vCPU has an actual virtual time that
 * grows while it runs, mcu_advance units per ns; whoever has the smallest runs next. With equal advances all that want
 * the CPU get equal shares. A vCPU that wakes starts at the virtual time of those that ran meanwhile, so sleeping saves
 * up nothing; nor does yielding. If it is behind the running one, it takes the CPU at once; if not, the running one may get
 * ahead of it by the context allowance first, as of everybody who waits.
 *
 * The run queue holds runnable vCPUs other than the running one, smallest first: idle domains cost nothing.
 */
#include <xen/lib.h>
#include <xen/sched-if.h>
#include <xen/softirq.h>
#include <xen/time.h>

#define MCU_ADVANCE         10
#define MCU_ADVANCE_MAX     1000
#define CONTEXT_ALLOWANCE   MILLISECS(5)    /* by how much the running one may get ahead before it must give way */
#define SLICE_MIN           MICROSECS(100)
#define SLICE_ALONE         MILLISECS(50)

static struct vcpu *run_queue;
static int64_t system_virtual_time;         /* smallest avt of the runnable; never goes back */
static s_time_t context_allowance = CONTEXT_ALLOWANCE;

static void enqueue(struct vcpu *v)
{
    struct vcpu **link = &run_queue;

    while (*link && (*link)->sched.u.bvt.avt <= v->sched.u.bvt.avt)
        link = &(*link)->sched.next;
    v->sched.next = *link;
    *link = v;
    v->sched.queued = true;
}

static int64_t avt_now(const struct vcpu *v, s_time_t now)
{
    return v->sched.u.bvt.avt + (now - v->sched.started) * v->sched.u.bvt.mcu_advance;
}

static void bvt_init_vcpu(struct vcpu *v)
{
    v->sched.u.bvt.avt = system_virtual_time;
    v->sched.u.bvt.mcu_advance = MCU_ADVANCE;
}

/* How long `next` may run until the one behind it has waited long enough. */
static s_time_t slice_of(const struct vcpu *next)
{
    s_time_t slice = SLICE_ALONE;

    if (run_queue) {
        int64_t lead = run_queue->sched.u.bvt.avt - next->sched.u.bvt.avt;

        slice = (lead > 0 ? (s_time_t)divide64((uint64_t)lead, next->sched.u.bvt.mcu_advance) : 0) + context_allowance;
    }
    return slice < SLICE_MIN ? SLICE_MIN : slice;
}

/* From vcpu_wake, IRQ masked: v wants the CPU again. */
static void bvt_wake(struct vcpu *v, s_time_t now)
{
    struct schedule_data *sd = &schedule_data[0];
    struct vcpu *curr = sd->curr;

    if (v->sched.queued || v == curr)
        return;
    if (v->sched.u.bvt.avt < system_virtual_time)
        v->sched.u.bvt.avt = system_virtual_time;
    enqueue(v);
    if (is_idle_vcpu(curr) || v->sched.u.bvt.avt < avt_now(curr, now)) {
        raise_softirq(SCHEDULE_SOFTIRQ);
        return;
    }
    /* The running one's slice was measured against whoever waited then; when nobody did, it is ten times as long. */
    if (run_queue == v && curr->sched.started + slice_of(curr) < sd->s_timer.expires)
        set_timer(&sd->s_timer, curr->sched.started + slice_of(curr));
}

static void bvt_sleep(struct vcpu *v)
{
    if (v->sched.queued)
        run_queue_remove(&run_queue, v);
    else if (v == schedule_data[0].curr)
        raise_softirq(SCHEDULE_SOFTIRQ);
}

static struct task_slice bvt_do_schedule(s_time_t now)
{
    struct vcpu *prev = schedule_data[0].curr;
    struct task_slice slice = { schedule_data[0].idle, 0 };
    struct vcpu *next;

    if (!is_idle_vcpu(prev)) {
        prev->sched.u.bvt.avt = avt_now(prev, now);
        charge_cpu_time(prev, now);
        if (prev->sched.yielded && run_queue && prev->sched.u.bvt.avt < run_queue->sched.u.bvt.avt)
            prev->sched.u.bvt.avt = run_queue->sched.u.bvt.avt;     /* one other goes first; like sleeping, that saves up nothing */
        prev->sched.yielded = false;
        if (vcpu_runnable(prev))
            enqueue(prev);
    }
    next = run_queue;
    if (!next)
        return slice;
    if (next->sched.u.bvt.avt > system_virtual_time)
        system_virtual_time = next->sched.u.bvt.avt;
    run_queue_remove(&run_queue, next);
    next->sched.started = now;
    slice.task = next;
    slice.time = slice_of(next);
    return slice;
}

static long bvt_adjust(struct vcpu *v, struct dom0_adjustdom *parameters)
{
    uint32_t advance = parameters->u.bvt.mcu_advance;

    if (parameters->direction == SCHED_INFO_GET) {
        parameters->u.bvt.mcu_advance = v->sched.u.bvt.mcu_advance;
        return 0;
    }
    if (advance == 0 || advance > MCU_ADVANCE_MAX)
        return -EINVAL;
    if (v == schedule_data[0].curr) {
        /* what it has used so far is charged at the old rate */
        s_time_t now = NOW();

        v->sched.u.bvt.avt = avt_now(v, now);
        charge_cpu_time(v, now);
    }
    v->sched.u.bvt.mcu_advance = advance;
    return 0;
}

static long bvt_control(struct dom0_schedctl *parameters)
{
    if (parameters->direction == SCHED_INFO_GET) {
        parameters->ctx_allow = (uint32_t)context_allowance;
        return 0;
    }
    if (parameters->ctx_allow < SLICE_MIN || parameters->ctx_allow > SLICE_ALONE)
        return -EINVAL;
    context_allowance = parameters->ctx_allow;
    return 0;
}

const struct scheduler sched_bvt_def = {
    .name = "Borrowed Virtual Time",
    .opt_name = "bvt",
    .id = SCHED_BVT,
    .init_vcpu = bvt_init_vcpu,
    .wake = bvt_wake,
    .sleep = bvt_sleep,
    .do_schedule = bvt_do_schedule,
    .adjust = bvt_adjust,
    .control = bvt_control,
};
