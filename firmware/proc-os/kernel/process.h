/* SPDX-License-Identifier: MIT
 *
 * Processes: copies of the user program, each in an address space of its own.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdint.h>

#include "guest.h"

#define PROCESSES 3

enum process_state { PROCESS_ENDED, PROCESS_RUNNABLE, PROCESS_ASLEEP };

struct process {
    unsigned pid;
    const char *name;
    enum process_state state;
    struct cpu_user_regs regs;      /* while another process runs */
    unsigned long table;            /* machine address of its first-level table */
    unsigned long stack_low;        /* the lowest page that its stack has */
    uint64_t wakeup_ns;             /* while asleep: the system time to wake it at */
    unsigned faults_in_a_row;       /* faults since the last system call */
};

/* process.c */
extern struct process *current_process;
/* Makes a process that begins at entry; nonzero on success. */
int process_create(unsigned pid, const char *name, unsigned long entry, unsigned rounds);
/* Enters the first process; never returns. */
void processes_start(void) __attribute__((noreturn));
/* Is [address, address + length) memory of the running process? */
int process_owns(unsigned long address, unsigned long length);
/* Takes the CPU from the running process, whose registers are in the frame, and gives it to the next one. */
void process_switch(struct cpu_user_regs *frame);
/* The running process shall not run for so many ticks; takes effect at the next process_switch. */
void process_sleep(unsigned ticks);
/* Counts a tick and wakes the sleepers whose time has come. */
void processes_tick(void);

/* address_space.c */
/* The memory of a new process, a copy of the user program and a stack: machine address of its table, 0 = failed. */
unsigned long address_space_create(void);
/*
 * Gives the running process's stack the pages down to this address; 0 when it lies beyond the stack's limit, or no stack is near, or
 * memory is out.
 */
int process_grow_stack(unsigned long address);
/* Makes this the address space of the CPU. */
void address_space_enter(unsigned long table);

/* syscall.c: serves the system call that the frame shows. */
void system_call(struct cpu_user_regs *frame);

/* fault.c: a process has touched what it may not. Prints one line, then skips the instruction or ends the process. */
void process_fault(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr);

/* enter.S: goes to virtual user mode with these registers; the kernel stack is empty afterwards. */
void enter_user(const struct cpu_user_regs *regs) __attribute__((noreturn));

#endif
