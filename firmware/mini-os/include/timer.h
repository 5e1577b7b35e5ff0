/* SPDX-License-Identifier: MIT
 *
 * The kernel's count of ticks.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdint.h>

/* Ticks since start: TICKS_PER_SECOND for each second in which this kernel ran (platform.h). */
uint64_t ticks(void);

#endif
