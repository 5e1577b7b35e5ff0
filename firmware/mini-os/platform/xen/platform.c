/* SPDX-License-Identifier: MIT
 *
 * The platform "a domain of Xen on ARM" (platform.h says what each function is for). start.S calls platform_start.
 */
#include "platform.h"

#include "console.h"
#include "guest.h"
#include "kernel.h"

void platform_start(void *boot_information)
{
    guest_init(boot_information);
    events_unmask();
    kernel_main();
}

const char *platform_name(void)
{
    return "Xen";
}

unsigned platform_domain_id(void)
{
    return guest_domain_id();
}

const char *platform_command_line(void)
{
    start_info->cmd_line[MAX_GUEST_CMDLINE - 1] = 0;
    return start_info->cmd_line;
}

/* Behind the boot stack, up to the end of the domain's memory (start_info in public/xen.h). */
void platform_free_memory(uintptr_t *start, uintptr_t *end)
{
    *start = start_info->pt_base + (start_info->nr_pt_frames + 1) * PAGE_SIZE;
    *end = GUEST_KERNEL_START + start_info->nr_pages * PAGE_SIZE;
}

void platform_console_write(const char *text, size_t length)
{
    hypervisor_console_write(text, length);
}

static void timer_event(evtchn_port_t port)
{
    (void)port;
    kernel_tick();
}

int guest_timer_port = -XEN_ENOENT;

void platform_start_ticks(void)
{
    int port = events_bind_virq(VIRQ_TIMER, timer_event);

    guest_timer_port = port;
    if (port < 0)
        printk("mini-OS: VIRQ_TIMER cannot be bound, error %d: going on without ticks\n", port);
}

unsigned platform_events_off(void)
{
    return events_mask();
}

void platform_events_restore(unsigned were_off)
{
    if (!were_off)
        events_unmask();
}

/* SCHEDOP_block clears the mask itself: an event that has come already ends the wait at once. */
void platform_wait_for_event(void)
{
    hypervisor_sched_op(SCHEDOP_block, NULL);
}

void platform_shutdown(int crashed)
{
    guest_shutdown(crashed ? SHUTDOWN_crash : SHUTDOWN_poweroff);
}
