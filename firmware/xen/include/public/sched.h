/* SPDX-License-Identifier: MIT
 *
 * Scheduling: hypercall 29, sched_op(cmd, arg pointer), and 6, sched_op_compat(cmd, value).
 */
#ifndef __XEN_PUBLIC_SCHED_H__
#define __XEN_PUBLIC_SCHED_H__

#include "event_channel.h"

#define SCHEDOP_yield           0   /* give the CPU to another runnable domain */
#define SCHEDOP_block           1   /* clears the upcall mask; sleep until an event is pending */
#define SCHEDOP_shutdown        2   /* struct sched_shutdown *; compat: the reason itself */
#define SCHEDOP_poll            3   /* struct sched_poll *: sleep until one of the ports is pending, or the timeout */
#define SCHEDOP_remote_shutdown 4

#define SHUTDOWN_poweroff 0
#define SHUTDOWN_reboot   1
#define SHUTDOWN_suspend  2
#define SHUTDOWN_crash    3

struct sched_shutdown {
    unsigned int reason;
};

#define SCHED_POLL_MAX_PORTS 128
struct sched_poll {
    const evtchn_port_t *ports;
    unsigned int nr_ports;
    uint64_t timeout;       /* system time in ns; 0 = none */
};

#endif
