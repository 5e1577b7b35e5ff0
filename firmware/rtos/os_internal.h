/* SPDX-License-Identifier: MIT
 *
 * What the parts of the kernel share, and applications do not see. All of it is called inside of a critical section.
 */
#ifndef RTOS_OS_INTERNAL_H
#define RTOS_OS_INTERNAL_H

#include "os.h"

static inline void prios_add(OS_PRIOS *set, INT8U prio)
{
    set->word[prio >> 5] |= 0x80000000u >> (prio & 31);
}

static inline void prios_remove(OS_PRIOS *set, INT8U prio)
{
    set->word[prio >> 5] &= ~(0x80000000u >> (prio & 31));
}

static inline int prios_is_empty(const OS_PRIOS *set)
{
    return (set->word[0] | set->word[1]) == 0;
}

/* The highest priority in a set that is not empty. */
static inline INT8U prios_first(const OS_PRIOS *set)
{
    return (INT8U)(set->word[0] ? __builtin_clz(set->word[0]) : 32 + __builtin_clz(set->word[1]));
}

/* os_core.c */
extern OS_PRIOS OSRdy;                      /* the tasks that can run, the running one among them */
/* The task of this priority, OS_PRIO_SELF being the running one; a null pointer when there is none. */
OS_TCB *os_task_of(INT8U prio);
/* Goes on in the ready task with the highest priority, if that is not the running one; leaves and enters nothing else. */
void os_sched(void);
/* Marks the inherited priorities of mutexes as taken: no task, though it stands in OSTCBPrioTbl. */
extern OS_TCB os_reserved;
/* May the running code wait? OS_NO_ERR, or why not. */
INT8U os_may_wait(void);
/* A task ends: what it holds goes to who waits for it, or is free. (os_mutex.c) */
void os_mutex_owner_ended(OS_TCB *tcb);
/* The task has another priority from now on: in the ready list, and wherever it waits. */
void os_set_prio(OS_TCB *tcb, INT8U prio);

/* os_event.c */
extern OS_EVENT os_events[OS_MAX_EVENTS];
OS_EVENT *os_event_create(INT8U type, INT16U count, void *pointer);
INT8U os_event_check(const OS_EVENT *event, INT8U type);
/* The same for who may have to wait. */
INT8U os_pend_check(const OS_EVENT *event, INT8U type);
/* Lets the running task wait; 0 when it has got what it waits for (its message in OSTCBMsg), else OS_TIMEOUT. */
INT8U os_event_wait(OS_EVENT *event, INT8U stat, INT16U timeout);
/* The waiting task of the highest priority gets this message and goes on; which, or a null pointer. */
OS_TCB *os_event_wake(OS_EVENT *event, void *message);
OS_EVENT *os_event_delete(OS_EVENT *event, INT8U type, INT8U opt, INT8U *err);
/* A wait, or a delay, is over. Ready again unless suspended. */
void os_end_wait(OS_TCB *tcb, BOOLEAN timeout);

/* os_cpu.c, os_cpu.S */
OS_STK *os_initial_stack(void (*task)(void *), void *data, OS_STK *top);
void os_switch(OS_TCB *from, OS_TCB *to);
void os_first(OS_TCB *to) __attribute__((noreturn));
void os_start_ticks(void);
void os_idle(void *data);

#endif
