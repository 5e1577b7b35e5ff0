/* SPDX-License-Identifier: MIT
 *
 * Waiting, as wait.h says, on top of block_thread and timers. A waiter stands on the stack of its thread: in the queue, and, with a
 * deadline, in the queue of timers. Whichever of the two takes it out first decides.
 */
#include "wait.h"

#include "platform.h"
#include "sched.h"
#include "timer.h"

struct waiter {
    struct list list;
    struct thread *thread;
    int is_over, was_woken;
    struct timer timer;
};

static void end_waiting(struct waiter *waiter, int was_woken)
{
    list_remove(&waiter->list);
    waiter->is_over = 1;
    waiter->was_woken = was_woken;
    wake_thread(waiter->thread);
}

/* From kernel_alarm, events off. The timer of a waiter that has been woken may come before its thread cancels it. */
static void deadline_came(void *data)
{
    struct waiter *waiter = data;

    if (!waiter->is_over)
        end_waiting(waiter, 0);
}

void wait_queue_init(struct wait_queue *queue)
{
    queue->waiters.next = queue->waiters.previous = &queue->waiters;
}

int wait_on(struct wait_queue *queue, uint64_t deadline_ns)
{
    unsigned were_off = platform_events_off();
    struct waiter waiter = {.thread = current_thread()};

    list_add_last(&queue->waiters, &waiter.list);
    if (deadline_ns != WAIT_FOREVER)
        timer_start(&waiter.timer, deadline_ns, deadline_came, &waiter);
    while (!waiter.is_over)
        block_thread();
    timer_cancel(&waiter.timer);
    platform_events_restore(were_off);
    return waiter.was_woken;
}

unsigned wake_one(struct wait_queue *queue)
{
    unsigned were_off = platform_events_off(), woken = 0;

    if (!list_is_empty(&queue->waiters)) {
        end_waiting(LIST_ENTRY(queue->waiters.next, struct waiter, list), 1);
        woken = 1;
    }
    platform_events_restore(were_off);
    return woken;
}

unsigned wake_all(struct wait_queue *queue)
{
    unsigned woken = 0;

    while (wake_one(queue))
        woken++;
    return woken;
}

void semaphore_init(struct semaphore *semaphore, unsigned count)
{
    semaphore->count = count;
    wait_queue_init(&semaphore->queue);
}

int semaphore_down(struct semaphore *semaphore, uint64_t deadline_ns)
{
    unsigned were_off = platform_events_off();
    int taken = semaphore->count > 0;

    if (taken)
        semaphore->count--;
    else if (deadline_ns != 0)
        taken = wait_on(&semaphore->queue, deadline_ns); /* semaphore_up hands its one over: nobody can snatch it */
    platform_events_restore(were_off);
    return taken;
}

void semaphore_up(struct semaphore *semaphore)
{
    unsigned were_off = platform_events_off();

    if (!wake_one(&semaphore->queue))
        semaphore->count++;
    platform_events_restore(were_off);
}

void sleep_until(uint64_t at_ns)
{
    WAIT_QUEUE(nobody);

    wait_on(&nobody, at_ns);
}

void sleep_ms(unsigned milliseconds)
{
    sleep_until(monotonic_ns() + (uint64_t)milliseconds * NS_PER_MS);
}
