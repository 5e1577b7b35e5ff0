/* SPDX-License-Identifier: MIT
 *
 * Denial of service: storms of cheap hypercalls, and single ones that are as expensive as can be had.
 */
#include "adversary.h"

#include "lib.h"

#include <public/memory.h>

void attack_storms(void)
{
    unsigned times = below(100);
    unsigned what = below(5);

    for (unsigned i = 0; i < times; i++)
        switch (what) {
        case 0:
            hypervisor_sched_op(SCHEDOP_yield, 0);
            break;
        case 1:
            hypercall(__HYPERVISOR_dummy, 0, 0, 0, 0);
            break;
        case 2:
            hypervisor_force_upcall();
            break;
        case 3:
            wake_me_soon();
            hypervisor_sched_op(SCHEDOP_block, 0);
            break;
        default:
            hypervisor_set_timer_op(hypervisor_system_time() + below(1000));
            break;
        }
}

/* As many requests in one call as are taken. */
static struct mmuext_op requests[1024];

static void pin_and_unpin(unsigned pairs)
{
    unsigned long va = pool_page(), frame = frame_of(va);

    tame(va);
    for (unsigned i = 0; i < PAGE_SIZE / 4; i++)
        ((volatile unsigned long *)va)[i] = L2_SMALL(frame_of(POOL) << PAGE_SHIFT, L2_AP_USER_RW);
    hypervisor_update_va_mapping(va, 0, UVMF_INVLPG);
    for (unsigned i = 0; i < 2 * pairs; i++)
        requests[i] = (struct mmuext_op){.cmd = i % 2 ? MMUEXT_UNPIN_TABLE : MMUEXT_PIN_L1_TABLE, .arg1.mfn = frame};
    hypervisor_mmuext_op(requests, 2 * pairs);
}

static void flush(void)
{
    for (unsigned i = 0; i < 1024; i++)
        requests[i] = (struct mmuext_op){.cmd = MMUEXT_FLUSH_CACHE};
    hypervisor_mmuext_op(requests, 1024);
}

static void reserve(void)
{
    struct xen_memory_reservation request = {.extent_start = (unsigned long *)requests, .nr_extents = 1024, .domid = DOMID_SELF};

    for (unsigned i = 0; i < POOL_PAGES; i++)
        hypervisor_update_va_mapping(POOL + i * PAGE_SIZE, 0, UVMF_NONE);
    for (unsigned i = 0; i < POOL_PAGES; i++)
        ((unsigned long *)requests)[i] = frame_of(POOL + i * PAGE_SIZE);
    hypercall(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, (unsigned long)&request, 0, 0);
    hypercall(__HYPERVISOR_memory_op, XENMEM_increase_reservation, (unsigned long)&request, 0, 0);
    for (unsigned i = 0; i < POOL_PAGES; i++)
        tame(POOL + i * PAGE_SIZE);
}

void attack_batches(void)
{
    struct multicall_entry *calls = (struct multicall_entry *)arena;

    switch (below(5)) {
    case 0:
        pin_and_unpin(one_in(8) ? 512 : 8);
        break;
    case 1:
        flush();
        break;
    case 2:
        reserve();
        break;
    case 3:
        /* all of it many times */
        flush();
        for (unsigned i = 0; i < 200; i++)
            calls[i] = (struct multicall_entry){.op = __HYPERVISOR_mmuext_op, .args = {(unsigned long)requests, 1024, 0, DOMID_SELF}};
        hypercall(__HYPERVISOR_multicall, (unsigned long)calls, one_in(4) ? 200 : 4, 0, 0);
        break;
    default:
        hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, one_in(16) ? 65536 : 512, GUEST_KERNEL_START + 0x8000, 0);
        break;
    }
}
