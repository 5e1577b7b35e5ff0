/* SPDX-License-Identifier: MIT
 *
 * The port to a domain of Xen on ARM. An interrupt is an event: the hypervisor enters hypervisor_callback (mini-OS's callback.S) on the stack of the
 * running task, which calls guest_upcall; when that ends in another task, the interrupted one's frame waits on its own stack.
 *
 * The tick is a one-shot timer that is set anew each time, to a multiple of the period since the start: a late tick delays no later one, and those
 * that were missed while other domains ran are made up for.
 */
#include "os_cpu.h"

#include "console.h"
#include "guest.h"
#include "kernel.h"
#include "os_internal.h"
#include "platform.h"

#define NS_PER_SECOND 1000000000u

extern char os_task_starter[];

static uint64_t next_tick;              /* when it is due, system time */
static uint32_t tick_ns;
static uint64_t idle_since, second_began;
static uint32_t idle_us;

/* os_switch takes them off in this order. */
struct switch_frame {
    uint32_t r4, r5, r6, r7, r8, r9, r10, r11, lr;
};

unsigned divide(unsigned dividend, unsigned divisor)
{
    unsigned quotient = 0, rest = 0;

    for (int bit = 31; bit >= 0; bit--) {
        rest = rest << 1 | ((dividend >> bit) & 1);
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1u << bit;
        }
    }
    return quotient;
}

unsigned microseconds(uint64_t ns)
{
    /* 1/1000 as a multiple of 2^-42; exact to the microsecond below 2^32 ns, which is as far as it is used. */
    return (unsigned)(((ns & 0xffffffff) * 0x10624DD3ull) >> 38);
}

OS_STK *os_initial_stack(void (*task)(void *), void *data, OS_STK *top)
{
    uintptr_t end = (uintptr_t)(top + 1) & ~7u;
    struct switch_frame *frame = (struct switch_frame *)end - 1;     /* taken off, it leaves a stack that is aligned to 8 */

    *frame = (struct switch_frame){.r4 = (uint32_t)task, .r5 = (uint32_t)data, .lr = (uint32_t)os_task_starter};
    return (OS_STK *)frame;
}

INT32U OSCPUSaveSR(void)
{
    return events_mask();
}

void OSCPURestoreSR(INT32U status)
{
    if (!status)
        events_unmask();
}

/* ---------------------------------------------------------------------------------------------------------------- time */

uint64_t os_next_tick(void)
{
    OS_ENTER_CRITICAL();
    uint64_t when = next_tick;
    OS_EXIT_CRITICAL();
    return when;
}

unsigned os_tick_ns(void)
{
    return tick_ns;
}

/* Once a second. A second in which other domains had the CPU for very long is not measured. */
static void measure_usage(uint64_t now)
{
    unsigned elapsed = microseconds(now - second_began), idle_percent;

    if (now - second_began < NS_PER_SECOND)
        return;
    idle_percent = (now - second_began) >> 32 ? 0 : divide(idle_us, divide(elapsed, 100));
    OSCPUUsage = (INT8U)(idle_percent > 100 ? 0 : 100 - idle_percent);
    idle_us = 0;
    second_began = now;
}

static void timer_event(evtchn_port_t port)
{
    uint64_t now = hypervisor_system_time();

    (void)port;
    for (; next_tick <= now; next_tick += tick_ns)
        OSTimeTick();
    hypervisor_set_timer_op(next_tick);
    measure_usage(now);
}

void os_start_ticks(void)
{
    tick_ns = divide(NS_PER_SECOND, OSTicksPerSec);
    second_began = hypervisor_system_time();
    next_tick = second_began + tick_ns;
    if (events_bind_virq(VIRQ_TIMER, timer_event) < 0) {
        printk("rtos: VIRQ_TIMER cannot be bound\n");
        platform_shutdown(1);
    }
    hypervisor_set_timer_op(next_tick);
}

/* Lets other domains have the CPU. Events are off between the look and the sleep, so none is slept through. */
void os_idle(void *data)
{
    (void)data;
    for (;;) {
        OSIdleCtr++;
        OSCPUSaveSR();
        idle_since = hypervisor_system_time();
        platform_wait_for_event();
    }
}

/* -------------------------------------------------------------------------------------------------------------- upcalls */

static void fault(unsigned trap, const struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    printk("rtos: task \"%s\" (priority %u): fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x\n",
           OSTCBCur ? OSTCBCur->OSTCBName : "none", OSTCBCur ? OSTCBCur->OSTCBPrio : 0, frame->r15, trap, vfar, vfsr);
    if (!OSRunning || OSIntNesting || OSTaskDel(OS_PRIO_SELF) != OS_NO_ERR)
        guest_shutdown(SHUTDOWN_crash);
}

/* From callback.S, events off, on the interrupted task's stack. A task with a fault ends; the others go on. */
void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap != TRAP_EVENT) {
        fault(trap, frame, vfar, vfsr);
        return;
    }
    OSIntEnter();
    if (idle_since && OSTCBCur && OSTCBCur->OSTCBPrio == OS_LOWEST_PRIO) {
        idle_us += microseconds(hypervisor_system_time() - idle_since);
        idle_since = 0;
    }
    events_dispatch();
    OSIntExit();
}

/* The platform's own ticks are not used. */
void kernel_tick(void)
{
}
