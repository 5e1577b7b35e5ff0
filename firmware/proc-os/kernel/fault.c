/* SPDX-License-Identifier: MIT
 *
 * What a process did that it may not. Comes from guest_upcall (traps.c), with what the hypervisor has read from the fault
 * registers: VFAR, the address, and VFSR, the reason (ARM DDI 0100 B4.6).
 *
 * Of these, touching the page below the stack is no mistake: it asks for that page, and the instruction is executed again. Below the limit of the
 * stack it is one, and the process ends.
 *
 * A teaching kernel lets its process go on otherwise: behind the instruction, or, when there is no instruction (a jump into
 * nowhere), back where the jump came from. A process that does nothing but fault is ended.
 */
#include "abi.h"
#include "console.h"
#include "platform.h"
#include "process.h"

#define MOST_FAULTS_IN_A_ROW 16

/* VFSR bits 3:0 of a second-level descriptor that maps nothing. */
#define PAGE_TRANSLATION 7

/* VFSR bits 3:0. */
static const char *const reasons[16] = {
    [1] = "alignment",          [3] = "alignment",           [5] = "no section",     [7] = "no page",
    [8] = "bus error, section", [9] = "no access, section",  [10] = "bus error, page", [11] = "no access, page",
    [13] = "permission, section", [15] = "permission, page",
};

static const char *trap_name(unsigned trap)
{
    switch (trap) {
    case TRAP_UNDEFINED:
        return "undefined instruction";
    case TRAP_PREFETCH_ABORT:
        return "prefetch abort";
    default:
        return "data abort";
    }
}

/* " (permission, page, MMU domain 1)"; without a descriptor there is no MMU domain to name. */
static void explain(char *text, size_t size, unsigned vfsr)
{
    const char *reason = reasons[vfsr & 15] ? reasons[vfsr & 15] : "unknown reason";

    if ((vfsr & 15) < 7)
        format_text(text, size, " (%s)", reason);
    else
        format_text(text, size, " (%s, MMU domain %u)", reason, vfsr >> 4 & 15);
}

/* In the page below the lowest that a stack can have. */
static int is_overflow(unsigned trap, unsigned vfar)
{
    return trap == TRAP_DATA_ABORT && vfar - (USER_STACK_TOP - USER_STACK_MAX - PAGE_SIZE) < PAGE_SIZE;
}

void process_fault(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    const char *decision;
    char why[48] = "";
    unsigned step = frame->psr & PSR_THUMB ? 2 : 4;
    /* The frame of an undefined instruction already points behind it (public/arch-arm.h). */
    unsigned at = trap == TRAP_UNDEFINED ? frame->r15 - step : frame->r15;

    if (trap == TRAP_DATA_ABORT && (vfsr & 15) == PAGE_TRANSLATION && process_grow_stack(vfar))
        return;
    if (trap != TRAP_UNDEFINED)
        explain(why, sizeof why, vfsr);
    if (++current_process->faults_in_a_row > MOST_FAULTS_IN_A_ROW) {
        decision = "one too many, ended";
        current_process->state = PROCESS_ENDED;
    } else if (is_overflow(trap, vfar)) {
        decision = "its stack has no more room, ended";
        current_process->state = PROCESS_ENDED;
    } else if (trap == TRAP_PREFETCH_ABORT) {
        decision = "back to lr";
        frame->r15 = frame->r14;
    } else {
        decision = "skipped";
        frame->r15 = at + step;
    }
    printk("proc-os: pid %u at pc 0x%08x: %s (CTX 0x%02x) VFAR 0x%08x VFSR 0x%03x%s: %s\n", current_process->pid, at,
           trap_name(trap), trap, vfar, vfsr, why, decision);
}
