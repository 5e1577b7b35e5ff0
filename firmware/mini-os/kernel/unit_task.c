/* SPDX-License-Identifier: MIT
 *
 * The unit task of the paper's experiment (section 4): print, loop, print, loop, mark, schedule. What is measured lies
 * between two marks. Runs in each thread that workload.c creates.
 *
 * This file alone is compiled without optimisation, as such code was (make WORKLOAD_OPT=-O2 for the other case).
 */
#include "console.h"
#include "platform.h"
#include "sched.h"
#include "workload.h"

/* An optimising compiler would drop an empty loop; this empty statement, which it may not drop, keeps the turns. */
#ifdef __OPTIMIZE__
#define TURN() __asm__ volatile("")
#else
#define TURN()
#endif

void unit_task(const struct unit_task *task)
{
    unsigned round;
    int i;

    for (round = 0; task->rounds == 0 || round < task->rounds; round++) {
        printk("%u thread\n", task->number);
        for (i = 0; i < WORKLOAD_LOOP; i++)
            TURN();
        printk("After %u thread\n", task->number);
        for (i = 0; i < WORKLOAD_LOOP; i++)
            TURN();
        mark(platform_domain_id(), task->number);
        schedule();
    }
}
