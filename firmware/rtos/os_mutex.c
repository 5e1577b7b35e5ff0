/* SPDX-License-Identifier: MIT
 *
 * Mutexes whose owner inherits a priority: as soon as somebody of a higher priority waits, the owner runs at the mutex's own one, so
 * that tasks in between cannot keep the waiting one from the CPU. Its own priority (OSTCBBasePrio) stays reserved for it meanwhile.
 */
#include "os_internal.h"

OS_TCB os_reserved;

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
            OSTCBPrioTbl[pip] = &os_reserved;
        }
    }
    OS_EXIT_CRITICAL();
    return event;
}

/* Both the priority that it leaves and the one that it has are taken, whatever happens between. */
static void set_owner_prio(OS_TCB *owner, INT8U prio)
{
    INT8U old = owner->OSTCBPrio;

    if (old == prio)
        return;
    os_set_prio(owner, prio);
    OSTCBPrioTbl[old] = &os_reserved;
}

/* The highest of its own priority and those of the mutexes that it still holds and somebody higher waits for. */
static void settle(OS_TCB *owner)
{
    INT8U prio = owner->OSTCBBasePrio;

    for (unsigned i = 0; i < OS_MAX_EVENTS; i++) {
        const OS_EVENT *event = &os_events[i];

        if (event->OSEventType == OS_EVENT_TYPE_MUTEX && event->OSEventPtr == owner && !prios_is_empty(&event->OSEventWait) &&
            prios_first(&event->OSEventWait) < owner->OSTCBBasePrio && event->OSEventPip < prio)
            prio = event->OSEventPip;
    }
    set_owner_prio(owner, prio);
}

/* It goes to who waits for it with the highest priority, or is free. */
static void pass_on(OS_EVENT *event)
{
    OS_TCB *owner = event->OSEventPtr, *next;

    event->OSEventPtr = NULL;
    settle(owner);
    next = os_event_wake(event, NULL);
    event->OSEventPtr = next;
    if (next)
        settle(next);
}

void os_mutex_owner_ended(OS_TCB *tcb)
{
    for (unsigned i = 0; i < OS_MAX_EVENTS; i++)
        if (os_events[i].OSEventType == OS_EVENT_TYPE_MUTEX && os_events[i].OSEventPtr == tcb)
            pass_on(&os_events[i]);
}

void OSMutexPend(OS_EVENT *event, INT16U timeout, INT8U *err)
{
    OS_ENTER_CRITICAL();
    *err = os_pend_check(event, OS_EVENT_TYPE_MUTEX);
    if (!*err && !event->OSEventPtr) {
        event->OSEventPtr = OSTCBCur;
    } else if (!*err) {
        OS_TCB *owner = event->OSEventPtr;

        if (OSTCBCur->OSTCBPrio < owner->OSTCBPrio && event->OSEventPip < owner->OSTCBPrio)
            set_owner_prio(owner, event->OSEventPip);
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
        event->OSEventPtr = OSTCBCur;
        taken = 1;
    }
    OS_EXIT_CRITICAL();
    return taken;
}

INT8U OSMutexPost(OS_EVENT *event)
{
    OS_ENTER_CRITICAL();
    INT8U err = OSIntNesting ? OS_ERR_NOT_MUTEX_OWNER : os_event_check(event, OS_EVENT_TYPE_MUTEX);
    if (!err && event->OSEventPtr != OSTCBCur)
        err = OS_ERR_NOT_MUTEX_OWNER;
    if (!err) {
        pass_on(event);
        os_sched();
    }
    OS_EXIT_CRITICAL();
    return err;
}

/* The owner loses it as well; its priority is anybody's again. */
OS_EVENT *OSMutexDel(OS_EVENT *event, INT8U opt, INT8U *err)
{
    OS_ENTER_CRITICAL();
    if (!os_event_check(event, OS_EVENT_TYPE_MUTEX) && !OSIntNesting && event->OSEventPtr &&
        (opt == OS_DEL_ALWAYS || (opt == OS_DEL_NO_PEND && prios_is_empty(&event->OSEventWait)))) {
        OS_TCB *owner = event->OSEventPtr;

        event->OSEventPtr = NULL;
        settle(owner);
    }
    INT8U pip = event ? event->OSEventPip : 0;
    OSLockNesting++;                /* nobody else runs before the priority is given back */
    event = os_event_delete(event, OS_EVENT_TYPE_MUTEX, opt, err);
    if (!*err)
        OSTCBPrioTbl[pip] = NULL;
    OSLockNesting--;
    os_sched();
    OS_EXIT_CRITICAL();
    return event;
}
