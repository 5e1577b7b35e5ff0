/* SPDX-License-Identifier: MIT
 *
 * The warden: Domain-0 of a campaign. Told to by its console ("s") it keeps some adversaries running: one that has come to an
 * end, or sleeps for ever, is destroyed, and the next seed gets its chance. "q" ends that: all of them are destroyed.
 *
 * Command line: seed=N       of the first adversary; each further one has the next number
 *               adversaries=N how many at a time (default 2)
 *               memory=KB     of each (default 1024)
 */
#include "console.h"
#include "domains.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#define ADVERSARIES_MAX 8
#define LOOK_NS         10000000u       /* how often those that live are looked at */
#define LIFE_NS         60000000u       /* of CPU time: then the next seed gets its turn; some loop for ever */

extern const char guest_image[], guest_image_end[];     /* ../control/image.S: adversary.elf without its debug information */

static struct {
    domid_t domain;                     /* 0: none runs here */
    uint64_t cpu_time;                  /* when it was last looked at */
} adversaries[ADVERSARIES_MAX];
static unsigned places, memory_kb;
static unsigned started, destroyed, failed; /* so far */
static volatile char command;           /* the last that was typed */

static void something_happened(evtchn_port_t port)
{
    (void)port;
}

static void typed(evtchn_port_t port)
{
    char text[16];

    (void)port;
    while (hypercall(__HYPERVISOR_console_io, CONSOLEIO_read, sizeof text, (unsigned long)text, 0) > 0)
        command = text[0];
}

static void start(unsigned place, unsigned seed)
{
    struct image image = {guest_image, (size_t)(guest_image_end - guest_image)};
    char name[16], command_line[32];
    long result;

    format_text(name, sizeof name, "adversary%u", seed);
    format_text(command_line, sizeof command_line, "seed=%u", seed);
    result = domain_start(&image, memory_kb, name, command_line);
    if (result < 0) {
        failed++;
        printk("warden: %s cannot be started: error %d\n", name, (int)result);
    } else {
        started++;
    }
    adversaries[place].domain = result < 0 ? 0 : (domid_t)result;
    adversaries[place].cpu_time = ~0ull;
}

/* Whether it will do anything more: not when it has stopped, or has got nothing of the CPU since the last look. */
static int lives(unsigned place, int looked)
{
    struct dom0_getdomaininfo info;

    if (domain_look_at(adversaries[place].domain, &info) || (info.flags & DOMFLAGS_SHUTDOWN))
        return 0;
    if (!looked)
        return 1;
    if (info.cpu_time == adversaries[place].cpu_time && (info.flags & DOMFLAGS_BLOCKED || !info.nr_online_vcpus))
        return 0;
    adversaries[place].cpu_time = info.cpu_time;
    return info.cpu_time < LIFE_NS;
}

static void end(unsigned place)
{
    long result = domain_end(adversaries[place].domain);

    if (result)
        printk("warden: domain %u cannot be destroyed: error %d\n", adversaries[place].domain, (int)result);
    else
        destroyed++;
    adversaries[place].domain = 0;
}

/* Events are off between the look and the sleep, so none is slept through. */
static void watch(unsigned seed)
{
    uint64_t next_look = 0;

    platform_events_off();
    while (command != 's' && command != 'q') {
        platform_wait_for_event();
        platform_events_off();
    }
    while (command != 'q') {
        uint64_t now = hypervisor_system_time();
        int look = now >= next_look;

        if (look)
            next_look = now + LOOK_NS;
        for (unsigned i = 0; i < places; i++) {
            if (adversaries[i].domain && !lives(i, look))
                end(i);
            if (!adversaries[i].domain)
                start(i, seed++);
        }
        hypervisor_set_timer_op(next_look);
        platform_wait_for_event();
        platform_events_off();
    }
    platform_events_restore(0);
}

void kernel_main(void)
{
    const char *command_line = platform_command_line();
    unsigned long free_kb = machine_free_kb();
    long error;

    places = option_number(command_line, "adversaries", 2);
    memory_kb = option_number(command_line, "memory", 1024);
    if (places > ADVERSARIES_MAX)
        places = ADVERSARIES_MAX;
    pages_init();
    error = domains_init();
    if (error || events_bind_virq(VIRQ_DOM_EXC, something_happened) < 0 || events_bind_virq(VIRQ_CONSOLE, typed) < 0 ||
        events_bind_virq(VIRQ_TIMER, something_happened) < 0) {
        printk("warden: not able to control domains: error %d\n", (int)error);
        platform_shutdown(1);
    }
    printk("warden: ready, %u KB free\n", (unsigned)free_kb);
    watch(option_number(command_line, "seed", 1));
    for (unsigned i = 0; i < places; i++)
        if (adversaries[i].domain)
            end(i);
    printk("warden: %u adversaries started, %u could not be, %u destroyed; %u KB free, %u at the start\n", started, failed,
           destroyed, (unsigned)machine_free_kb(), (unsigned)free_kb);
    for (;;) {
        platform_events_off();
        platform_wait_for_event();
    }
}

void kernel_tick(void)
{
}

void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap == TRAP_EVENT) {
        events_dispatch();
        return;
    }
    printk("warden: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
