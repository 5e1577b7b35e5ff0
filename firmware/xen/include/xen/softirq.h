/* SPDX-License-Identifier: MIT
 * Work that an interrupt leaves for the way back to the guest (ret_to_user) or for the idle loop. (common/softirq.c)
 */
#ifndef __XEN_SOFTIRQ_H__
#define __XEN_SOFTIRQ_H__

#include <xen/types.h>

#define TIMER_SOFTIRQ       0
#define SCHEDULE_SOFTIRQ    1

extern volatile unsigned long softirq_pending;
void raise_softirq(unsigned int number);
void do_softirq(void);

/*
 * Between two elements of a hypercall's batch, when nothing is half done: whoever is due runs first, so that no guest keeps the
 * CPU with one hypercall. True when others may have run: what was checked in the guest's memory before may not be there any more.
 */
static inline bool preempted(void)
{
    if (!softirq_pending)
        return false;
    do_softirq();
    return true;
}

#endif
