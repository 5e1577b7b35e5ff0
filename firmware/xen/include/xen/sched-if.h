/* SPDX-License-Identifier: MIT
 * What a scheduler (sched_*.c) gives to schedule.c. All of it is called with IRQ masked.
 */
#ifndef __XEN_SCHED_IF_H__
#define __XEN_SCHED_IF_H__

#include <xen/sched.h>
#include <public/dom0_ops.h>

struct task_slice {
    struct vcpu *task;
    s_time_t time;      /* ns until the scheduler wants to be asked again; 0 with the idle vCPU: no need to */
};

struct scheduler {
    const char *name;
    const char *opt_name;                           /* on the command line: sched=... */
    unsigned int id;                                /* SCHED_* */
    void (*init)(void);                             /* may be NULL */
    void (*init_vcpu)(struct vcpu *v);
    void (*wake)(struct vcpu *v, s_time_t now);     /* v has become runnable */
    void (*sleep)(struct vcpu *v);                  /* v is not runnable any more; may be the running one */
    /* Charges the running vCPU for its time and names the next. */
    struct task_slice (*do_schedule)(s_time_t now);
    /* Reads or, when they make sense, sets a vCPU's parameters. */
    long (*adjust)(struct vcpu *v, struct dom0_adjustdom *parameters);
    long (*control)(struct dom0_schedctl *parameters);  /* may be NULL */
};

extern const struct scheduler sched_bvt_def, sched_sedf_def, sched_credit_def;

/* A run queue is a chain through sched.next. */
static inline void run_queue_remove(struct vcpu **queue, struct vcpu *v)
{
    while (*queue != v)
        queue = &(*queue)->sched.next;
    *queue = v->sched.next;
    v->sched.queued = false;
}

/* Charges the running vCPU's time since it was last looked at; ns. */
static inline s_time_t charge_cpu_time(struct vcpu *v, s_time_t now)
{
    s_time_t used = now - v->sched.started;

    v->cpu_time += (uint64_t)used;
    v->sched.started = now;
    return used;
}

/* common/schedule.c */
unsigned int scheduler_id(void);
void scheduler_init_vcpu(struct vcpu *v);
long sched_adjust(struct vcpu *v, struct dom0_adjustdom *parameters);
long sched_control(struct dom0_schedctl *parameters);

#endif
