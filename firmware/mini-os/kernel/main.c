/* SPDX-License-Identifier: MIT
 *
 * The kernel's start: memory, ticks, then the workload. The platform calls kernel_main once, on the boot stack, which
 * becomes the stack of the thread "main" (sched.c).
 *
 * Command line: rounds=N  how often each thread of the workload runs (0 or absent: for ever)
 *               selftest=1 tests the kernel instead (kernel/selftest)
 *               name=TEXT what this domain calls itself (absent: Domain- and its number, as Xen's tools do)
 */
#include "console.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "selftest/selftest.h"
#include "timer.h"
#include "workload.h"

void kernel_main(void)
{
    const char *command_line = platform_command_line();
    unsigned rounds = option_number(command_line, "rounds", 0);
    char name[32];

    if (!option_text(command_line, "name", name, sizeof name))
        format_text(name, sizeof name, "Domain-%u", platform_domain_id());
    printk("mini-OS on %s: %s, domain %u\n", platform_name(), name, platform_domain_id());
    unsigned pages = pages_init();
    printk("mini-OS: %u KB free, %u threads, rounds=%u%s\n", pages * (PAGE_SIZE / 1024), WORKLOAD_THREADS, rounds,
           rounds ? "" : " (for ever)");
    platform_start_ticks();
    if (option_number(command_line, "selftest", 0))
        platform_shutdown(selftest() != 0);
    unsigned threads = run_workload(rounds);
    printk("mini-OS: %s: %u threads done in %u ticks, shutting down\n", name, threads, (unsigned)ticks());
    platform_shutdown(0);
}
