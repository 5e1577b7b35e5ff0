/* SPDX-License-Identifier: MIT
 *
 * System calls (abi.h). Come from guest_upcall (traps.c) with TRAP_SYSCALL; the process goes on behind its swi when the
 * callback returns.
 */
#include "abi.h"
#include "console.h"
#include "platform.h"
#include "process.h"

typedef long (*service)(unsigned long a0, unsigned long a1);

static long do_exit(unsigned long code, unsigned long unused)
{
    (void)unused;
    printk("proc-os: pid %u (%s) ends with code %d\n", current_process->pid, current_process->name, (int)code);
    current_process->state = PROCESS_ENDED;
    return 0;
}

static long do_write(unsigned long text, unsigned long length)
{
    if (length > WRITE_MAX)
        return -ERROR_INVALID;
    if (!process_owns(text, length))
        return -ERROR_FAULT;
    /* Virtual kernel mode is manager of MMU domain 3: the process's text can be read where it is. */
    platform_console_write((const char *)text, length);
    return (long)length;
}

static long do_getpid(unsigned long unused0, unsigned long unused1)
{
    (void)unused0;
    (void)unused1;
    return (long)current_process->pid;
}

/* system_call below gives the CPU away, when the result is in its register. */
static long do_yield(unsigned long unused0, unsigned long unused1)
{
    (void)unused0;
    (void)unused1;
    return 0;
}

static long do_sleep(unsigned long ticks, unsigned long unused)
{
    (void)unused;
    process_sleep((unsigned)ticks);
    return 0;
}

static const service services[] = {
    [SYSCALL_EXIT] = do_exit,   [SYSCALL_WRITE] = do_write, [SYSCALL_GETPID] = do_getpid,
    [SYSCALL_YIELD] = do_yield, [SYSCALL_SLEEP] = do_sleep,
};

/* The number inside the swi instruction; abi.h asks for 0. */
static unsigned swi_number(const struct cpu_user_regs *frame)
{
    unsigned long instruction = frame->r15 - 4;

    if (frame->psr & PSR_THUMB || !process_owns(instruction, 4))
        return ~0u;
    return *(const unsigned *)instruction & 0xffffff;
}

void system_call(struct cpu_user_regs *frame)
{
    unsigned number = frame->r7, swi = swi_number(frame);

    current_process->faults_in_a_row = 0;
    if (swi != 0 || number >= sizeof services / sizeof services[0]) {
        printk("proc-os: pid %u: swi 0x%02x with number %u in r7 is no system call: refused\n", current_process->pid,
               swi & 0xffffff, number);
        frame->r0 = (unsigned)-ERROR_NO_SYSCALL;
        return;
    }
    frame->r0 = (unsigned)services[number](frame->r0, frame->r1);
    if (number == SYSCALL_YIELD)
        process_switch(frame);
}
