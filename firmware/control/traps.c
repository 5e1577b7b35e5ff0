/* SPDX-License-Identifier: MIT
 *
 * Upcalls into the control domain: events have handlers; anything else is a fault of its own.
 */
#include "console.h"
#include "guest.h"

void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap == TRAP_EVENT) {
        events_dispatch();
        return;
    }
    printk("control: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x: shutting down\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
