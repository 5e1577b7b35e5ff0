/* SPDX-License-Identifier: MIT
 *
 * vCPUs: hypercall 24, vcpu_op(cmd, vcpuid, arg). A domain has one vCPU, number 0.
 */
#ifndef __XEN_PUBLIC_VCPU_H__
#define __XEN_PUBLIC_VCPU_H__

#include "xen.h"

#define VCPUOP_initialise        0  /* -EEXIST: the builder has initialised it */
#define VCPUOP_up                1
#define VCPUOP_down              2  /* the vCPU stops for good, as nobody else could bring it up */
#define VCPUOP_is_up             3  /* 1 or 0 */
#define VCPUOP_get_runstate_info 4  /* struct vcpu_runstate_info * */

#define RUNSTATE_running  0
#define RUNSTATE_runnable 1
#define RUNSTATE_blocked  2
#define RUNSTATE_offline  3

struct vcpu_runstate_info {
    int state;
    uint64_t state_entry_time;  /* ns */
    uint64_t time[4];           /* ns spent in each state: only `running` is kept */
};

#endif
