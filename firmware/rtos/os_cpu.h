/* SPDX-License-Identifier: MIT
 *
 * What the port offers beyond the kernel's interface.
 */
#ifndef RTOS_OS_CPU_H
#define RTOS_OS_CPU_H

#include <stdint.h>

/* When the next tick is due, in ns of system time, and how long one is. */
uint64_t os_next_tick(void);
unsigned os_tick_ns(void);
/* Of a duration below four seconds. */
unsigned microseconds(uint64_t ns);
/* ARMv5 has no instruction for it. The divisor is not 0. */
unsigned divide(unsigned dividend, unsigned divisor);

#endif
