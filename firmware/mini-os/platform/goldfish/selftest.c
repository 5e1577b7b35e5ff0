/* SPDX-License-Identifier: MIT
 *
 * What mini-OS tests of itself on the bare board only: its ticks, which alarms between them neither add to nor take from.
 */
#include "selftest/selftest.h"

#include "platform.h"
#include "timer.h"
#include "wait.h"

void test_platform(void)
{
    uint64_t ticks_before = ticks(), before = monotonic_ns();

    for (int i = 0; i < 100; i++)
        sleep_until(monotonic_ns() + 1700000);
    uint64_t expected = before;
    unsigned passed = 0;
    for (uint64_t now = monotonic_ns(); expected + 10 * NS_PER_MS <= now; expected += 10 * NS_PER_MS)
        passed++;
    unsigned counted = (unsigned)(ticks() - ticks_before);
    check(counted >= passed && counted <= passed + 1, "a tick comes each 10 ms, whatever alarms come in between");
}
