/* SPDX-License-Identifier: MIT
 * What a scheduler (sched_*.c) gives to schedule.c.
 */
#ifndef __XEN_SCHED_IF_H__
#define __XEN_SCHED_IF_H__

#include <xen/sched.h>

struct task_slice {
    struct vcpu *task;
    s_time_t time;      /* ns that it may run */
};

struct scheduler {
    const char *name;
    const char *opt_name;                           /* on the command line: sched=... */
    void (*wake)(struct vcpu *v, s_time_t now);     /* v has become runnable */
    void (*sleep)(struct vcpu *v);                  /* v is not runnable any more; may be the running one */
    /* Charges the running vCPU for its time and names the next. */
    struct task_slice (*do_schedule)(s_time_t now);
};

extern const struct scheduler sched_bvt_def;

#endif
