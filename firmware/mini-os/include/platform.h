/* SPDX-License-Identifier: MIT
 *
 * What the kernel needs from whatever it runs on. Two implementations: platform/xen (a domain of Xen on ARM) and
 * platform/goldfish (the bare board). Nothing outside platform/ knows which of them it is linked with.
 *
 * Before any of this the platform's start.S has set up a stack and cleared .bss; then it calls platform_start.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1u << PAGE_SHIFT)

#define TICKS_PER_SECOND 100

/* Called by start.S with what the loader left in a register: start_info (Xen) or the tag list (goldfish). */
void platform_start(void *boot_information) __attribute__((noreturn));

/* The rest is called by the kernel, after platform_start has called kernel_main. */

/* "Xen" or "goldfish". */
const char *platform_name(void);
/* The domain's number; 0 on the bare board. */
unsigned platform_domain_id(void);
/* Never null; "" when the loader gave none. */
const char *platform_command_line(void);
/* The memory that nobody uses yet, page-aligned: [*start, *end). */
void platform_free_memory(uintptr_t *start, uintptr_t *end);

/* Writes bytes to the console, in one piece. */
void platform_console_write(const char *text, size_t length);

/* Starts the tick: from now on kernel_tick is called TICKS_PER_SECOND times a second of running. */
void platform_start_ticks(void);

/* Nanoseconds since the machine started. */
uint64_t platform_time_ns(void);
/* Nanoseconds since 1970; 0 when nobody has set that clock, else 1. */
int platform_wall_clock_ns(uint64_t *ns);
/*
 * Has kernel_alarm called once at this time, the last one told; 0: not at all. It shares the timer of the ticks: from the first
 * alarm on, a tick that comes together with one is not counted.
 */
void platform_set_alarm(uint64_t at_ns);

/* Interrupts (bare) or upcalls for events (Xen) off, and back to what they were. */
unsigned platform_events_off(void);
void platform_events_restore(unsigned were_off);
/* Sleeps until something happens. Call with events off; they are on afterwards. */
void platform_wait_for_event(void);

/* Ends this machine or domain. crashed: 0 = as wished, 1 = after a fault. */
void platform_shutdown(int crashed) __attribute__((noreturn));

#endif
