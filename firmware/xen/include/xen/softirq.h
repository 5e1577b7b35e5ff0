/* SPDX-License-Identifier: MIT
 * Work that an interrupt leaves for the way back to the guest (ret_to_user) or for the idle loop. (common/softirq.c)
 */
#ifndef __XEN_SOFTIRQ_H__
#define __XEN_SOFTIRQ_H__

#define TIMER_SOFTIRQ       0
#define SCHEDULE_SOFTIRQ    1

extern volatile unsigned long softirq_pending;
void raise_softirq(unsigned int number);
void do_softirq(void);

#endif
