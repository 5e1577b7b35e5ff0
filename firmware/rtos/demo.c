/* SPDX-License-Identifier: MIT
 *
 * A control loop in small: a sampling task with a period, a filter that gets its samples through a queue, and an operator task of low priority
 * that is told now and then through a mailbox, and prints under a mutex. rounds=N periods (default 20).
 */
#include "app.h"
#include "console.h"
#include "lib.h"
#include "platform.h"

enum { PRIO_SAMPLER = 10, PRIO_FILTER = 12, PRIO_OPERATOR = 20, PRIO_INHERITED = 5 };

static OS_EVENT *samples, *report, *printing;
static void *slots[8];
static unsigned rounds;

static void say(const char *who, unsigned value)
{
    INT8U err;

    OSMutexPend(printing, 0, &err);
    printk("rtos: tick %u: %s %u\n", OSTimeGet(), who, value);
    OSMutexPost(printing);
}

static void sampler(void *data)
{
    unsigned value = 1;

    (void)data;
    for (unsigned i = 0; i < rounds; i++) {
        OSTimeDly(5);
        value = value * 1103515245u + 12345u;
        OSQPost(samples, (void *)((value >> 20) + 1));
    }
    OSQPost(samples, (void *)~0u);
}

static void filter(void *data)
{
    unsigned mean = 0, count = 0;
    INT8U err;

    (void)data;
    for (;;) {
        unsigned sample = (unsigned)OSQPend(samples, 0, &err);

        if (sample == ~0u)
            break;
        mean = count++ ? (3 * mean + sample) / 4 : sample;
        if ((count & 3) == 0)
            OSMboxPost(report, (void *)(mean + 1));
    }
    OSMboxPost(report, (void *)~0u);
}

static void operator(void *data)
{
    INT8U err;

    (void)data;
    for (;;) {
        unsigned mean = (unsigned)OSMboxPend(report, 200, &err);

        if (err == OS_TIMEOUT)
            say("nothing for 200 ticks", 0);
        else if (mean == ~0u)
            break;
        else
            say("mean", mean - 1);
    }
    printk("rtos: demo done: %u switches, %u%% of the CPU\n", OSCtxSwCtr, OSCPUUsage);
    platform_shutdown(0);
}

void app_demo(void *data)
{
    INT8U err;

    (void)data;
    rounds = option_number(platform_command_line(), "rounds", 20);
    samples = OSQCreate(slots, sizeof slots / sizeof slots[0]);
    report = OSMboxCreate(NULL);
    printing = OSMutexCreate(PRIO_INHERITED, &err);
    app_task(sampler, NULL, 1, PRIO_SAMPLER, "sampler");
    app_task(filter, NULL, 2, PRIO_FILTER, "filter");
    app_task(operator, NULL, 3, PRIO_OPERATOR, "operator");
}
