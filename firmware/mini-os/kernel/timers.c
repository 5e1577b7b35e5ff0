/* SPDX-License-Identifier: MIT
 *
 * Calls at a time: a queue, earliest first, and the platform's alarm always set to the first of it. The alarm's handler calls
 * kernel_alarm.
 */
#include "kernel.h"
#include "platform.h"
#include "timer.h"

static LIST_HEAD(queue);

static struct timer *first(void)
{
    return list_is_empty(&queue) ? NULL : LIST_ENTRY(queue.next, struct timer, list);
}

/* A node out of any list points to itself (list_remove) or to nothing. */
static int is_started(const struct timer *timer)
{
    return timer->list.next && !list_is_empty(&timer->list);
}

static void set_alarm(void)
{
    platform_set_alarm(first() ? first()->at_ns : 0);
}

void timer_start(struct timer *timer, uint64_t at_ns, void (*function)(void *data), void *data)
{
    unsigned were_off = platform_events_off();
    struct list *behind = &queue;

    if (is_started(timer))
        list_remove(&timer->list);
    timer->at_ns = at_ns;
    timer->function = function;
    timer->data = data;
    /* From the end: those of the same time are called in the order in which they were started. */
    while (behind->previous != &queue && LIST_ENTRY(behind->previous, struct timer, list)->at_ns > at_ns)
        behind = behind->previous;
    list_add_last(behind, &timer->list); /* last before `behind` */
    set_alarm();
    platform_events_restore(were_off);
}

int timer_cancel(struct timer *timer)
{
    unsigned were_off = platform_events_off();
    int was_started = is_started(timer);

    if (was_started) {
        list_remove(&timer->list);
        set_alarm();
    }
    platform_events_restore(were_off);
    return was_started;
}

int kernel_alarm(void)
{
    int was_due = 0;

    for (struct timer *timer = first(); timer && timer->at_ns <= platform_time_ns(); timer = first()) {
        was_due = 1;
        list_remove(&timer->list); /* first: the function may start it again */
        timer->function(timer->data);
    }
    /* Even if none was due: the alarm is for once, and may have come a little early. */
    set_alarm();
    return was_due;
}
