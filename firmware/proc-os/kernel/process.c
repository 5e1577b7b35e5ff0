/* SPDX-License-Identifier: MIT
 *
 * Creating processes and changing between them.
 *
 * The kernel has one stack and no threads: it runs only in upcalls, and the frame of the upcall *is* the running process.
 * To change the process is to change the contents of that frame and the address space; then callback.S returns as ever.
 */
#include "process.h"

#include "abi.h"
#include "console.h"
#include "platform.h"

#define NS_PER_TICK (1000000000u / TICKS_PER_SECOND)

struct process *current_process;
static struct process processes[PROCESSES];
static unsigned count;
static volatile unsigned tick_count;     /* while this domain ran: a sleeping one gets no ticks */

int process_create(unsigned pid, const char *name, unsigned long entry, unsigned rounds)
{
    if (count == PROCESSES)
        return 0;
    struct process *process = &processes[count];
    *process = (struct process){.pid = pid, .name = name, .state = PROCESS_RUNNABLE};
    process->table = address_space_create();
    if (!process->table)
        return 0;
    process->regs.r0 = pid;
    process->regs.r1 = rounds;
    process->regs.r13 = USER_STACK_TOP;
    process->stack_low = USER_STACK_TOP - PAGE_SIZE;
    process->regs.r15 = entry;
    process->regs.psr = PSR_MODE_USR;
    count++;
    return 1;
}

/* The next runnable process after the current one, which comes last; a null pointer when there is none. */
static struct process *next_runnable(void)
{
    unsigned index = current_process ? (unsigned)(current_process - processes) : count - 1;

    for (unsigned turn = 0; turn < count; turn++) {
        index = index + 1 == count ? 0 : index + 1;
        if (processes[index].state == PROCESS_RUNNABLE)
            return &processes[index];
    }
    return NULL;
}

static int all_have_ended(void)
{
    for (unsigned index = 0; index < count; index++)
        if (processes[index].state != PROCESS_ENDED)
            return 0;
    return 1;
}

static void wake_sleepers(void)
{
    uint64_t now = hypervisor_system_time();

    for (unsigned index = 0; index < count; index++)
        if (processes[index].state == PROCESS_ASLEEP && processes[index].wakeup_ns <= now)
            processes[index].state = PROCESS_RUNNABLE;
}

/* When the first of the sleepers wants to wake; there is one. */
static uint64_t first_wakeup(void)
{
    uint64_t first = ~0ull;

    for (unsigned index = 0; index < count; index++)
        if (processes[index].state == PROCESS_ASLEEP && processes[index].wakeup_ns < first)
            first = processes[index].wakeup_ns;
    return first;
}

/* The process to run; sleeps while all of them do. Events are masked before and after. */
static struct process *wait_for_runnable(void)
{
    struct process *next;

    while ((next = next_runnable()) == NULL) {
        if (all_have_ended()) {
            printk("proc-os: all processes have ended after %u ticks, shutting down\n", tick_count);
            guest_shutdown(SHUTDOWN_poweroff);
        }
        /* Block clears the mask; the timer's event comes as an upcall from virtual kernel mode, into this very loop. */
        hypervisor_set_timer_op(first_wakeup());
        hypervisor_sched_op(SCHEDOP_block, NULL);
        events_mask();
        wake_sleepers();
    }
    return next;
}

static void run(struct process *process)
{
    address_space_enter(process->table);
    current_process = process;
}

void process_switch(struct cpu_user_regs *frame)
{
    struct process *previous = current_process;
    struct process *next = wait_for_runnable();

    if (next == previous)
        return;
    previous->regs = *frame;
    run(next);
    *frame = next->regs;
}

void processes_start(void)
{
    run(wait_for_runnable());
    enter_user(&current_process->regs);
}

void processes_tick(void)
{
    tick_count++;
    wake_sleepers();
}

void process_sleep(unsigned ticks)
{
    current_process->wakeup_ns = hypervisor_system_time() + (uint64_t)ticks * NS_PER_TICK;
    current_process->state = PROCESS_ASLEEP;
}
