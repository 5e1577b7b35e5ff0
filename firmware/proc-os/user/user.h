/* SPDX-License-Identifier: MIT
 *
 * The little library of the processes. Nothing of the kernel's may be called from here: it is out of reach.
 */
#ifndef USER_H
#define USER_H

#include "abi.h"

/* start.S */
long system_call_2(unsigned number, unsigned long a0, unsigned long a1);
long forbidden_hypercall(void);

/* library.c: one line for the console, built piece by piece, written in one system call. */
struct line {
    char text[128];
    unsigned length;
};
void line_text(struct line *line, const char *text);
void line_number(struct line *line, unsigned number);
void line_hex(struct line *line, unsigned number);
/* Adds the end of line, writes it, and makes the line empty. */
void line_write(struct line *line);

static inline unsigned getpid(void)
{
    return (unsigned)system_call_2(SYSCALL_GETPID, 0, 0);
}

static inline void yield(void)
{
    system_call_2(SYSCALL_YIELD, 0, 0);
}

static inline void sleep_ticks(unsigned ticks)
{
    system_call_2(SYSCALL_SLEEP, ticks, 0);
}

/* The processes' main functions; called by start.S. Their result is the exit code. */
int tour_main(unsigned pid, unsigned rounds);
int worker_main(unsigned pid, unsigned rounds);
int diver_main(unsigned pid, unsigned rounds);

#endif
