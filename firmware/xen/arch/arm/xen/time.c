/* SPDX-License-Identifier: MIT
 *
 * System time, and the one alarm of the board, which always stands at the earliest of all armed timers.
 */
#include <xen/mm.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <asm-arm/arch-goldfish/platform.h>

void timer_interrupt(void);

s_time_t get_s_time(void)
{
    return platform_now();
}

void reprogram_timer(s_time_t earliest)
{
    if (earliest == TIME_NEVER)
        platform_clear_alarm();
    else
        platform_set_alarm(earliest);
}

/* From asm_do_IRQ. The heap of timers is worked off in timer_softirq_action (common/timer.c), which sets the next alarm. */
void timer_interrupt(void)
{
    platform_timer_ack();
    perf_counters.timer_interrupts++;
    raise_softirq(TIMER_SOFTIRQ);
}

/* Publishes the time to a guest: before it runs, and at each tick while it does. Odd version = being written. */
void update_vcpu_time(struct vcpu *v, s_time_t now)
{
    volatile struct vcpu_time_info *time = &v->vcpu_info->time;

    time->version++;
    time->system_time = (uint64_t)now;
    time->version++;
}
