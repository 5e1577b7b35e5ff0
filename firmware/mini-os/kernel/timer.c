/* SPDX-License-Identifier: MIT
 *
 * Counting ticks. The platform calls kernel_tick from its interrupt or event handler.
 */
#include "timer.h"

#include "kernel.h"
#include "platform.h"

static volatile uint64_t tick_count;

void kernel_tick(void)
{
    tick_count++;
}

/* Two words: a tick between reading them would give a wrong number, so no tick may come. */
uint64_t ticks(void)
{
    unsigned were_off = platform_events_off();
    uint64_t count = tick_count;

    platform_events_restore(were_off);
    return count;
}
