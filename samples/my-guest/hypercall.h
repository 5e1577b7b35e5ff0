/*
 * Calling the hypervisor: `swi 0x82`, the number in r7, arguments in r0-r3, the result in r0; all other registers come back as they were.
 * The numbers and structures are those of <public/xen.h>.
 */
#ifndef HYPERCALL_H
#define HYPERCALL_H

#include <public/event_channel.h>
#include <public/sched.h>
#include <public/xen.h>

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

#endif
