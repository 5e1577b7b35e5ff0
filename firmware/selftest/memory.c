/* SPDX-License-Identifier: MIT
 *
 * memory_op: giving frames back, and getting others.
 */
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "selftest.h"

#include <public/memory.h>

static long memory_op(unsigned command, unsigned long *frames, unsigned long count)
{
    struct xen_memory_reservation request = {.extent_start = frames, .nr_extents = count, .domid = DOMID_SELF};

    return hypercall(__HYPERVISOR_memory_op, command, (unsigned long)&request, 0, 0);
}

static long pages_owned(void)
{
    domid_t self = DOMID_SELF;

    return hypercall(__HYPERVISOR_memory_op, XENMEM_current_reservation, (unsigned long)&self, 0, 0);
}

long give_back(void *page)
{
    unsigned long frame = frame_of(page);
    long error = hypervisor_update_va_mapping((unsigned long)page, 0, UVMF_INVLPG);

    return error ? error : memory_op(XENMEM_decrease_reservation, &frame, 1);
}

void test_reservations(void)
{
    volatile unsigned *page = pages_allocate(0);
    unsigned long va = (unsigned long)page;
    unsigned long frame = frame_of((void *)va);
    unsigned long got = 0;
    long owned = pages_owned();

    *page = 0x5ec7e7;
    check("a frame that is mapped cannot be given back", memory_op(XENMEM_decrease_reservation, &frame, 1), 0);
    check("nor asked for beyond the maximum", memory_op(XENMEM_increase_reservation, &got, 1), 0);
    check("unmapping it", hypervisor_update_va_mapping(va, 0, UVMF_INVLPG), 0);
    check("then it can be given back", memory_op(XENMEM_decrease_reservation, &frame, 1), 1);
    check("and is not ours any more", hypervisor_update_va_mapping(va, L2_SMALL(frame << PAGE_SHIFT, L2_AP_KERNEL_ONLY), 0),
          -XEN_EINVAL);
    check("the domain has a frame less", pages_owned(), owned - 1);
    check("a frame in its place", memory_op(XENMEM_increase_reservation, &got, 1), 1);
    check("can be mapped", hypervisor_update_va_mapping(va, L2_SMALL(got << PAGE_SHIFT, L2_AP_KERNEL_ONLY), UVMF_INVLPG), 0);
    check("and holds nothing of what was in it", (long)*page, 0);
    check("the domain is as large as before", pages_owned(), owned);
}

/* Each takes a page of the hypervisor's heap, which is everybody's. */
void test_spaces(void)
{
    unsigned pinned = 0;

    for (unsigned i = 0; i < 40; i++) {
        char *table = pages_allocate(2);
        struct mmuext_op pin = {.cmd = MMUEXT_PIN_L2_TABLE, .arg1.mfn = frame_of(table)};

        memset(table, 0, 4 * PAGE_SIZE);
        for (unsigned page = 0; page < 4; page++)
            hypervisor_update_va_mapping((unsigned long)table + page * PAGE_SIZE, 0, UVMF_INVLPG);
        pinned += hypervisor_mmuext_op(&pin, 1) == 0;
    }
    check("first-level tables beside the first", pinned, 31);
}
