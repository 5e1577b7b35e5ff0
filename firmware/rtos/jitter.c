/* SPDX-License-Identifier: MIT
 *
 * How late a real-time task starts: it is released by every tick, and looks at the clock as its first act. Lateness is counted from the moment when the tick
 * was due, so that it holds everything in between: other domains that had to give way, the upcall, the switch of tasks.
 *
 * samples=N releases (default 1000), work=N microseconds of work in each (default 50). Prints the smallest, the mean, the median, the 99th
 * percentile and the largest lateness, and how many are in which range; percentiles to the upper end of a range.
 */
#include "app.h"
#include "console.h"
#include "guest.h"
#include "lib.h"
#include "os_cpu.h"
#include "platform.h"

enum { PRIO_REAL_TIME = 4 };

#define RANGES 20               /* up to 1, 2, 4, ... microseconds */

static unsigned ranges[RANGES], samples, work, releases, missed, least = ~0u, most;
static uint64_t sum;
static OS_EVENT *done;

static void count(unsigned us)
{
    unsigned range = us ? 32 - (unsigned)__builtin_clz(us) : 0;

    ranges[range < RANGES ? range : RANGES - 1]++;
    releases++;
    sum += us;
    least = us < least ? us : least;
    most = us > most ? us : most;
}

static void work_for(unsigned us)
{
    uint64_t end = hypervisor_system_time() + us * 1000u;

    while (hypervisor_system_time() < end)
        ;
}

static void real_time(void *data)
{
    INT32U last = OSTimeGet();

    (void)data;
    while (releases < samples) {
        OSTimeDly(1);
        uint64_t now = hypervisor_system_time();
        INT32U tick = OSTimeGet();
        /* the next tick is due in the future; of those that are over, the first since the last release was ours */
        uint64_t due = os_next_tick() - (uint64_t)(tick - last) * os_tick_ns();

        count(microseconds(now - due));
        missed += tick - last - 1;
        last = tick;
        work_for(work);
    }
    OSSemPost(done);
}

static unsigned percentile(unsigned percent)
{
    unsigned wanted = divide(releases * percent, 100), seen = 0, range = 0;

    while (range < RANGES - 1 && (seen += ranges[range]) < wanted)
        range++;
    return 1u << range;
}

void app_jitter(void *data)
{
    INT8U err;

    (void)data;
    samples = option_number(platform_command_line(), "samples", 1000);
    work = option_number(platform_command_line(), "work", 50);
    done = OSSemCreate(0);
    app_task(real_time, NULL, 1, PRIO_REAL_TIME, "real time");
    OSSemPend(done, 0, &err);
    printk("rtos: lateness of %u releases in us: least %u, mean %u, median %u, 99%% %u, most %u; missed %u\n", releases, least,
           divide((unsigned)sum, releases), percentile(50), percentile(99), most, missed);
    for (unsigned range = 0; range < RANGES; range++)
        if (ranges[range])
            printk("rtos: below %u us: %u\n", 1u << range, ranges[range]);
    if (OSCPUUsage)                 /* measured once a second */
        printk("rtos: %u%% of the CPU\n", OSCPUUsage);
    platform_shutdown(0);
}
