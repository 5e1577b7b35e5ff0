/* SPDX-License-Identifier: MIT
 * One-shot timers in a heap: arming and firing cost the logarithm of the armed ones. (common/timer.c)
 */
#ifndef __XEN_TIMER_H__
#define __XEN_TIMER_H__

#include <xen/types.h>

struct timer {
    s_time_t expires;
    unsigned int heap_index;    /* 0 = not armed */
    void (*function)(void *data);
    void *data;
};

void init_timer(struct timer *timer, void (*function)(void *), void *data);
void set_timer(struct timer *timer, s_time_t expires);
void stop_timer(struct timer *timer);
void timer_softirq_action(void);

#endif
