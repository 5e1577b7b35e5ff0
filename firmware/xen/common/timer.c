/* SPDX-License-Identifier: MIT
 *
 * One-shot timers in a binary heap, the earliest at index 1. Whoever changes the earliest moves the board's alarm.
 */
#include <xen/lib.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <asm-arm/config.h>
#include <asm-arm/system.h>

/* Three per domain, schedule.c's two, and one of a scheduler. */
#define MAX_TIMERS (3 * MAX_DOMAINS + 4)

static struct timer *heap[MAX_TIMERS + 1];
static unsigned int heap_size;

static void place(struct timer *timer, unsigned int index)
{
    heap[index] = timer;
    timer->heap_index = index;
}

/* Moves the hole at `index` up or down to where `timer` belongs. */
static void settle(struct timer *timer, unsigned int index)
{
    while (index > 1 && heap[index / 2]->expires > timer->expires) {
        place(heap[index / 2], index);
        index /= 2;
    }
    while (2 * index <= heap_size) {
        unsigned int child = 2 * index;

        if (child < heap_size && heap[child + 1]->expires < heap[child]->expires)
            child++;
        if (heap[child]->expires >= timer->expires)
            break;
        place(heap[child], index);
        index = child;
    }
    place(timer, index);
}

static void take_out(struct timer *timer)
{
    unsigned int index = timer->heap_index;
    struct timer *last = heap[heap_size--];

    timer->heap_index = 0;
    if (last != timer)
        settle(last, index);
}

static void set_alarm(void)
{
    reprogram_timer(heap_size ? heap[1]->expires : TIME_NEVER);
}

void init_timer(struct timer *timer, void (*function)(void *), void *data)
{
    timer->heap_index = 0;
    timer->function = function;
    timer->data = data;
}

void set_timer(struct timer *timer, s_time_t expires)
{
    unsigned long psr = local_irq_save();
    bool was_first = timer->heap_index == 1;

    if (timer->heap_index)
        take_out(timer);
    timer->expires = expires;
    settle(timer, ++heap_size);
    if (was_first || timer->heap_index == 1)
        set_alarm();
    local_irq_restore(psr);
}

void stop_timer(struct timer *timer)
{
    unsigned long psr = local_irq_save();

    if (timer->heap_index) {
        bool was_first = timer->heap_index == 1;

        take_out(timer);
        if (was_first)
            set_alarm();
    }
    local_irq_restore(psr);
}

/* From do_softirq after a timer interrupt: fires what is due, and sets the alarm for the next. */
void timer_softirq_action(void)
{
    unsigned long psr = local_irq_save();

    while (heap_size && heap[1]->expires <= NOW()) {
        struct timer *timer = heap[1];

        take_out(timer);
        timer->function(timer->data);
    }
    set_alarm();
    local_irq_restore(psr);
}
