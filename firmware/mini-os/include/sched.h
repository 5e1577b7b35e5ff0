/* SPDX-License-Identifier: MIT
 *
 * Cooperative threads, taken in turn. A thread runs until it calls schedule, blocks or returns; events may interrupt it
 * but never switch to another one. Waiting with a condition or a deadline, semaphores: wait.h.
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
#define THREAD_JOINABLE 4   /* this structure stays until join_thread */

/* switch_threads (switch.S) knows the offsets of sp and ip. */
struct thread {
    const char *name;
    char *stack;            /* lowest address of the stack; its first word points back to this structure */
    unsigned long sp;       /* while switched out: where the saved registers are */
    unsigned long ip;       /* while switched out: where to go on */
    struct list run_list;
    uint32_t flags;
    struct thread *joiner;  /* who waits in join_thread; or null */
};

/* A new runnable thread; a null pointer when there is no memory. When function returns, the thread ends. */
struct thread *create_thread(const char *name, void (*function)(void *), void *data);
/* The same, for join_thread: each must be joined, once, or its structure is never freed. */
struct thread *create_joinable_thread(const char *name, void (*function)(void *), void *data);
/* Waits until the thread has ended, and frees it. */
void join_thread(struct thread *thread);
/* Lets the next runnable thread run; events are on. Returns when it is this thread's turn again. */
void schedule(void);
/*
 * Takes the running thread out of the queue until somebody wakes it. A caller who has looked at a condition calls with events off, so
 * that whoever changes it cannot come in between; they are off again afterwards, but not meanwhile.
 */
void block_thread(void);
/* Puts a blocked thread back; also from an event handler. Nothing happens if it is not blocked. */
void wake_thread(struct thread *thread);
void exit_thread(void) __attribute__((noreturn));
/* The running one. */
struct thread *current_thread(void);

/* switch.S: saves the registers of `from`, loads those of `to`; returns on the stack of `to`. */
void switch_threads(struct thread *from, struct thread *to);

#endif
