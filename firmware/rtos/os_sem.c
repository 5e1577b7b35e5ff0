/* SPDX-License-Identifier: MIT
 *
 * Counting semaphores.
 */
#include "os_internal.h"

OS_EVENT *OSSemCreate(INT16U count)
{
    OS_ENTER_CRITICAL();
    OS_EVENT *event = os_event_create(OS_EVENT_TYPE_SEM, count, NULL);
    OS_EXIT_CRITICAL();
    return event;
}

void OSSemPend(OS_EVENT *event, INT16U timeout, INT8U *err)
{
    OS_ENTER_CRITICAL();
    *err = os_pend_check(event, OS_EVENT_TYPE_SEM);
    if (!*err) {
        if (event->OSEventCnt)
            event->OSEventCnt--;
        else
            *err = os_event_wait(event, OS_STAT_SEM, timeout);
    }
    OS_EXIT_CRITICAL();
}

INT8U OSSemPost(OS_EVENT *event)
{
    OS_ENTER_CRITICAL();
    INT8U err = os_event_check(event, OS_EVENT_TYPE_SEM);
    if (!err) {
        if (os_event_wake(event, NULL))
            os_sched();
        else if (event->OSEventCnt < 0xffff)
            event->OSEventCnt++;
        else
            err = OS_SEM_OVF;
    }
    OS_EXIT_CRITICAL();
    return err;
}

INT16U OSSemAccept(OS_EVENT *event)
{
    INT16U count = 0;

    OS_ENTER_CRITICAL();
    if (!os_event_check(event, OS_EVENT_TYPE_SEM)) {
        count = event->OSEventCnt;
        if (count)
            event->OSEventCnt--;
    }
    OS_EXIT_CRITICAL();
    return count;
}

OS_EVENT *OSSemDel(OS_EVENT *event, INT8U opt, INT8U *err)
{
    OS_ENTER_CRITICAL();
    event = os_event_delete(event, OS_EVENT_TYPE_SEM, opt, err);
    OS_EXIT_CRITICAL();
    return event;
}

INT8U OSSemQuery(OS_EVENT *event, OS_SEM_DATA *data)
{
    OS_ENTER_CRITICAL();
    INT8U err = os_event_check(event, OS_EVENT_TYPE_SEM);
    if (!err)
        *data = (OS_SEM_DATA){.OSCnt = event->OSEventCnt, .OSEventWait = event->OSEventWait};
    OS_EXIT_CRITICAL();
    return err;
}
