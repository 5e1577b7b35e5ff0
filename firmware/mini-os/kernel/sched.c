/* SPDX-License-Identifier: MIT
 *
 * The scheduler: one ring of threads, taken in turn. schedule() is called by the threads themselves; it ends in
 * switch_threads (switch.S), and comes back when the ring has gone round.
 */
#include "sched.h"

#include "console.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

static LIST_HEAD(run_queue);        /* runnable threads except the running one; the first is next */
static LIST_HEAD(exited);           /* ended threads whose memory is still to be freed */
static struct thread boot_thread = {.name = "main", .flags = THREAD_RUNNABLE};
static struct thread *running = &boot_thread;

/* switch.S: where a new thread begins; r4 = function, r5 = data. */
extern char thread_starter[];

/* What switch_threads pops off a stack, in this order. */
struct switch_frame {
    unsigned long r4, r5, r6, r7, r8, r9, r10, r11;
};

struct thread *current_thread(void)
{
    return running;
}

/* Event handlers add to the queue too (wake_thread), so changes are made with events off. */
static void make_runnable(struct thread *thread)
{
    unsigned were_off = platform_events_off();

    thread->flags |= THREAD_RUNNABLE;
    list_add_last(&run_queue, &thread->run_list);
    platform_events_restore(were_off);
}

static struct thread *create(const char *name, void (*function)(void *), void *data, uint32_t flags)
{
    struct thread *thread = malloc(sizeof *thread);
    char *stack = pages_allocate(STACK_ORDER);

    if (!thread || !stack) {
        free(thread);
        if (stack)
            pages_free(stack, STACK_ORDER);
        printk("mini-OS: no memory for thread \"%s\"\n", name);
        return NULL;
    }
    memset(thread, 0, sizeof *thread);
    thread->name = name;
    thread->flags = flags;
    thread->stack = stack;
    *(struct thread **)stack = thread;
    struct switch_frame *frame = (struct switch_frame *)(stack + STACK_BYTES) - 1;
    memset(frame, 0, sizeof *frame);
    frame->r4 = (unsigned long)function;
    frame->r5 = (unsigned long)data;
    thread->sp = (unsigned long)frame;
    thread->ip = (unsigned long)thread_starter;
    make_runnable(thread);
    return thread;
}

struct thread *create_thread(const char *name, void (*function)(void *), void *data)
{
    return create(name, function, data, 0);
}

struct thread *create_joinable_thread(const char *name, void (*function)(void *), void *data)
{
    return create(name, function, data, THREAD_JOINABLE);
}

/* That of a joinable thread is freed by join_thread. */
static void free_structure(struct thread *thread)
{
    if (!(thread->flags & THREAD_JOINABLE))
        free(thread);
}

/* Frees the memory of ended threads; not their own job, as nobody can free the stack that he stands on. */
static void free_exited(void)
{
    while (!list_is_empty(&exited)) {
        struct thread *thread = LIST_ENTRY(exited.next, struct thread, run_list);
        list_remove(&thread->run_list);
        pages_free(thread->stack, STACK_ORDER);
        free_structure(thread);
    }
}

/* The next thread to run; when there is none, waits for an event whose handler wakes one. */
static struct thread *take_next(void)
{
    unsigned were_off = platform_events_off();

    while (list_is_empty(&run_queue)) {
        /* Off between the look and the wait: no event is lost in between. */
        platform_wait_for_event();
        platform_events_off();
    }
    struct thread *next = LIST_ENTRY(run_queue.next, struct thread, run_list);
    list_remove(&next->run_list);
    platform_events_restore(were_off);
    return next;
}

void schedule(void)
{
    struct thread *previous = running;

    if (previous->flags & THREAD_RUNNABLE)
        make_runnable(previous);
    struct thread *next = take_next();
    if (next != previous) {
        running = next;
        switch_threads(previous, next);
    }
    /* Here `running` is again the thread that called: the others have had their turn. */
    free_exited();
}

/*
 * Unlike schedule, this clears the flag and looks for the next thread with events off: a handler that wakes this thread in between
 * would otherwise put it into the queue, and schedule once more.
 */
void block_thread(void)
{
    unsigned were_off = platform_events_off();
    struct thread *previous = running;

    previous->flags &= ~THREAD_RUNNABLE;
    struct thread *next = take_next();
    /* On for whoever comes next: a thread switches with events on, and finds them on. */
    platform_events_restore(0);
    if (next != previous) {
        running = next;
        switch_threads(previous, next);
    }
    free_exited();
    if (were_off)
        platform_events_off();
}

void wake_thread(struct thread *thread)
{
    unsigned were_off = platform_events_off();

    if (!(thread->flags & (THREAD_RUNNABLE | THREAD_EXITED)))
        make_runnable(thread);
    platform_events_restore(were_off);
}

void exit_thread(void)
{
    unsigned were_off = platform_events_off();

    running->flags = THREAD_EXITED | (running->flags & THREAD_JOINABLE);
    list_add_last(&exited, &running->run_list);
    if (running->joiner)
        wake_thread(running->joiner);
    platform_events_restore(were_off);
    schedule();
    __builtin_unreachable();
}

void join_thread(struct thread *thread)
{
    unsigned were_off = platform_events_off();

    while (!(thread->flags & THREAD_EXITED)) {
        thread->joiner = running;
        block_thread();
    }
    platform_events_restore(were_off);
    free_exited(); /* its stack, if nobody else has been here since */
    free(thread);
}
