/* SPDX-License-Identifier: MIT
 *
 * Time: the count of ticks, the clocks, and functions called at a time.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdint.h>

#include "list.h"

/* Ticks since start: TICKS_PER_SECOND for each second in which this kernel ran (platform.h). */
uint64_t ticks(void);

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS     1000000u

/* Nanoseconds since the machine started; never goes back. */
uint64_t monotonic_ns(void);
/*
 * Nanoseconds since 1970; returns 0 when nobody has set that clock (under Xen Domain-0 does), else 1. Division by constants: none of
 * 64 bits is linked in, so print seconds by way of split_seconds.
 */
int wall_clock_ns(uint64_t *ns);
/* ns = seconds * NS_PER_SECOND + *rest; up to the year 2106. */
unsigned split_seconds(uint64_t ns, unsigned *rest);

/* A call at a time; its memory is the caller's until it has been called or cancelled. Zero-initialised: not started. */
struct timer {
    struct list list;       /* in the queue, earliest first */
    uint64_t at_ns;
    void (*function)(void *data);
    void *data;
};

/* Calls function(data) once, at monotonic time at_ns or as soon as possible after it, with events off. A timer that is started already moves. */
void timer_start(struct timer *timer, uint64_t at_ns, void (*function)(void *data), void *data);
/* 1 when it was still to come. Also from handlers. */
int timer_cancel(struct timer *timer);

#endif
