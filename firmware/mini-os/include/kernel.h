/* SPDX-License-Identifier: MIT
 *
 * The kernel's own entry points, called by the platforms.
 */
#ifndef KERNEL_H
#define KERNEL_H

/* The C start of the kernel, events still off. Never returns: it ends in platform_shutdown. */
void kernel_main(void) __attribute__((noreturn));

/* One tick of time; called with events off, on whatever stack was running. */
void kernel_tick(void);

/* The alarm that kernel/timers.c has set, or something else that may be it; events off. 1 when something was due. */
int kernel_alarm(void);

#endif
