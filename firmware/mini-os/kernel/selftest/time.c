/* SPDX-License-Identifier: MIT
 *
 * Timers, sleep and clocks. "selftest: sleeping" and "selftest: awake" are for the test outside, which has a clock of its own.
 */
#include "console.h"
#include "platform.h"
#include "sched.h"
#include "selftest.h"
#include "timer.h"
#include "wait.h"

#define TIMERS 4

static char called[TIMERS + 1];
static unsigned calls;

static void note(void *letter)
{
    called[calls++] = *(const char *)letter;
}

static void order_of_timers(void)
{
    static const char letters[] = "abcd";
    struct timer timers[TIMERS] = {0};
    uint64_t now = monotonic_ns();

    timer_start(&timers[2], now + 3 * NS_PER_MS, note, (void *)&letters[2]);
    timer_start(&timers[0], now + 1 * NS_PER_MS, note, (void *)&letters[0]);
    timer_start(&timers[3], now + 3 * NS_PER_MS, note, (void *)&letters[3]);
    timer_start(&timers[1], now + 9 * NS_PER_MS, note, (void *)&letters[1]);
    timer_start(&timers[1], now + 2 * NS_PER_MS, note, (void *)&letters[1]); /* moves */
    sleep_until(now + 4 * NS_PER_MS);
    int is_right = calls == TIMERS;
    for (unsigned i = 0; i < TIMERS; i++)
        is_right &= called[i] == letters[i];
    check(is_right, "timers come once each, in order of their times, then of their starts");
    check(!timer_cancel(&timers[0]), "one that has come cannot be cancelled");
    timer_start(&timers[0], monotonic_ns() + NS_PER_MS, note, (void *)&letters[0]);
    check(timer_cancel(&timers[0]), "one that is to come can be");
    sleep_ms(3);
    check(calls == TIMERS, "and does not come then");
    timer_start(&timers[0], 1, note, (void *)&letters[0]);
    sleep_ms(1);
    check(calls == TIMERS + 1, "one in the past comes at once");
}

static char woke[4];
static unsigned awake;

static void sleep_for(void *milliseconds)
{
    sleep_ms(*(const unsigned *)milliseconds);
    woke[awake++] = (char)('0' + *(const unsigned *)milliseconds);
}

static void sleepers(void)
{
    unsigned lengths[3] = {5, 1, 3};
    struct thread *threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = create_joinable_thread("sleeper", sleep_for, &lengths[i]);
    for (int i = 0; i < 3; i++)
        join_thread(threads[i]);
    check(woke[0] == '1' && woke[1] == '3' && woke[2] == '5', "sleeping threads wake in order of their times");
}

static void clocks(void)
{
    uint64_t before = monotonic_ns(), wall;
    int goes_on = 1;

    for (int i = 0; i < 1000; i++) {
        uint64_t now = monotonic_ns();
        goes_on &= now >= before;
        before = now;
    }
    check(goes_on, "monotonic time never goes back");
    printk("selftest: sleeping 50 ms\n");
    sleep_ms(50);
    printk("selftest: awake\n");
    check(monotonic_ns() - before >= 50 * NS_PER_MS, "50 ms are 50 ms by the clock");
    if (wall_clock_ns(&wall)) {
        unsigned rest, seconds = split_seconds(wall, &rest);
        printk("selftest: wall clock %u.%09u s\n", seconds, rest);
    }
    unsigned rest, seconds = split_seconds(4294967295ull * NS_PER_SECOND + 999999999, &rest);
    check(seconds == 4294967295u && rest == 999999999, "nanoseconds are split into seconds and the rest");
}

void test_time(void)
{
    order_of_timers();
    sleepers();
    clocks();
}
