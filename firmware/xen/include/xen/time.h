/* SPDX-License-Identifier: MIT
 * System time: nanoseconds since boot. (arch/arm/xen/time.c)
 */
#ifndef __XEN_TIME_H__
#define __XEN_TIME_H__

#include <xen/types.h>

#define TIME_NEVER  INT64_MAX
#define NOW()       get_s_time()

s_time_t get_s_time(void);
void reprogram_timer(s_time_t earliest);

#endif
