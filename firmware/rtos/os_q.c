/* SPDX-License-Identifier: MIT
 *
 * Message queues: a ring of pointers, which the application provides.
 */
#include "os_internal.h"

/* In `slots` the oldest message stands at `out`. */
typedef struct {
    void **slots;
    INT16U size, out, count;
} OS_Q;

static OS_Q queues[OS_MAX_QS];

static OS_Q *free_queue(void)
{
    for (unsigned i = 0; i < OS_MAX_QS; i++)
        if (!queues[i].slots)
            return &queues[i];
    return NULL;
}

OS_EVENT *OSQCreate(void **start, INT16U size)
{
    OS_EVENT *event = NULL;

    OS_ENTER_CRITICAL();
    OS_Q *queue = start && size ? free_queue() : NULL;
    if (queue)
        event = os_event_create(OS_EVENT_TYPE_Q, 0, queue);
    if (event)
        *queue = (OS_Q){.slots = start, .size = size};
    OS_EXIT_CRITICAL();
    return event;
}

static INT16U behind(const OS_Q *queue, INT16U slot)
{
    return slot + 1 < queue->size ? (INT16U)(slot + 1) : 0;
}

static void *take(OS_Q *queue)
{
    void *message = queue->slots[queue->out];

    queue->out = behind(queue, queue->out);
    queue->count--;
    return message;
}

void *OSQPend(OS_EVENT *event, INT16U timeout, INT8U *err)
{
    void *message = NULL;

    OS_ENTER_CRITICAL();
    *err = os_pend_check(event, OS_EVENT_TYPE_Q);
    if (!*err && ((OS_Q *)event->OSEventPtr)->count) {
        message = take(event->OSEventPtr);
    } else if (!*err) {
        *err = os_event_wait(event, OS_STAT_Q, timeout);
        message = *err ? NULL : OSTCBCur->OSTCBMsg;
    }
    OS_EXIT_CRITICAL();
    return message;
}

static INT8U post(OS_EVENT *event, void *message, int in_front)
{
    if (!message)
        return OS_ERR_POST_NULL_PTR;
    OS_ENTER_CRITICAL();
    INT8U err = os_event_check(event, OS_EVENT_TYPE_Q);
    OS_Q *queue = err ? NULL : event->OSEventPtr;
    if (queue && os_event_wake(event, message)) {
        os_sched();
    } else if (queue && queue->count == queue->size) {
        err = OS_Q_FULL;
    } else if (queue) {
        unsigned at = queue->out + queue->count;

        if (in_front)
            at = queue->out = queue->out ? (INT16U)(queue->out - 1) : (INT16U)(queue->size - 1);
        else if (at >= queue->size)
            at -= queue->size;
        queue->slots[at] = message;
        queue->count++;
    }
    OS_EXIT_CRITICAL();
    return err;
}

INT8U OSQPost(OS_EVENT *event, void *message)
{
    return post(event, message, 0);
}

INT8U OSQPostFront(OS_EVENT *event, void *message)
{
    return post(event, message, 1);
}

void *OSQAccept(OS_EVENT *event)
{
    void *message = NULL;

    OS_ENTER_CRITICAL();
    if (!os_event_check(event, OS_EVENT_TYPE_Q) && ((OS_Q *)event->OSEventPtr)->count)
        message = take(event->OSEventPtr);
    OS_EXIT_CRITICAL();
    return message;
}

INT8U OSQFlush(OS_EVENT *event)
{
    OS_ENTER_CRITICAL();
    INT8U err = os_event_check(event, OS_EVENT_TYPE_Q);
    if (!err)
        ((OS_Q *)event->OSEventPtr)->count = 0;
    OS_EXIT_CRITICAL();
    return err;
}

OS_EVENT *OSQDel(OS_EVENT *event, INT8U opt, INT8U *err)
{
    OS_ENTER_CRITICAL();
    OS_Q *queue = os_event_check(event, OS_EVENT_TYPE_Q) ? NULL : event->OSEventPtr;
    event = os_event_delete(event, OS_EVENT_TYPE_Q, opt, err);
    if (!*err)
        queue->slots = NULL;
    OS_EXIT_CRITICAL();
    return event;
}
