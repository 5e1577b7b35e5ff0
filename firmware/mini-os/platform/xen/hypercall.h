/* SPDX-License-Identifier: MIT
 *
 * Calling the hypervisor: `swi 0x82`, number in r7, arguments in r0-r3, result in r0 (public/arch-arm.h).
 */
#ifndef HYPERCALL_H
#define HYPERCALL_H

#include <public/event_channel.h>
#include <public/sched.h>
#include <public/xen.h>

/* Next: vector_swi in the hypervisor. Everything but r0 comes back as it was. */
static inline long hypercall(unsigned number, unsigned long a0, unsigned long a1, unsigned long a2, unsigned long a3)
{
    register unsigned long r0 __asm__("r0") = a0;
    register unsigned long r1 __asm__("r1") = a1;
    register unsigned long r2 __asm__("r2") = a2;
    register unsigned long r3 __asm__("r3") = a3;
    register unsigned long r7 __asm__("r7") = number;

    __asm__ volatile("swi %1"
                     : "+r"(r0)
                     : "i"(XEN_HYPERCALL_SWI), "r"(r1), "r"(r2), "r"(r3), "r"(r7)
                     : "memory");
    return (long)r0;
}

static inline long hypervisor_set_callbacks(void (*event)(void), void (*failsafe)(void))
{
    return hypercall(__HYPERVISOR_set_callbacks, (unsigned long)event, (unsigned long)failsafe, 0, 0);
}

static inline long hypervisor_console_write(const char *text, unsigned long length)
{
    return hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, length, (unsigned long)text, 0);
}

static inline long hypervisor_update_va_mapping(unsigned long va, unsigned long entry, unsigned long flags)
{
    /* A 64-bit argument takes an even pair of registers: the entry is in r2, its upper half in r3. */
    return hypercall(__HYPERVISOR_update_va_mapping, va, flags, entry, 0);
}

static inline long hypervisor_mmuext_op(struct mmuext_op *requests, unsigned long count)
{
    return hypercall(__HYPERVISOR_mmuext_op, (unsigned long)requests, count, 0, DOMID_SELF);
}

static inline long hypervisor_event_channel_op(struct evtchn_op *operation)
{
    return hypercall(__HYPERVISOR_event_channel_op, (unsigned long)operation, 0, 0, 0);
}

static inline long hypervisor_sched_op(unsigned long command, void *argument)
{
    return hypercall(__HYPERVISOR_sched_op, command, (unsigned long)argument, 0, 0);
}

/* One VIRQ_TIMER at this system time. */
static inline long hypervisor_set_timer_op(uint64_t ns)
{
    return hypercall(__HYPERVISOR_set_timer_op, (unsigned long)ns, (unsigned long)(ns >> 32), 0, 0);
}

/* Nanoseconds since boot. */
static inline uint64_t hypervisor_system_time(void)
{
    uint64_t now = 0;

    hypercall(__HYPERVISOR_get_system_time, (unsigned long)&now, 0, 0, 0);
    return now;
}

/* Delivers what is pending; for after the mask has been cleared by hand. */
static inline void hypervisor_force_upcall(void)
{
    hypercall(__HYPERVISOR_xen_version, 0, 0, 0, 0);
}

#endif
