/* SPDX-License-Identifier: MIT
 *
 * Tests of the kernel by itself. Tasks leave a letter in a trace when they get so far; what the trace says is the order in which they ran. Every
 * check that fails prints a line; at the end stands how many there were.
 */
#include "app.h"
#include "console.h"
#include "guest.h"
#include "lib.h"
#include "platform.h"

static char trace[64];
static unsigned traced, checks, failures;
static OS_EVENT *event;
static OS_FLAG_GRP *flags;

static void mark(char letter)
{
    if (traced < sizeof trace - 1)
        trace[traced++] = letter;
}

static void check(const char *what, int got, int wanted)
{
    checks++;
    if (got == wanted)
        return;
    failures++;
    printk("rtos: FAILED: %s: %d instead of %d\n", what, got, wanted);
}

/* Compares the trace, and begins a new one. */
static void check_trace(const char *what, const char *wanted)
{
    trace[traced] = 0;
    checks++;
    if (strlen(wanted) != traced || memcmp(trace, wanted, traced) != 0) {
        failures++;
        printk("rtos: FAILED: %s: \"%s\" instead of \"%s\"\n", what, trace, wanted);
    }
    traced = 0;
}

static void start(void (*task)(void *), int letter, unsigned stack, INT8U prio)
{
    app_task(task, (void *)letter, stack, prio, "test");
}

/* --------------------------------------------------------------------------------------------------------------- tasks */

static void marks_and_ends(void *letter)
{
    mark((char)(int)letter);
}

static void marks_and_sleeps(void *letter)
{
    mark((char)(int)letter);
    OSTimeDly(2);
    mark((char)((int)letter + 1));
}

static void test_tasks(void)
{
    OS_TCB copy;

    start(marks_and_ends, 'a', 1, 10);
    mark('-');
    start(marks_and_ends, 'b', 2, 40);
    mark('-');
    OSTimeDly(1);
    check_trace("higher priorities run at once, lower ones when we sleep", "a--b");
    check("a priority that is taken", OSTaskCreate(marks_and_ends, NULL, app_stack(3), APP_PRIO), OS_PRIO_EXIST);
    check("a priority that is none", OSTaskCreate(marks_and_ends, NULL, app_stack(3), 64), OS_PRIO_INVALID);
    check("ended tasks give theirs back", OSTaskQuery(10, &copy), OS_PRIO_ERR);
    check("ourselves", OSTaskQuery(OS_PRIO_SELF, &copy) == OS_NO_ERR && copy.OSTCBPrio == APP_PRIO, 1);
    check("the idle task stays", OSTaskDel(OS_LOWEST_PRIO), OS_TASK_DEL_IDLE);
    check("and is not suspended", OSTaskSuspend(OS_LOWEST_PRIO), OS_TASK_SUSPEND_IDLE);

    start(marks_and_sleeps, 'a', 1, 10);
    check("suspended while it sleeps", OSTaskSuspend(10), OS_NO_ERR);
    OSTimeDly(5);
    mark('-');
    check("resumed", OSTaskResume(10), OS_NO_ERR);
    check_trace("a suspended task goes on when it is resumed", "a-b");
    check("nobody to resume", OSTaskResume(10), OS_TASK_RESUME_PRIO);
    check("not suspended", OSTaskResume(APP_PRIO), OS_TASK_NOT_SUSPENDED);

    start(marks_and_sleeps, 'a', 1, 40);
    start(marks_and_sleeps, 'm', 2, 41);
    OSTaskChangePrio(41, 39);
    OSTimeDly(6);
    check_trace("a task with another priority runs by that", "manb");
    start(marks_and_sleeps, 'a', 1, 40);
    check("deleted before it ran", OSTaskDel(40), OS_NO_ERR);
    OSTimeDly(3);
    check_trace("a deleted task does not run", "");
    OSSchedLock();
    start(marks_and_ends, 'a', 1, 10);
    mark('-');
    OSSchedUnlock();
    check_trace("a lock keeps higher ones waiting until it ends", "-a");
}

/* ---------------------------------------------------------------------------------------------------------------- time */

static void test_time(void)
{
    INT32U before = OSTimeGet();

    OSTimeDly(7);
    check("seven ticks", (int)(OSTimeGet() - before), 7);
    before = OSTimeGet();
    check("a time", OSTimeDlyHMSM(0, 0, 0, 100), OS_NO_ERR);
    check("a tenth of a second", (int)(OSTimeGet() - before), (int)OSTicksPerSec / 10);
    check("60 minutes", OSTimeDlyHMSM(0, 60, 0, 0), OS_TIME_INVALID_MINUTES);
    check("60 seconds", OSTimeDlyHMSM(0, 0, 60, 0), OS_TIME_INVALID_SECONDS);
    check("1000 milliseconds", OSTimeDlyHMSM(0, 0, 0, 1000), OS_TIME_INVALID_MILLI);
    check("no time", OSTimeDlyHMSM(0, 0, 0, 0), OS_TIME_ZERO_DLY);
    start(marks_and_sleeps, 'a', 1, 10);
    check("woken early", OSTimeDlyResume(10), OS_NO_ERR);
    check_trace("who is woken early goes on at once", "ab");
    check("nobody there", OSTimeDlyResume(10), OS_PRIO_ERR);
    check("who does not sleep", OSTimeDlyResume(APP_PRIO), OS_TIME_NOT_DLY);
    OSTimeSet(0xfffffffe);
    OSTimeDly(3);
    check("the clock goes round", (int)OSTimeGet(), 1);
}

/* Released by the tick in the middle of our loop: only preemption lets it run. */
static volatile int released;

static void releases(void *data)
{
    (void)data;
    OSTimeDly(2);
    released = 1;
}

static void test_preemption(void)
{
    unsigned turns = 0;

    released = 0;
    start(releases, 'a', 1, 10);
    while (!released && turns < 100000000)
        turns++;
    check("a tick brings a higher task into the middle of a loop", released, 1);
}

/* ---------------------------------------------------------------------------------------------------------- semaphores */

static void takes(void *letter)
{
    INT8U err;

    OSSemPend(event, 0, &err);
    mark(err ? '!' : (char)(int)letter);
}

static void takes_in_time(void *letter)
{
    INT8U err;

    OSSemPend(event, 3, &err);
    mark(err == OS_TIMEOUT ? 't' : (char)(int)letter);
}

static void test_semaphores(void)
{
    INT8U err;

    event = OSSemCreate(2);
    check("two", OSSemAccept(event), 2);
    OSSemPend(event, 0, &err);
    check("none left", OSSemAccept(event), 0);
    OSSemPend(event, 3, &err);
    check("time over", err, OS_TIMEOUT);
    start(takes, 'c', 1, 12);
    start(takes, 'a', 2, 10);
    start(takes, 'b', 3, 11);
    mark('-');
    OSSemPost(event);
    mark('-');
    OSSemPost(event);
    OSSemPost(event);
    check_trace("who waits goes on by priority, at once", "-a-bc");
    start(takes_in_time, 'a', 1, 10);
    OSTimeDly(5);
    check_trace("a wait ends by time", "t");
    start(takes, 'a', 1, 10);
    check("not while somebody waits", OSSemDel(event, OS_DEL_NO_PEND, &err) == event && err == OS_ERR_TASK_WAITING, 1);
    check("but so", OSSemDel(event, OS_DEL_ALWAYS, &err) == NULL && err == OS_NO_ERR, 1);
    check_trace("who waits goes on when it is deleted", "a");
    check("it is none any more", OSSemPost(event), OS_ERR_EVENT_TYPE);
    check("nothing", OSSemPost(NULL), OS_ERR_PEVENT_NULL);
    event = OSSemCreate(0xffff);
    check("full", OSSemPost(event), OS_SEM_OVF);
    OS_SEM_DATA data;
    check("asked", OSSemQuery(event, &data) == OS_NO_ERR && data.OSCnt == 0xffff, 1);
    OSSemDel(event, OS_DEL_ALWAYS, &err);
}

/* ------------------------------------------------------------------------------------------------------------- mutexes */

static OS_EVENT *held;

/* Low: holds the mutex while the middle one would like to run for long. */
static void low(void *data)
{
    INT8U err;

    (void)data;
    OSMutexPend(held, 0, &err);
    mark('l');
    OSSemPost(event);               /* lets high come, which waits for us */
    mark('L');
    OSMutexPost(held);
    mark('e');
}

static void middle(void *data)
{
    (void)data;
    mark('m');
}

static void high(void *data)
{
    INT8U err;

    (void)data;
    OSSemPend(event, 0, &err);
    mark('h');
    OSTaskResume(41);               /* middle wants to run as well from now on */
    OSMutexPend(held, 0, &err);
    mark('H');
    OSMutexPost(held);
}

/* Ends, or faults, with the mutex in its hands. */
static void ends_holding(void *data)
{
    INT8U err;

    OSMutexPend(held, 0, &err);
    mark('a');
    if (data)
        *(volatile unsigned *)0x10 = 1;
}

static void waits_for_it(void *letter)
{
    INT8U err;

    OSMutexPend(held, 0, &err);
    mark(err ? '!' : (char)(int)letter);
    OSMutexPost(held);
}

static void test_held_to_the_end(void)
{
    INT8U err;

    start(ends_holding, 0, 1, 45);
    OSTimeDly(1);
    check("free when its owner has ended", OSMutexAccept(held, &err), 1);
    start(waits_for_it, 'w', 2, 10);
    OSMutexPost(held);
    start(ends_holding, 1, 1, 12);
    start(waits_for_it, 'x', 2, 11);
    check_trace("and it goes on to who waits", "awax");
    check("its priority is still taken", OSTaskCreate(marks_and_ends, NULL, app_stack(3), 35), OS_PRIO_EXIST);
}

/* Two mutexes, released in the order in which they were taken, while higher tasks wait for both. */
static OS_EVENT *second;

static void waits_for_second(void *data)
{
    INT8U err;

    (void)data;
    OSMutexPend(second, 0, &err);
    OSMutexPost(second);
}

static void test_two_mutexes(void)
{
    OS_TCB copy;
    INT8U err;

    second = OSMutexCreate(5, &err);
    OSTaskChangePrio(OS_PRIO_SELF, 50);
    OSMutexPend(held, 0, &err);
    OSMutexPend(second, 0, &err);
    start(waits_for_it, 'p', 1, 40);
    OSTaskQuery(OS_PRIO_SELF, &copy);
    check("raised to the one", copy.OSTCBPrio, 35);
    start(waits_for_second, 0, 2, 38);
    OSTaskQuery(OS_PRIO_SELF, &copy);
    check("raised to the other", copy.OSTCBPrio, 35);
    start(waits_for_second, 0, 3, 20);
    OSTaskQuery(OS_PRIO_SELF, &copy);
    check("which is higher", copy.OSTCBPrio, 5);
    OSMutexPost(held);
    OSTaskQuery(OS_PRIO_SELF, &copy);
    check("still held", copy.OSTCBPrio, 5);
    OSMutexPost(second);
    OSTaskQuery(OS_PRIO_SELF, &copy);
    check("and back", copy.OSTCBPrio, 50);
    check("both priorities are the mutexes' again", OSTaskQuery(5, &copy) == OS_PRIO_ERR && OSTaskQuery(35, &copy) == OS_PRIO_ERR, 1);
    OSTaskChangePrio(OS_PRIO_SELF, APP_PRIO);
    OSMutexDel(second, OS_DEL_ALWAYS, &err);
    check_trace("who waited has had it", "p");
}

static void test_mutexes(void)
{
    OS_TCB copy;
    INT8U err;

    event = OSSemCreate(0);
    held = OSMutexCreate(35, &err);
    check("the inherited priority is taken", OSTaskCreate(marks_and_ends, NULL, app_stack(1), 35), OS_PRIO_EXIST);
    start(low, 0, 1, 45);
    start(middle, 0, 2, 41);
    OSTaskSuspend(41);
    start(high, 0, 3, 40);
    OSTimeDly(10);
    check_trace("the owner runs before a middle one while a high one waits", "lhLHme");
    check("nobody holds it", OSMutexAccept(held, &err), 1);
    check("ours", OSMutexPost(held), OS_NO_ERR);
    check("not ours", OSMutexPost(held), OS_ERR_NOT_MUTEX_OWNER);
    check("its priority is no task's: delete", OSTaskDel(35), OS_TASK_DEL_ERR);
    check("suspend", OSTaskSuspend(35), OS_TASK_SUSPEND_PRIO);
    check("resume", OSTaskResume(35), OS_TASK_RESUME_PRIO);
    check("query", OSTaskQuery(35, &copy), OS_PRIO_ERR);
    OSSchedLock();
    OSMutexPend(held, 0, &err);
    check("nobody waits while the scheduler is locked", err, OS_ERR_PEND_LOCKED);
    OSSchedUnlock();
    test_held_to_the_end();
    test_two_mutexes();
    check("whose priority is free again", OSMutexDel(held, OS_DEL_ALWAYS, &err) == NULL && OSTaskQuery(35, &copy) == OS_PRIO_ERR, 1);
    OSSemDel(event, OS_DEL_ALWAYS, &err);
}

/* ------------------------------------------------------------------------------------------------- mailboxes and queues */

static void receives(void *data)
{
    INT8U err;

    (void)data;
    mark((char)(int)OSMboxPend(event, 0, &err));
}

static void test_mailboxes(void)
{
    INT8U err;

    event = OSMboxCreate(NULL);
    check("empty", (int)OSMboxAccept(event), 0);
    check("in time", OSMboxPend(event, 2, &err) == NULL && err == OS_TIMEOUT, 1);
    check("put", OSMboxPost(event, (void *)'x'), OS_NO_ERR);
    check("full", OSMboxPost(event, (void *)'y'), OS_MBOX_FULL);
    check("null", OSMboxPost(event, NULL), OS_ERR_POST_NULL_PTR);
    check("taken", (int)OSMboxPend(event, 0, &err), 'x');
    start(receives, 0, 1, 10);
    mark('-');
    OSMboxPost(event, (void *)'z');
    check_trace("a waiting task is handed the message", "-z");
    OSMboxDel(event, OS_DEL_ALWAYS, &err);
}

static void receives_three(void *data)
{
    INT8U err;

    (void)data;
    for (unsigned i = 0; i < 3; i++)
        mark((char)(int)OSQPend(event, 0, &err));
}

static void test_queues(void)
{
    static void *slots[3];
    INT8U err;

    event = OSQCreate(slots, 3);
    OSQPost(event, (void *)'b');
    OSQPost(event, (void *)'c');
    OSQPostFront(event, (void *)'a');
    check("full", OSQPost(event, (void *)'d'), OS_Q_FULL);
    start(receives_three, 0, 1, 10);
    check_trace("oldest first, but for what was put in front", "abc");
    check("empty", (int)OSQAccept(event), 0);
    for (int letter = 'p'; letter < 'z'; letter++) {
        OSQPost(event, (void *)letter);
        mark((char)(int)OSQAccept(event));
    }
    check_trace("round and round", "pqrstuvwxy");
    OSQPost(event, (void *)'a');
    OSQFlush(event);
    check("flushed", OSQPend(event, 1, &err) == NULL && err == OS_TIMEOUT, 1);
    check("gone", OSQDel(event, OS_DEL_ALWAYS, &err) == NULL, 1);
}

/* ------------------------------------------------------------------------------------------------------ flags, memory */

static void waits_for_all(void *letter)
{
    INT8U err;

    OSFlagPend(flags, 6, OS_FLAG_WAIT_SET_ALL | OS_FLAG_CONSUME, 0, &err);
    mark((char)(int)letter);
}

static void waits_for_any(void *letter)
{
    INT8U err;
    OS_FLAGS got = OSFlagPend(flags, 0x30, OS_FLAG_WAIT_SET_ANY, 0, &err);

    mark(got == 0x20 ? (char)(int)letter : '!');
}

static void test_flags(void)
{
    INT8U err;

    flags = OSFlagCreate(1, &err);
    check("one of them", OSFlagAccept(flags, 3, OS_FLAG_WAIT_SET_ANY, &err), 1);
    check("not both", OSFlagAccept(flags, 3, OS_FLAG_WAIT_SET_ALL, &err) == 0 && err == OS_FLAG_ERR_NOT_RDY, 1);
    check("clear", OSFlagAccept(flags, 6, OS_FLAG_WAIT_CLR_ALL, &err), 6);
    start(waits_for_all, 'a', 1, 10);
    start(waits_for_any, 'b', 2, 11);
    OSFlagPost(flags, 2, OS_FLAG_SET, &err);
    mark('-');
    OSFlagPost(flags, 4, OS_FLAG_SET, &err);
    check("consumed", OSFlagQuery(flags, &err), 1);
    mark('-');
    OSFlagPost(flags, 0x20, OS_FLAG_SET, &err);
    check_trace("flags end waits for all and for any of them", "-a-b");
    check("in time", OSFlagPend(flags, 0x100, OS_FLAG_WAIT_SET_ANY, 2, &err) == 0 && err == OS_TIMEOUT, 1);
    check("no flag", OSFlagPend(flags, 0, OS_FLAG_WAIT_SET_ALL, 0, &err) == 0 && err == OS_FLAG_ERR_WAIT_TYPE, 1);
    check("no group", OSFlagPost(NULL, 1, OS_FLAG_SET, &err) == 0 && err == OS_FLAG_INVALID_PGRP, 1);
}

static void test_memory(void)
{
    static void *space[4][4];
    INT8U err;
    OS_MEM *partition = OSMemCreate(space, 4, sizeof space[0], &err);
    void *blocks[4];

    for (unsigned i = 0; i < 4; i++)
        blocks[i] = OSMemGet(partition, &err);
    check("four blocks", blocks[3] != NULL && err == OS_NO_ERR, 1);
    check("no fifth", OSMemGet(partition, &err) == NULL && err == OS_MEM_NO_FREE_BLKS, 1);
    check("back", OSMemPut(partition, blocks[1]), OS_NO_ERR);
    check("the same again", OSMemGet(partition, &err) == blocks[1], 1);
    for (unsigned i = 0; i < 4; i++)
        OSMemPut(partition, blocks[i]);
    check("too many", OSMemPut(partition, blocks[0]), OS_MEM_FULL);
    check("too small", OSMemCreate(space, 4, 2, &err) == NULL && err == OS_MEM_INVALID_SIZE, 1);
}

/* -------------------------------------------------------------------------------------------------------------- faults */

static void faults(void *data)
{
    (void)data;
    mark('f');
    *(volatile unsigned *)0x10 = 1;
    mark('!');
}

static void test_faults(void)
{
    start(faults, 0, 1, 10);
    mark('-');
    check_trace("a task with a fault ends, and the others go on", "f-");
    start(marks_and_ends, 'a', 1, 10);
    check_trace("its priority is free", "a");
}

/* Events between interrupts and tasks: what an event handler posts lets the task run at its end. */
static void event_came(evtchn_port_t port)
{
    INT8U err;

    (void)port;
    mark('i');
    OSSemPend(event, 0, &err);
    check("nobody waits in a handler", err, OS_ERR_PEND_ISR);
    OSSemPost(event);
    mark('j');
}

static void test_handlers(void)
{
    struct evtchn_op loop = {.cmd = EVTCHNOP_bind_interdomain};
    int offered = events_offer(DOMID_SELF, event_came), ours;
    INT8U err;

    loop.u.bind_interdomain.remote_dom = DOMID_SELF;
    loop.u.bind_interdomain.remote_port = (evtchn_port_t)offered;
    ours = offered < 0 ? offered : hypervisor_event_channel_op(&loop) ? -1 : (int)loop.u.bind_interdomain.local_port;
    if (ours < 0) {
        check("a channel to ourselves", ours, 0);
        return;
    }
    event = OSSemCreate(0);
    start(takes, 'a', 1, 10);
    mark('-');
    events_notify((evtchn_port_t)ours);
    mark('-');
    check_trace("the task goes on when the handler has ended", "-ija-");
    OSSemDel(event, OS_DEL_ALWAYS, &err);
}

void app_test(void *data)
{
    (void)data;
    test_tasks();
    test_time();
    test_preemption();
    test_semaphores();
    test_mutexes();
    test_mailboxes();
    test_queues();
    test_flags();
    test_memory();
    test_faults();
    test_handlers();
    printk("rtos: %u checks, %u failed\n", checks, failures);
    platform_shutdown(failures != 0);
}
