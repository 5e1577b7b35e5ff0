/* SPDX-License-Identifier: MIT
 *
 * The kernel's start: memory, ticks, three processes. Comes from start.S by platform_start (mini-OS's Xen platform).
 *
 * Command line: rounds=N  how many rounds each process does (0 or absent: for ever)
 */
#include "kernel.h"

#include "console.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "process.h"

/* user/: the entries of the processes, addresses in user memory. */
extern char tour_entry[], worker_entry[], diver_entry[];

void kernel_tick(void)
{
    processes_tick();
}

void kernel_main(void)
{
    unsigned rounds = option_number(platform_command_line(), "rounds", 0);

    printk("proc-os on %s: domain %u, rounds=%u%s\n", platform_name(), platform_domain_id(), rounds,
           rounds ? "" : " (for ever)");
    pages_init();
    if (!process_create(1, "tour", (unsigned long)tour_entry, rounds) ||
        !process_create(2, "worker", (unsigned long)worker_entry, rounds) ||
        !process_create(3, "diver", (unsigned long)diver_entry, rounds)) {
        printk("proc-os: a process cannot be created: shutting down\n");
        platform_shutdown(1);
    }
    /* From here on the kernel runs only in upcalls, events masked; enter_user clears the mask. */
    platform_events_off();
    platform_start_ticks();
    processes_start();
}
