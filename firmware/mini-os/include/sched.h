/* SPDX-License-Identifier: MIT
 *
 * Cooperative threads, taken in turn. A thread runs until it calls schedule, blocks or returns; events may interrupt it
 * but never switch to another one.
 */
#ifndef SCHED_H
#define SCHED_H

#include <stdint.h>

#include "list.h"

/* Two pages, aligned to their own size: so the thread of any stack pointer is found by masking it. */
#define STACK_ORDER 1
#define STACK_BYTES (4096u << STACK_ORDER)

#define THREAD_RUNNABLE 1   /* in the run queue, or running; without it: blocked */
#define THREAD_EXITED   2   /* its stack may be freed by whoever runs next */

/* switch_threads (switch.S) knows the offsets of sp and ip. */
struct thread {
    const char *name;
    char *stack;            /* lowest address of the stack; its first word points back to this structure */
    unsigned long sp;       /* while switched out: where the saved registers are */
    unsigned long ip;       /* while switched out: where to go on */
    struct list run_list;
    uint32_t flags;
};

/* A new runnable thread; a null pointer when there is no memory. When function returns, the thread ends. */
struct thread *create_thread(const char *name, void (*function)(void *), void *data);
/* Lets the next runnable thread run. Returns when it is this thread's turn again. */
void schedule(void);
/* Takes the running thread out of the queue until somebody wakes it. */
void block_thread(void);
/* Puts a blocked thread back; also from an event handler. Nothing happens if it is not blocked. */
void wake_thread(struct thread *thread);
void exit_thread(void) __attribute__((noreturn));
/* The running one. */
struct thread *current_thread(void);

/* switch.S: saves the registers of `from`, loads those of `to`; returns on the stack of `to`. */
void switch_threads(struct thread *from, struct thread *to);

#endif
