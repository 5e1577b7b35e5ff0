/* SPDX-License-Identifier: MIT
 * The few types and macros that everything uses.
 */
#ifndef __XEN_TYPES_H__
#define __XEN_TYPES_H__

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <public/xen.h>

typedef int64_t s_time_t;       /* nanoseconds since boot */

#define MILLISECS(n)    ((s_time_t)(n) * 1000000)
#define MICROSECS(n)    ((s_time_t)(n) * 1000)

#define EPERM   XEN_EPERM
#define ENOENT  XEN_ENOENT
#define ESRCH   XEN_ESRCH
#define E2BIG   XEN_E2BIG
#define EAGAIN  XEN_EAGAIN
#define ENOMEM  XEN_ENOMEM
#define EFAULT  XEN_EFAULT
#define EBUSY   XEN_EBUSY
#define EEXIST  XEN_EEXIST
#define EINVAL  XEN_EINVAL
#define ENOSPC  XEN_ENOSPC
#define ENOSYS  XEN_ENOSYS

#define ARRAY_SIZE(a)   (sizeof(a) / sizeof((a)[0]))
#define container_of(pointer, type, field) ((type *)((char *)(pointer) - offsetof(type, field)))
#define round_up(value, unit)   (((value) + (unit) - 1) & ~((unit) - 1))

#endif
