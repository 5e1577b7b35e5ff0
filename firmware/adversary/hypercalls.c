/* SPDX-License-Identifier: MIT
 *
 * Hypercalls of any number with any arguments; the same with structures that make more sense, so that they come further; and
 * many of them in one.
 */
#include "adversary.h"

#include <public/grant_table.h>
#include <public/memory.h>
#include <public/vcpu.h>

/* What would only end ourselves is done seldom; what sleeps gets an alarm first; what prints does not print much. */
static int worth_doing(unsigned long number, unsigned long r0, unsigned long *r1)
{
    switch (number) {
    case __HYPERVISOR_sched_op:
    case __HYPERVISOR_sched_op_compat:
        if (r0 == SCHEDOP_shutdown)
            return one_in(200);
        if (r0 == SCHEDOP_block || r0 == SCHEDOP_poll)
            wake_me_soon();
        return 1;
    case __HYPERVISOR_vcpu_op:
        return r0 != VCPUOP_down || one_in(200);
    case __HYPERVISOR_console_io:
        if (!one_in(256))
            *r1 &= 0x1f;
        return 1;
    default:
        return 1;
    }
}

static void call(unsigned long number, unsigned long r0, unsigned long r1, unsigned long r2, unsigned long r3)
{
    if (!worth_doing(number, r0, &r1))
        return;
    hypercall(number, r0, r1, r2, r3);
    if (number == __HYPERVISOR_set_callbacks)
        repair();
}

static unsigned long any_number(void)
{
    return one_in(32) ? any_value() : below(NR_hypercalls);
}

void attack_hypercalls(void)
{
    unsigned long number = any_number();
    unsigned long r0 = one_in(3) ? below(64) : any_value();

    if (number == __HYPERVISOR_restore_guest_context && !one_in(64))
        number = __HYPERVISOR_dummy;    /* nearly always the end of the domain: forged frames have a class of their own */
    call(number, r0, any_value(), any_value(), any_value());
}

/* A command that exists, mostly, in front of words that can be anything. */
static void *any_operation(unsigned commands, unsigned words)
{
    unsigned long *operation = any_structure(words + 1);

    operation[0] = one_in(16) ? any_value() : below(commands);
    return operation;
}

void attack_structures(void)
{
    unsigned long count = one_in(8) ? any_value() : below(8);
    unsigned long done = one_in(2) ? 0 : any_address();

    switch (below(13)) {
    case 0:
        call(__HYPERVISOR_event_channel_op, (unsigned long)any_operation(11, 8), 0, 0, 0);
        break;
    case 1:
        call(__HYPERVISOR_grant_table_op, below(6), (unsigned long)any_structure(20), count, 0);
        break;
    case 2:
        call(__HYPERVISOR_memory_op, below(6), (unsigned long)any_structure(8), 0, 0);
        break;
    case 3:
        call(__HYPERVISOR_mmuext_op, (unsigned long)any_operation(40, 12), count, done, one_in(8) ? any_domain() : DOMID_SELF);
        break;
    case 4:
        call(__HYPERVISOR_mmu_update, (unsigned long)any_structure(12), count, done, one_in(8) ? any_domain() : DOMID_SELF);
        break;
    case 5:
        call(__HYPERVISOR_dom0_op, (unsigned long)any_operation(64, 24), 0, 0, 0);
        break;
    case 6:
        call(__HYPERVISOR_acm_op, (unsigned long)any_operation(20, 8), 0, 0, 0);
        break;
    case 7:
        call(__HYPERVISOR_sched_op, below(6), (unsigned long)any_structure(8), 0, 0);
        break;
    case 8:
        call(__HYPERVISOR_vcpu_op, below(6), one_in(4) ? any_value() : 0, (unsigned long)any_structure(8), 0);
        break;
    case 9:
        call(__HYPERVISOR_xen_version, below(10), (unsigned long)any_structure(4), 0, 0);
        break;
    case 10:
        call(__HYPERVISOR_console_io, below(3), any_value(), any_address(), 0);
        break;
    case 11:
        call(__HYPERVISOR_physdev_op, (unsigned long)any_operation(8, 4), 0, 0, 0);
        break;
    default:
        call(__HYPERVISOR_update_va_mapping, any_address(), below(16), any_frame() << PAGE_SHIFT | below(0x1000), 0);
        break;
    }
}

void attack_multicalls(void)
{
    struct multicall_entry *calls = any_structure(16 * sizeof(struct multicall_entry) / 4);
    unsigned count = below(16);

    for (unsigned i = 0; i < count; i++) {
        unsigned long number = any_number();

        calls[i].op = worth_doing(number, calls[i].args[0], &calls[i].args[1]) ? number : __HYPERVISOR_dummy;
        if (number == __HYPERVISOR_multicall && one_in(2))
            calls[i].args[0] = (unsigned long)calls;
    }
    hypercall(__HYPERVISOR_multicall, (unsigned long)calls, one_in(16) ? any_value() : count, 0, 0);
    repair();
}
