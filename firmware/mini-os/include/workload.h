/* SPDX-License-Identifier: MIT
 *
 * The workload of the paper's experiment (section 4): four threads in each guest, in turn.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#define WORKLOAD_THREADS 4
#define WORKLOAD_LOOP    100000

/* Creates the threads and waits until each has run `rounds` rounds (0 = for ever). Returns how many there were. */
unsigned run_workload(unsigned rounds);

/* One thread of the workload (unit_task.c). */
struct unit_task {
    unsigned number;        /* 1 to WORKLOAD_THREADS */
    unsigned rounds;        /* how often; 0 = for ever */
};

/* The rounds of one thread, from the first print to the last mark. */
void unit_task(const struct unit_task *task);

/* mark.S: executes `swi #0xffffab`, a = domain & 15, b = thread & 15. It does nothing: a trace shows it. */
void mark(unsigned domain, unsigned thread);

#endif
