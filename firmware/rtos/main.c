/* SPDX-License-Identifier: MIT
 *
 * The image's start: the kernel, and one application as its first task.
 *
 * Command line: mode=demo|test|jitter (default demo)
 *               hz=N           ticks in a second, 10 to 2000 (default 100)
 *               samples=N, work=N (jitter.c); rounds=N (demo.c)
 *               sedf=PERIOD/SLICE  as Domain-0: what the SEDF scheduler guarantees this domain, in microseconds
 *               allowance=N        as Domain-0: BVT's context allowance in microseconds
 *               advance=N          as Domain-0: how fast this domain's virtual time runs under BVT; 10 is usual, less gives a larger share
 */
#include "app.h"
#include "console.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "os.h"
#include "platform.h"

#include <public/dom0_ops.h>

static OS_STK stacks[APP_STACKS][APP_STACK_WORDS];

OS_STK *app_stack(unsigned number)
{
    return &stacks[number][APP_STACK_WORDS - 1];
}

void app_task(void (*task)(void *), void *data, unsigned stack, INT8U prio, const char *name)
{
    INT8U err = OSTaskCreate(task, data, app_stack(stack), prio);

    if (err)
        printk("rtos: task \"%s\" cannot be created: %u\n", name, err);
    else
        OSTaskNameSet(prio, name, &err);
}

static long adjust(struct dom0_op *operation, unsigned command)
{
    operation->cmd = command;
    operation->interface_version = DOM0_INTERFACE_VERSION;
    return hypercall(__HYPERVISOR_dom0_op, (unsigned long)operation, 0, 0, 0);
}

/* What a real-time domain asks of its scheduler, when it may. */
static void ask_scheduler(const char *command_line)
{
    unsigned allowance = option_number(command_line, "allowance", 0), numbers[2] = {0, 0}, which = 0;
    unsigned advance = option_number(command_line, "advance", 0);
    char sedf[24];

    if (allowance) {
        struct dom0_op operation = {.u.schedctl = {.sched_id = SCHED_BVT, .direction = SCHED_INFO_PUT, .ctx_allow = allowance * 1000}};

        printk("rtos: context allowance of %u us: %d\n", allowance, (int)adjust(&operation, DOM0_SCHEDCTL));
    }
    if (advance) {
        struct dom0_op operation = {
            .u.adjustdom = {.sched_id = SCHED_BVT, .direction = SCHED_INFO_PUT, .domain = 0, .u.bvt = {.mcu_advance = advance}}};

        printk("rtos: advance of %u: %d\n", advance, (int)adjust(&operation, DOM0_ADJUSTDOM));
    }
    if (!option_text(command_line, "sedf", sedf, sizeof sedf))
        return;
    for (const char *at = sedf; *at; at++)
        if (*at == '/')
            which = 1;
        else if (*at >= '0' && *at <= '9')
            numbers[which] = numbers[which] * 10 + (unsigned)(*at - '0');
    struct dom0_op operation = {
        .u.adjustdom = {.sched_id = SCHED_SEDF, .direction = SCHED_INFO_PUT, .domain = 0,
                        .u.sedf = {.period = numbers[0] * 1000ull, .slice = numbers[1] * 1000ull, .extratime = 1, .weight = 256}}};
    printk("rtos: %u us in each %u us: %d\n", numbers[1], numbers[0], (int)adjust(&operation, DOM0_ADJUSTDOM));
}

void kernel_main(void)
{
    static const struct {
        char name[8];
        void (*run)(void *);
    } applications[] = {{"demo", app_demo}, {"test", app_test}, {"jitter", app_jitter}};
    const char *command_line = platform_command_line();
    char mode[8] = "demo";

    option_text(command_line, "mode", mode, sizeof mode);
    OSTicksPerSec = option_number(command_line, "hz", OS_TICKS_PER_SEC_DEFAULT);
    if (OSTicksPerSec < 10 || OSTicksPerSec > 2000) {
        printk("rtos: hz=%u: 10 to 2000 are possible; taking %u\n", OSTicksPerSec, OS_TICKS_PER_SEC_DEFAULT);
        OSTicksPerSec = OS_TICKS_PER_SEC_DEFAULT;
    }
    printk("rtos: domain %u, %u ticks a second, mode=%s\n", platform_domain_id(), OSTicksPerSec, mode);
    ask_scheduler(command_line);
    OSInit();
    for (unsigned i = 0; i < sizeof applications / sizeof applications[0]; i++)
        if (memcmp(applications[i].name, mode, strlen(applications[i].name) + 1) == 0) {
            app_task(applications[i].run, NULL, 0, APP_PRIO, mode);
            OSStart();
        }
    printk("rtos: there is no mode \"%s\": demo, test or jitter\n", mode);
    platform_shutdown(1);
}
