/* SPDX-License-Identifier: MIT
 *
 * Threads that wait: queues, semaphores, sleep. Deadlines are monotonic times (timer.h). What wakes may be called from event
 * handlers; what waits may not: handlers have no thread of their own.
 */
#ifndef WAIT_H
#define WAIT_H

#include <stdint.h>

#include "list.h"

#define WAIT_FOREVER (~0ull)

struct wait_queue {
    struct list waiters;    /* longest waiting first */
};

#define WAIT_QUEUE(name) struct wait_queue name = {{&(name).waiters, &(name).waiters}}
void wait_queue_init(struct wait_queue *queue);
/*
 * Waits until woken (1) or until the deadline (0). Who has looked at a condition first calls with events off, so that no change is
 * missed in between: events are then on while it waits, and off again afterwards.
 */
int wait_on(struct wait_queue *queue, uint64_t deadline_ns);
/* Wakes the one that has waited longest, or all; how many that were. */
unsigned wake_one(struct wait_queue *queue);
unsigned wake_all(struct wait_queue *queue);

struct semaphore {
    unsigned count;
    struct wait_queue queue;
};

#define SEMAPHORE(name, count) struct semaphore name = {(count), {{&(name).queue.waiters, &(name).queue.waiters}}}
void semaphore_init(struct semaphore *semaphore, unsigned count);
/* Takes one, waiting for it: 1; or 0 when the deadline has come first. Deadline 0 does not wait. */
int semaphore_down(struct semaphore *semaphore, uint64_t deadline_ns);
/* Gives one, to the thread that has waited longest. */
void semaphore_up(struct semaphore *semaphore);

/* Lets others run until that time. */
void sleep_until(uint64_t at_ns);
void sleep_ms(unsigned milliseconds);

#endif
