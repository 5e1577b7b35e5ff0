/* SPDX-License-Identifier: MIT
 *
 * What semaphores, mutexes, mailboxes and queues have in common: a task waits, somebody wakes the one of the highest priority, or
 * its time is over.
 */
#include "os_internal.h"

#include "lib.h"

OS_EVENT os_events[OS_MAX_EVENTS];

OS_EVENT *os_event_create(INT8U type, INT16U count, void *pointer)
{
    for (unsigned i = 0; i < OS_MAX_EVENTS && !OSIntNesting; i++)
        if (os_events[i].OSEventType == OS_EVENT_TYPE_UNUSED) {
            memset(&os_events[i], 0, sizeof os_events[i]);
            os_events[i].OSEventType = type;
            os_events[i].OSEventCnt = count;
            os_events[i].OSEventPtr = pointer;
            return &os_events[i];
        }
    return NULL;
}

INT8U os_event_check(const OS_EVENT *event, INT8U type)
{
    if (!event)
        return OS_ERR_PEVENT_NULL;
    return event->OSEventType == type ? OS_NO_ERR : OS_ERR_EVENT_TYPE;
}

INT8U os_pend_check(const OS_EVENT *event, INT8U type)
{
    INT8U err = os_may_wait();

    return err ? err : os_event_check(event, type);
}

void os_end_wait(OS_TCB *tcb, BOOLEAN timeout)
{
    if (tcb->OSTCBEventPtr)
        prios_remove(&tcb->OSTCBEventPtr->OSEventWait, tcb->OSTCBPrio);
    if (tcb->OSTCBFlagGrp)
        prios_remove(&tcb->OSTCBFlagGrp->OSFlagWait, tcb->OSTCBPrio);
    tcb->OSTCBEventPtr = NULL;
    tcb->OSTCBFlagGrp = NULL;
    tcb->OSTCBDly = 0;
    tcb->OSTCBPendTO = timeout;
    tcb->OSTCBStat &= OS_STAT_SUSPEND;
    if (!tcb->OSTCBStat)
        prios_add(&OSRdy, tcb->OSTCBPrio);
}

INT8U os_event_wait(OS_EVENT *event, INT8U stat, INT16U timeout)
{
    OSTCBCur->OSTCBStat |= stat;
    OSTCBCur->OSTCBDly = timeout;
    OSTCBCur->OSTCBEventPtr = event;
    OSTCBCur->OSTCBMsg = NULL;
    OSTCBCur->OSTCBPendTO = OS_FALSE;
    prios_add(&event->OSEventWait, OSTCBCur->OSTCBPrio);
    prios_remove(&OSRdy, OSTCBCur->OSTCBPrio);
    os_sched();
    return OSTCBCur->OSTCBPendTO ? OS_TIMEOUT : OS_NO_ERR;
}

OS_TCB *os_event_wake(OS_EVENT *event, void *message)
{
    OS_TCB *tcb;

    if (prios_is_empty(&event->OSEventWait))
        return NULL;
    tcb = OSTCBPrioTbl[prios_first(&event->OSEventWait)];
    tcb->OSTCBMsg = message;
    os_end_wait(tcb, OS_FALSE);
    return tcb;
}

OS_EVENT *os_event_delete(OS_EVENT *event, INT8U type, INT8U opt, INT8U *err)
{
    *err = OSIntNesting ? OS_ERR_DEL_ISR : os_event_check(event, type);
    if (*err)
        return event;
    if (opt > OS_DEL_ALWAYS)
        *err = OS_ERR_INVALID_OPT;
    else if (opt == OS_DEL_NO_PEND && !prios_is_empty(&event->OSEventWait))
        *err = OS_ERR_TASK_WAITING;
    if (*err)
        return event;
    while (os_event_wake(event, NULL))
        ;
    event->OSEventType = OS_EVENT_TYPE_UNUSED;
    os_sched();
    return NULL;
}
