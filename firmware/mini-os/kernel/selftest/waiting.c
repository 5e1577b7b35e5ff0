/* SPDX-License-Identifier: MIT
 *
 * Wait queues and semaphores, woken by threads and by event handlers.
 */
#include "console.h"
#include "platform.h"
#include "sched.h"
#include "selftest.h"
#include "timer.h"
#include "wait.h"

#define WAITERS 3

static WAIT_QUEUE(queue);
static unsigned order[WAITERS], woken;

static void wait_in_queue(void *number)
{
    if (wait_on(&queue, WAIT_FOREVER))
        order[woken++] = *(const unsigned *)number;
}

static void queues(void)
{
    unsigned numbers[WAITERS] = {0, 1, 2};
    struct thread *threads[WAITERS];

    check(wake_one(&queue) == 0, "waking an empty queue wakes nobody");
    for (unsigned i = 0; i < WAITERS; i++)
        threads[i] = create_joinable_thread("waiter", wait_in_queue, &numbers[i]);
    schedule();
    wake_one(&queue);
    schedule();
    check(woken == 1 && order[0] == 0, "wake_one wakes who has waited longest");
    check(wake_all(&queue) == 2, "wake_all wakes the others");
    for (unsigned i = 0; i < WAITERS; i++)
        join_thread(threads[i]);
    check(woken == WAITERS && order[1] == 1 && order[2] == 2, "in the order in which they came");
}

static void deadlines(void)
{
    uint64_t start = monotonic_ns();
    int was_woken = wait_on(&queue, start + 3 * NS_PER_MS);
    uint64_t waited = monotonic_ns() - start;

    check(!was_woken && waited >= 3 * NS_PER_MS && waited < 4 * NS_PER_MS, "a deadline ends a wait, when it should");
    check(wake_one(&queue) == 0, "who has given up is in the queue no more");
}

/* A ring of one place between two threads: each item must pass, in order. */
#define ITEMS 100
static SEMAPHORE(full, 0);
static SEMAPHORE(empty, 1);
static unsigned place;

static void produce(void *unused)
{
    (void)unused;
    for (unsigned item = 0; item < ITEMS; item++) {
        semaphore_down(&empty, WAIT_FOREVER);
        place = item;
        semaphore_up(&full);
    }
}

static void semaphores(void)
{
    struct thread *producer = create_joinable_thread("producer", produce, NULL);
    unsigned right = 0;

    for (unsigned item = 0; item < ITEMS; item++) {
        semaphore_down(&full, WAIT_FOREVER);
        right += place == item;
        semaphore_up(&empty);
    }
    join_thread(producer);
    check(right == ITEMS, "two semaphores carry 100 items from thread to thread, in order");
    check(!semaphore_down(&full, 0), "a semaphore at 0 is not taken without waiting");
    check(!semaphore_down(&full, monotonic_ns() + NS_PER_MS), "nor when nobody gives before the deadline");
    semaphore_up(&full);
    check(semaphore_down(&full, 0), "one that was given is there to be taken");
}

/* Called as often as the timer can: each comes at another point of the loop below. */
static void give(void *timer)
{
    semaphore_up(&full);
    timer_start(timer, monotonic_ns() + 20000, give, timer);
}

static void from_handlers(void)
{
    struct timer timer = {0};
    unsigned taken = 0;

    timer_start(&timer, monotonic_ns(), give, &timer);
    while (taken < 300 && semaphore_down(&full, monotonic_ns() + 50 * NS_PER_MS))
        taken++;
    check(timer_cancel(&timer), "a timer that starts itself again is found and cancelled");
    check(taken == 300, "300 times given by a handler is 300 times taken by a thread");
    while (semaphore_down(&full, 0))
        ;
}

static void give_once(void *unused)
{
    (void)unused;
    semaphore_up(&full);
}

/* The handler comes at each instruction of the way into the wait once: five nanoseconds later each time. */
static void at_every_instruction(void)
{
    struct timer timer = {0};
    unsigned taken = 0, tried = 0;

    for (unsigned ns = 0; ns < 12000; ns += 5, tried++) {
        timer_start(&timer, monotonic_ns() + ns, give_once, NULL);
        taken += (unsigned)semaphore_down(&full, WAIT_FOREVER);
    }
    check(taken == tried && !semaphore_down(&full, 0), "a thread is woken whenever the handler comes, even while it goes to sleep");
}

void test_waiting(void)
{
    queues();
    deadlines();
    semaphores();
    from_handlers();
    at_every_instruction();
}
