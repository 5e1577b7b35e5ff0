/* SPDX-License-Identifier: MIT
 *
 * The unit task of the paper's experiment (section 4): print, loop, print, loop, mark, schedule. What is measured lies
 * between two marks. Runs in each thread that workload.c creates.
 *
 * This file alone is compiled without optimisation, as such code was; the image mini-os-O2 has it with -O2.
 */
#include "console.h"
#include "platform.h"
#include "sched.h"
#include "workload.h"
#include "turn.h"

/*
 * The loop does nothing: turn.h says what it is in which build. This file is all that differs between the images mini-os,
 * mini-os-O0 and mini-os-O2, the last two being those of the experiment.
 */


void unit_task(const struct unit_task *task)
{
    unsigned round;
    int i;

    for (round = 0; task->rounds == 0 || round < task->rounds; round++) {
        printk("%u thread\n", task->number);
        EMPTY_LOOP(i)
            ;
        printk("After %u thread\n", task->number);
        EMPTY_LOOP(i)
            ;
        mark(platform_domain_id(), task->number);
        schedule();
    }
}
