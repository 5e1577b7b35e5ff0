/* SPDX-License-Identifier: MIT
 *
 * Scheduling, whatever the policy: the running vCPU, its slice and tick, sleeping and waking, and the hypercalls
 * sched_op, sched_op_compat, set_timer_op and vcpu_op.
 *
 *   a slice ends (s_timer), a vCPU wakes or sleeps or yields -> raise_softirq(SCHEDULE_SOFTIRQ)
 *   -> on the way back to the guest: schedule -> do_schedule of the policy (sched_*.c) -> context_switch (arch_domain.c)
 */
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/sched-if.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <public/vcpu.h>
#include <asm-arm/system.h>

struct schedule_data schedule_data[NR_CPUS];

static const struct scheduler *const schedulers[] = { &sched_bvt_def, &sched_sedf_def, &sched_credit_def };
static const struct scheduler *ops = &sched_bvt_def;

static void slice_ended(void *unused)
{
    (void)unused;
    raise_softirq(SCHEDULE_SOFTIRQ);
}

/* HZ times a second while a guest runs: it learns the time and, if it has bound VIRQ_TIMER, that a tick has passed. */
static void tick(void *unused)
{
    struct vcpu *v = schedule_data[0].curr;

    (void)unused;
    schedule_data[0].tick++;
    if (is_idle_vcpu(v))
        return;                         /* context_switch starts it again */
    update_vcpu_time(v, NOW());
    send_guest_virq(v, VIRQ_TIMER);
    set_timer(&schedule_data[0].tick_timer, schedule_data[0].tick_timer.expires + MILLISECS(1000 / HZ));
}

void scheduler_init(const char *name)
{
    bool found = *name == '\0';

    for (unsigned int i = 0; i < ARRAY_SIZE(schedulers); i++)
        if (strcmp(name, schedulers[i]->opt_name) == 0) {
            ops = schedulers[i];
            found = true;
        }
    if (!found)
        printk("(XEN) There is no scheduler \"%s\": use sched=bvt, sched=sedf or sched=credit\n", name);
    schedule_data[0].curr = schedule_data[0].idle = &idle_vcpu;
    init_timer(&schedule_data[0].s_timer, slice_ended, NULL);
    init_timer(&schedule_data[0].tick_timer, tick, NULL);
    if (ops->init)
        ops->init();
    printk("(XEN) Using scheduler: %s (%s)\n", ops->name, ops->opt_name);
}

unsigned int scheduler_id(void)
{
    return ops->id;
}

void scheduler_init_vcpu(struct vcpu *v)
{
    ops->init_vcpu(v);
}

/* -EINVAL also when the caller thinks that another scheduler is in use. */
long sched_adjust(struct vcpu *v, struct dom0_adjustdom *parameters)
{
    unsigned long psr;
    long result;

    if (parameters->sched_id != ops->id || parameters->direction > SCHED_INFO_GET)
        return -EINVAL;
    psr = local_irq_save();
    result = ops->adjust(v, parameters);
    local_irq_restore(psr);
    return result;
}

long sched_control(struct dom0_schedctl *parameters)
{
    if (parameters->sched_id != ops->id || parameters->direction > SCHED_INFO_GET)
        return -EINVAL;
    return ops->control ? ops->control(parameters) : -ENOSYS;
}

/*
 * SCHEDULE_SOFTIRQ: gives the CPU to whom the policy names. Runs on the hypervisor stack of the vCPU that loses the CPU;
 * that vCPU comes back out of context_switch when it is chosen again.
 */
void schedule(void)
{
    struct schedule_data *sd = &schedule_data[0];
    unsigned long psr = local_irq_save();
    struct vcpu *prev = sd->curr;
    s_time_t now = NOW();
    struct task_slice slice;
    struct vcpu *next;

    if (acm_active && !is_idle_vcpu(prev))
        acm_charge_cpu(prev, now);
    slice = ops->do_schedule(now);
    next = slice.task;
    if (acm_active && !is_idle_vcpu(next))
        slice.time = acm_limit_slice(next, slice.time, now);
    if (slice.time)
        set_timer(&sd->s_timer, now + slice.time);
    else
        stop_timer(&sd->s_timer);
    if (!is_idle_vcpu(next)) {
        if (!sd->tick_timer.heap_index)
            set_timer(&sd->tick_timer, now + MILLISECS(1000 / HZ));
    }
    if (next != prev) {
        sd->curr = next;
        prev->vcpu_flags &= ~VCPUF_running;
        next->vcpu_flags |= VCPUF_running;
        if (!is_idle_vcpu(next))
            update_vcpu_time(next, now);
        context_switch(prev, next);
    }
    local_irq_restore(psr);
}

void vcpu_sleep(struct vcpu *v)
{
    unsigned long psr = local_irq_save();

    ops->sleep(v);
    local_irq_restore(psr);
}

void vcpu_wake(struct vcpu *v)
{
    unsigned long psr = local_irq_save();

    if (vcpu_runnable(v))
        ops->wake(v, NOW());
    local_irq_restore(psr);
}

/* An event has become pending for a blocked vCPU. */
void vcpu_unblock(struct vcpu *v)
{
    if (!(v->vcpu_flags & VCPUF_blocked))
        return;
    v->vcpu_flags &= ~(VCPUF_blocked | VCPUF_polling);
    stop_timer(&v->poll_timer);
    vcpu_wake(v);
}

/* The idle vCPU: sleeps until an interrupt leaves something to do. IRQ is masked from the test to the sleep, so that no
 * interrupt is slept through; it ends the sleep even while masked. */
void idle_loop(void)
{
    for (;;) {
        local_irq_disable();
        if (!softirq_pending)
            wait_for_interrupt();
        local_irq_enable();
        do_softirq();
    }
}

/* ------------------------------------------------------------------------------------------------------- hypercalls */

static void do_yield(struct vcpu *v)
{
    v->sched.yielded = true;
    raise_softirq(SCHEDULE_SOFTIRQ);
}

/* Opens the upcall mask and sleeps in one step, so that no event is lost in between. */
static void do_block(struct vcpu *v)
{
    v->vcpu_info->evtchn_upcall_mask = 0;
    if (v->vcpu_info->evtchn_upcall_pending)
        return;
    v->vcpu_flags |= VCPUF_blocked;
    vcpu_sleep(v);
}

static long do_poll(struct vcpu *v, const struct sched_poll *poll)
{
    struct shared_info *shared = v->domain->shared_info;

    if (poll->nr_ports > SCHED_POLL_MAX_PORTS)
        return -EINVAL;
    v->vcpu_flags |= VCPUF_blocked | VCPUF_polling;
    for (unsigned int i = 0; i < poll->nr_ports; i++) {
        evtchn_port_t port;
        long error = 0;

        if (copy_from_guest(&port, poll->ports + i))
            error = -EFAULT;
        else if (port >= NR_EVENT_CHANNELS)
            error = -EINVAL;
        if (error || (shared->evtchn_pending[port / 32] & (1UL << (port % 32)))) {
            v->vcpu_flags &= ~(VCPUF_blocked | VCPUF_polling);
            return error;
        }
    }
    if (poll->timeout)
        set_timer(&v->poll_timer, (s_time_t)poll->timeout);
    vcpu_sleep(v);
    return 0;
}

/* r0 = operation, r1 = its argument itself. */
long do_sched_op_compat(int cmd, unsigned long value)
{
    switch (cmd) {
    case SCHEDOP_yield:
        do_yield(current);
        return 0;
    case SCHEDOP_block:
        do_block(current);
        return 0;
    case SCHEDOP_shutdown:
        domain_shutdown(current->domain, (unsigned int)value);
        return 0;
    default:
        return -ENOSYS;
    }
}

/* r0 = operation, r1 = address of its structure (sched.h). */
long do_sched_op(int cmd, void *arg)
{
    switch (cmd) {
    case SCHEDOP_shutdown: {
        struct sched_shutdown request;

        if (copy_from_guest(&request, (struct sched_shutdown *)arg))
            return -EFAULT;
        domain_shutdown(current->domain, request.reason);
        return 0;
    }
    case SCHEDOP_poll: {
        struct sched_poll poll;

        if (copy_from_guest(&poll, (struct sched_poll *)arg))
            return -EFAULT;
        return do_poll(current, &poll);
    }
    case SCHEDOP_yield:
    case SCHEDOP_block:
        return do_sched_op_compat(cmd, 0);
    default:
        return -ENOSYS;
    }
}

/* r0:r1 = system time in ns at which VIRQ_TIMER is wanted, once; 0 = never mind. */
long do_set_timer_op(s_time_t timeout)
{
    struct vcpu *v = current;

    if (timeout <= 0)
        stop_timer(&v->timer);
    else
        set_timer(&v->timer, timeout);
    return 0;
}

/* r0 = where to write the ns since boot. */
long do_get_system_time(uint64_t *result)
{
    uint64_t now = (uint64_t)NOW();

    return copy_to_guest(result, &now) ? -EFAULT : 0;
}

/* r0 = operation, r1 = vCPU, of which there is only number 0, r2 = address of its structure (vcpu.h). */
long do_vcpu_op(int cmd, int vcpuid, void *arg)
{
    struct vcpu *v = current;

    if (vcpuid < 0 || vcpuid >= MAX_VIRT_CPUS)
        return -EINVAL;
    switch (cmd) {
    case VCPUOP_initialise:
        return -EEXIST;
    case VCPUOP_up:
        return 0;
    case VCPUOP_down:
        v->vcpu_flags |= VCPUF_down;
        vcpu_sleep(v);
        return 0;
    case VCPUOP_is_up:
        return !(v->vcpu_flags & VCPUF_down);
    case VCPUOP_get_runstate_info: {
        struct vcpu_runstate_info info;

        memset(&info, 0, sizeof(info));
        info.state = RUNSTATE_running;
        info.state_entry_time = (uint64_t)v->sched.started;
        info.time[RUNSTATE_running] = v->cpu_time + (uint64_t)(NOW() - v->sched.started);
        return copy_to_guest((struct vcpu_runstate_info *)arg, &info) ? -EFAULT : 0;
    }
    default:
        return -ENOSYS;
    }
}
