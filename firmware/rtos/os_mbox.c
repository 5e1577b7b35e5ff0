/* SPDX-License-Identifier: MIT
 *
 * Mailboxes: room for one message, a pointer that is not null.
 */
#include "os_internal.h"

OS_EVENT *OSMboxCreate(void *message)
{
    OS_ENTER_CRITICAL();
    OS_EVENT *event = os_event_create(OS_EVENT_TYPE_MBOX, 0, message);
    OS_EXIT_CRITICAL();
    return event;
}

void *OSMboxPend(OS_EVENT *event, INT16U timeout, INT8U *err)
{
    void *message = NULL;

    OS_ENTER_CRITICAL();
    *err = os_pend_check(event, OS_EVENT_TYPE_MBOX);
    if (!*err && event->OSEventPtr) {
        message = event->OSEventPtr;
        event->OSEventPtr = NULL;
    } else if (!*err) {
        *err = os_event_wait(event, OS_STAT_MBOX, timeout);
        message = *err ? NULL : OSTCBCur->OSTCBMsg;
    }
    OS_EXIT_CRITICAL();
    return message;
}

INT8U OSMboxPost(OS_EVENT *event, void *message)
{
    if (!message)
        return OS_ERR_POST_NULL_PTR;
    OS_ENTER_CRITICAL();
    INT8U err = os_event_check(event, OS_EVENT_TYPE_MBOX);
    if (!err) {
        if (os_event_wake(event, message))
            os_sched();
        else if (event->OSEventPtr)
            err = OS_MBOX_FULL;
        else
            event->OSEventPtr = message;
    }
    OS_EXIT_CRITICAL();
    return err;
}

void *OSMboxAccept(OS_EVENT *event)
{
    void *message = NULL;

    OS_ENTER_CRITICAL();
    if (!os_event_check(event, OS_EVENT_TYPE_MBOX)) {
        message = event->OSEventPtr;
        event->OSEventPtr = NULL;
    }
    OS_EXIT_CRITICAL();
    return message;
}

OS_EVENT *OSMboxDel(OS_EVENT *event, INT8U opt, INT8U *err)
{
    OS_ENTER_CRITICAL();
    event = os_event_delete(event, OS_EVENT_TYPE_MBOX, opt, err);
    OS_EXIT_CRITICAL();
    return event;
}
