/* SPDX-License-Identifier: MIT
 *
 * The threads of the workload: created here, each runs unit_task (unit_task.c), the last one wakes who waits for them.
 */
#include "workload.h"

#include "sched.h"

static struct unit_task tasks[WORKLOAD_THREADS];
static const char *const names[WORKLOAD_THREADS] = {"thread1", "thread2", "thread3", "thread4"};
static unsigned running;            /* threads that have not finished yet */
static struct thread *waiting;      /* who called run_workload */

static void workload_thread(void *data)
{
    unit_task(data);
    if (--running == 0)
        wake_thread(waiting);
}

unsigned run_workload(unsigned rounds)
{
    unsigned created = 0;

    for (unsigned i = 0; i < WORKLOAD_THREADS; i++) {
        tasks[i] = (struct unit_task){.number = i + 1, .rounds = rounds};
        if (create_thread(names[i], workload_thread, &tasks[i]))
            created++;
    }
    running = created;
    waiting = current_thread();
    if (running)
        block_thread();
    return created;
}
