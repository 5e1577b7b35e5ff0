/* SPDX-License-Identifier: MIT
 *
 * Upcalls into proc-os: callback.S comes here with each one. From virtual user mode they are the process's requests,
 * mistakes and lost time; from virtual kernel mode only events are expected, while the kernel waits.
 */
#include "console.h"
#include "process.h"

static void kernel_fault(unsigned trap, const struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    printk("proc-os: fault in the kernel at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x: shutting down\n", frame->r15,
           trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}

void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    int from_user = (frame->psr & PSR_MODE_MASK) == PSR_MODE_USR;

    if (trap == TRAP_EVENT) {
        events_dispatch();
        /* Each event ends the turn of the process: the only one is the tick. */
        if (from_user)
            process_switch(frame);
        return;
    }
    if (!from_user)
        kernel_fault(trap, frame, vfar, vfsr);
    if (trap == TRAP_SYSCALL)
        system_call(frame);
    else
        process_fault(trap, frame, vfar, vfsr);
    if (current_process->state != PROCESS_RUNNABLE)
        process_switch(frame);
}
