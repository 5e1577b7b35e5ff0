/* SPDX-License-Identifier: MIT
 *
 * The platform "bare goldfish board" (platform.h says what each function is for). start.S calls platform_start;
 * vectors.S calls board_interrupt and board_fault.
 */
#include "platform.h"

#include "board.h"
#include "console.h"
#include "frame.h"
#include "kernel.h"
#include "sched.h"

/* The loader's tag list: each tag is its size in words, its name, then its content (Linux's ATAG boot protocol). */
#define TAG_NONE    0x00000000
#define TAG_MEM     0x54410002 /* bytes, start */
#define TAG_CMDLINE 0x54410009 /* text, NUL-terminated */

extern char __image_end[];

static const char *command_line = "";
static uintptr_t memory_end = 0x00800000; /* what any board has, if the loader says nothing */
uint64_t board_next_tick_ns;

static void read_tags(const uint32_t *tag)
{
    /* A size of 0 would never end; no tag is larger than the room between the list and the kernel. */
    while (tag[0] >= 2 && tag[0] < 0x4000 && tag[1] != TAG_NONE) {
        if (tag[1] == TAG_MEM)
            memory_end = tag[3] + tag[2];
        else if (tag[1] == TAG_CMDLINE)
            command_line = (const char *)&tag[2];
        tag += tag[0];
    }
}

void platform_start(void *boot_information)
{
    read_tags(boot_information);
    board_write(PIC_BASE, PIC_DISABLE_ALL, 0);
    platform_events_restore(0);
    kernel_main();
}

const char *platform_name(void)
{
    return "goldfish";
}

unsigned platform_domain_id(void)
{
    return 0;
}

const char *platform_command_line(void)
{
    return command_line;
}

void platform_free_memory(uintptr_t *start, uintptr_t *end)
{
    *start = ((uintptr_t)__image_end + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1);
    *end = memory_end & ~(uintptr_t)(PAGE_SIZE - 1);
}

void platform_console_write(const char *text, size_t length)
{
    /* The MMU is off: the address that the device wants, a virtual one, is the pointer. */
    board_write(TTY_BASE, TTY_DATA_PTR, (uint32_t)(uintptr_t)text);
    board_write(TTY_BASE, TTY_DATA_LEN, length);
    board_write(TTY_BASE, TTY_COMMAND, TTY_WRITE_BUFFER);
}

/* The alarm is for once: each one is set from the one before it, so that ticks keep their pace. */
static void set_next_alarm(void)
{
    board_next_tick_ns += NS_PER_TICK;
    board_write(TIMER_BASE, TIMER_ALARM_HIGH, (uint32_t)(board_next_tick_ns >> 32));
    board_write(TIMER_BASE, TIMER_ALARM_LOW, (uint32_t)board_next_tick_ns);
}

void platform_start_ticks(void)
{
    uint32_t low = board_read(TIMER_BASE, TIMER_TIME_LOW);

    board_next_tick_ns = (uint64_t)board_read(TIMER_BASE, TIMER_TIME_HIGH) << 32 | low;
    set_next_alarm();
    board_write(PIC_BASE, PIC_ENABLE, TIMER_IRQ);
}

/* From vector_irq, interrupts masked. */
void board_interrupt(unsigned vector, const struct frame *frame)
{
    (void)vector;
    (void)frame;
    while (board_read(PIC_BASE, PIC_NUMBER) == TIMER_IRQ) {
        board_write(TIMER_BASE, TIMER_CLEAR_INTERRUPT, 0);
        set_next_alarm();
        kernel_tick();
    }
}

static unsigned fault_status(unsigned vector)
{
    unsigned status;

    if (vector == 0x0c)
        __asm__ volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(status));
    else
        __asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(status));
    return status;
}

/* From the fault vectors, on the stack of what failed. The kernel has no code but its own: it cannot go on. */
void board_fault(unsigned vector, const struct frame *frame)
{
    unsigned address;

    __asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(address));
    printk("mini-OS: fault at pc 0x%08x: vector 0x%02x, FAR 0x%08x FSR 0x%03x, in thread %s: stopping\n", frame->pc,
           vector, address, fault_status(vector), current_thread()->name);
    platform_shutdown(1);
}

unsigned platform_events_off(void)
{
    uint32_t psr;

    __asm__ volatile("mrs %0, cpsr" : "=r"(psr)::"memory");
    __asm__ volatile("msr cpsr_c, %0" ::"r"(psr | CPSR_IRQ_OFF) : "memory");
    return psr & CPSR_IRQ_OFF;
}

void platform_events_restore(unsigned were_off)
{
    uint32_t psr;

    if (were_off)
        return;
    __asm__ volatile("mrs %0, cpsr" : "=r"(psr));
    __asm__ volatile("msr cpsr_c, %0" ::"r"(psr & ~CPSR_IRQ_OFF) : "memory");
}

static void wait_for_interrupt(void)
{
    __asm__ volatile("mcr p15, 0, %0, c7, c0, 4" ::"r"(0) : "memory");
}

/* A masked interrupt ends the wait too (ARM DDI 0198D 2.3.8): none is lost between looking and waiting. */
void platform_wait_for_event(void)
{
    wait_for_interrupt();
    platform_events_restore(0);
}

/* The board cannot switch itself off: it sleeps with nothing left that could wake it. */
void platform_shutdown(int crashed)
{
    (void)crashed;
    platform_events_off();
    board_write(TIMER_BASE, TIMER_CLEAR_ALARM, 0);
    board_write(PIC_BASE, PIC_DISABLE_ALL, 0);
    for (;;)
        wait_for_interrupt();
}
