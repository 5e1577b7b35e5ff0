/* SPDX-License-Identifier: MIT
 *
 * Upcalls into mini-OS (callback.S comes here). Events have handlers. A system call is a mark of the workload: nothing to
 * do. A fault is a fault of the kernel itself, since mini-OS has no other code: one line, and the domain ends.
 */
#include "console.h"
#include "guest.h"
#include "sched.h"

static const char *trap_name(unsigned trap)
{
    switch (trap) {
    case TRAP_UNDEFINED:
        return "undefined instruction";
    case TRAP_PREFETCH_ABORT:
        return "prefetch abort";
    case TRAP_DATA_ABORT:
        return "data abort";
    default:
        return "unknown trap";
    }
}

void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    switch (trap) {
    case TRAP_EVENT:
        events_dispatch();
        return;
    case TRAP_SYSCALL:
        return;
    default:
        printk("mini-OS: fault at pc 0x%08x: %s (CTX 0x%02x), VFAR 0x%08x VFSR 0x%03x, in thread %s: shutting down\n",
               /* That of an undefined instruction points behind it (public/arch-arm.h). */
               trap == TRAP_UNDEFINED ? frame->r15 - 4 : frame->r15, trap_name(trap), trap, vfar, vfsr, current_thread()->name);
        guest_shutdown(SHUTDOWN_crash);
    }
}
