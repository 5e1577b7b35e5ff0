/* SPDX-License-Identifier: MIT
 *
 * Mutexes whose owner inherits a priority: as soon as somebody of a higher priority waits, the owner runs at the mutex's own one, so
 * that tasks in between cannot keep the waiting one from the CPU. OSEventCnt keeps the owner's own priority meanwhile.
 */
#include "os_internal.h"

/* Marks the inherited priority as taken. Never run, never waited for. */
static OS_TCB reserved;

OS_EVENT *OSMutexCreate(INT8U pip, INT8U *err)
{
    OS_EVENT *event = NULL;

    OS_ENTER_CRITICAL();
    if (pip >= OS_LOWEST_PRIO)
        *err = OS_PRIO_INVALID;
    else if (OSIntNesting)
        *err = OS_ERR_CREATE_ISR;
    else if (OSTCBPrioTbl[pip])
        *err = OS_PRIO_EXIST;
    else {
        event = os_event_create(OS_EVENT_TYPE_MUTEX, 0, NULL);
        *err = event ? OS_NO_ERR : OS_ERR_PEVENT_NULL;
        if (event) {
            event->OSEventPip = pip;
            OSTCBPrioTbl[pip] = &reserved;
        }
    }
    OS_EXIT_CRITICAL();
    return event;
}

static void take(OS_EVENT *event, OS_TCB *tcb)
{
    event->OSEventPtr = tcb;
    event->OSEventCnt = tcb->OSTCBPrio;
}

void OSMutexPend(OS_EVENT *event, INT16U timeout, INT8U *err)
{
    OS_ENTER_CRITICAL();
    *err = OSIntNesting ? OS_ERR_PEND_ISR : os_event_check(event, OS_EVENT_TYPE_MUTEX);
    if (!*err && !event->OSEventPtr) {
        take(event, OSTCBCur);
    } else if (!*err) {
        OS_TCB *owner = event->OSEventPtr;

        if (owner->OSTCBPrio != event->OSEventPip && OSTCBCur->OSTCBPrio < owner->OSTCBPrio)
            os_set_prio(owner, event->OSEventPip);
        *err = os_event_wait(event, OS_STAT_MUTEX, timeout);
    }
    OS_EXIT_CRITICAL();
}

INT8U OSMutexAccept(OS_EVENT *event, INT8U *err)
{
    INT8U taken = 0;

    OS_ENTER_CRITICAL();
    *err = OSIntNesting ? OS_ERR_PEND_ISR : os_event_check(event, OS_EVENT_TYPE_MUTEX);
    if (!*err && !event->OSEventPtr) {
        take(event, OSTCBCur);
        taken = 1;
    }
    OS_EXIT_CRITICAL();
    return taken;
}

/* The owner is again what it was; its inherited priority stays the mutex's. */
static void lower(OS_EVENT *event, OS_TCB *owner)
{
    if (owner->OSTCBPrio != event->OSEventPip)
        return;
    os_set_prio(owner, (INT8U)event->OSEventCnt);
    OSTCBPrioTbl[event->OSEventPip] = &reserved;
}

INT8U OSMutexPost(OS_EVENT *event)
{
    OS_ENTER_CRITICAL();
    INT8U err = OSIntNesting ? OS_ERR_NOT_MUTEX_OWNER : os_event_check(event, OS_EVENT_TYPE_MUTEX);
    if (!err && event->OSEventPtr != OSTCBCur)
        err = OS_ERR_NOT_MUTEX_OWNER;
    if (!err) {
        OS_TCB *next;

        lower(event, OSTCBCur);
        next = os_event_wake(event, NULL);
        event->OSEventPtr = NULL;
        if (next)
            take(event, next);
        os_sched();
    }
    OS_EXIT_CRITICAL();
    return err;
}

OS_EVENT *OSMutexDel(OS_EVENT *event, INT8U opt, INT8U *err)
{
    OS_ENTER_CRITICAL();
    if (!os_event_check(event, OS_EVENT_TYPE_MUTEX) && opt == OS_DEL_ALWAYS && event->OSEventPtr)
        lower(event, event->OSEventPtr);
    INT8U pip = event ? event->OSEventPip : 0;
    event = os_event_delete(event, OS_EVENT_TYPE_MUTEX, opt, err);
    if (!*err)
        OSTCBPrioTbl[pip] = NULL;
    OS_EXIT_CRITICAL();
    return event;
}
