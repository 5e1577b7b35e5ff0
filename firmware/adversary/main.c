/* SPDX-License-Identifier: MIT
 *
 * The adversary's loop: one attack after the other, for ever. What it does to itself it tries to survive: every fault and every
 * stray system call leads to attack_restart. When that is not enough the domain crashes, and the warden starts another one.
 *
 * Command line: seed=N
 */
#include "adversary.h"

#include "kernel.h"
#include "lib.h"

#define WAKE_NS 50000

struct attack {
    void (*run)(void);
    unsigned weight;
};

static const struct attack attacks[ATTACK_CLASSES] = {
#define X(name, weight) [ATTACK_##name] = {attack_##name, weight},
    ATTACKS(X)
#undef X
};

static unsigned hopeless;               /* faults since the last attack began */
static unsigned number;                 /* of attacks so far */
static unsigned number_at_tick, stuck;

extern char boot_stack_top[];           /* start.S */
extern char image_start[], image_end[]; /* adversary.lds */

/* Each 10 ms of running: an attack that goes on since the last time, such as code that branches to itself, is ended. */
static void tick(evtchn_port_t port)
{
    (void)port;
    stuck = number == number_at_tick;
    number_at_tick = number;
}

/* Our own pages to where they were. That our frames are listed wrongly by now is possible: then it is the end of us. */
static void map_image(void)
{
    const unsigned long *frames = (const unsigned long *)start_info->mfn_list;

    for (unsigned long page = (unsigned long)image_start; page < (unsigned long)image_end; page += PAGE_SIZE)
        hypervisor_update_va_mapping(
            page, L2_SMALL(frames[(page - GUEST_KERNEL_START) >> PAGE_SHIFT] << PAGE_SHIFT, L2_AP_USER_RW), UVMF_INVLPG);
}

void repair(void)
{
    attack_over();
    hypervisor_set_callbacks(hypervisor_callback, hypervisor_callback);
    hypervisor_update_va_mapping(GUEST_SHARED_INFO, 0, UVMF_SHARED_INFO);
    if (one_in(4))
        events_bind_virq(VIRQ_TIMER, tick);
}

void wake_me_soon(void)
{
    hypervisor_set_timer_op(WAKE_NS + hypervisor_system_time());
}

/* From attack_restart, on an empty stack. */
void next_attack(void);
void next_attack(void)
{
    static unsigned total;
    unsigned pick;
    enum attack_class class = 0;

    if (!total)
        for (unsigned i = 0; i < ATTACK_CLASSES; i++)
            total += attacks[i].weight;
    pick = below(total);
    while (pick >= attacks[class].weight)
        pick -= attacks[class++].weight;
    if (one_in(32))
        repair();
    hopeless = 0;
    number++;
    attack_begin(class);
    attacks[class].run();
    attack_over();
}

void kernel_main(void)
{
    struct mmuext_op base = {.cmd = MMUEXT_GET_PGD};

    random_seed(option_number(platform_command_line(), "seed", 1));
    hypervisor_mmuext_op(&base, 1);
    first_level_table = base.arg1.phys_addr;
    map_image();
    events_bind_virq(VIRQ_TIMER, tick);
    grants_begin();
    attack_restart();
}

void kernel_tick(void)
{
}

/* Events need no answer but to be taken note of. All else is an attack that has hit ourselves: on with the next. */
void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    (void)vfar;
    (void)vfsr;
    if (trap == TRAP_EVENT) {
        events_dispatch();
        if (!stuck)
            return;
        stuck = 0;
    }
    attack_over();
    if (++hopeless > 2)
        map_image();
    if (hopeless > 8)
        guest_shutdown(SHUTDOWN_crash);
    frame->r13 = (unsigned)boot_stack_top;
    frame->r15 = (unsigned)attack_restart;
    frame->psr = PSR_MODE_SVC;
}
