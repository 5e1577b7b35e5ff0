/* SPDX-License-Identifier: MIT
 *
 * Time under the hypervisor: its system time, the wall clock of the shared info, and the one-shot timer of set_timer_op. That timer
 * comes as VIRQ_TIMER, as the ticks do.
 */
#include "guest.h"
#include "kernel.h"
#include "platform.h"
#include "timer.h"

uint64_t platform_time_ns(void)
{
    return hypervisor_system_time();
}

/*
 * The shared info says what the wall clock was when system time was 0. wc_version is odd while the hypervisor writes, and another one
 * afterwards: then the reading is done again.
 */
int platform_wall_clock_ns(uint64_t *ns)
{
    const volatile struct shared_info *shared = shared_info;
    uint32_t version, seconds, nanoseconds;

    do {
        version = shared->wc_version;
        seconds = shared->wc_sec;
        nanoseconds = shared->wc_nsec;
    } while (version & 1 || version != shared->wc_version);
    *ns = seconds * NS_PER_SECOND + nanoseconds + hypervisor_system_time();
    return version != 0;
}

static void tick_or_alarm(evtchn_port_t port)
{
    (void)port;
    if (!kernel_alarm())
        kernel_tick();
}

void platform_set_alarm(uint64_t at_ns)
{
    static int is_ours;

    if (!is_ours) {
        is_ours = 1;
        if (guest_timer_port < 0)
            guest_timer_port = events_bind_virq(VIRQ_TIMER, tick_or_alarm);
        else
            events_listen((evtchn_port_t)guest_timer_port, tick_or_alarm);
    }
    hypervisor_set_timer_op(at_ns);
}
