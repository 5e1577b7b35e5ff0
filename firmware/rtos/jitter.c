/* SPDX-License-Identifier: MIT
 *
 * How late a real-time task starts, and when it is done: it is released by every tick, looks at the clock as its first act, works, and looks again. Both
 * are counted from the moment when the tick was due, so that they hold everything in between: other domains that had to give way, the upcall, the
 * switch of tasks; and for the response also the work, with whatever came between.
 *
 * samples=N releases (default 1000, at most 2000), work=N microseconds of work in each (default 50): instructions, not time, so that
 * whoever is interrupted has as much left to do.
 */
#include "app.h"
#include "console.h"
#include "guest.h"
#include "lib.h"
#include "os_cpu.h"
#include "platform.h"

enum { PRIO_REAL_TIME = 4 };

#define SAMPLES_MAX 2000

static unsigned lateness[SAMPLES_MAX], response[SAMPLES_MAX], samples, work, releases, missed;
static OS_EVENT *done;

/* The test stops here: the first act of a release. */
static void note(unsigned late_us)
{
    lateness[releases] = late_us;
}

/* Two instructions of one tick each: 100 turns are a microsecond at 200 MHz. */
static void work_for(unsigned us)
{
    unsigned turns = us * 100;

    if (turns)
        __asm__ volatile("1: subs %0, %0, #1\n   bne 1b" : "+r"(turns) : : "cc");
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

        note(microseconds(now - due));
        missed += tick - last - 1;
        last = tick;
        work_for(work);
        response[releases++] = microseconds(hypervisor_system_time() - due);
    }
    OSSemPost(done);
}

/* Shell's sort. */
static void sort(unsigned *values, unsigned count)
{
    for (unsigned gap = count / 2; gap; gap /= 2)
        for (unsigned i = gap; i < count; i++)
            for (unsigned j = i; j >= gap && values[j - gap] > values[j]; j -= gap) {
                unsigned value = values[j];

                values[j] = values[j - gap];
                values[j - gap] = value;
            }
}

static void report(const char *what, unsigned *values, unsigned count)
{
    uint64_t sum = 0;

    sort(values, count);
    for (unsigned i = 0; i < count; i++)
        sum += values[i];
    printk("rtos: %s of %u releases in us: least %u, mean %u, median %u, 99%% %u, most %u\n", what, count, values[0],
           divide((unsigned)sum, count), values[count / 2], values[divide(count * 99, 100)], values[count - 1]);
}

void app_jitter(void *data)
{
    INT8U err;

    (void)data;
    samples = option_number(platform_command_line(), "samples", 1000);
    work = option_number(platform_command_line(), "work", 50);
    samples = samples < 1 ? 1 : samples > SAMPLES_MAX ? SAMPLES_MAX : samples;
    done = OSSemCreate(0);
    app_task(real_time, NULL, 1, PRIO_REAL_TIME, "real time");
    OSSemPend(done, 0, &err);
    report("lateness", lateness, releases);
    report("response", response, releases);
    if (OSCPUUsage)                 /* measured once a second */
        printk("rtos: %u%% of the CPU\n", OSCPUUsage);
    printk("rtos: missed %u\n", missed);
    platform_shutdown(0);
}
