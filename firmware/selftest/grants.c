/* SPDX-License-Identifier: MIT
 *
 * grant_table_op between two domains: Domain-1 grants, Domain-0 maps, misbehaves, gives a frame away, and destroys
 * Domain-1 while it still maps a frame of it.
 */
#include "console.h"
#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "selftest.h"

#include <public/dom0_ops.h>
#include <public/grant_table.h>

#define WINDOW      GUEST_FIXMAP_START          /* the builder has made its second-level tables */
#define TABLE       (GUEST_FIXMAP_START + 0x10000)
#define FILLED      0x6772616e
#define ANSWERED    0x616e7377

enum { REF_OPEN, REF_READONLY, REF_TRANSFER, REF_FOR_OTHERS, REF_STOLEN, REF_USED };

static long grant_op(unsigned command, void *operation)
{
    return hypercall(__HYPERVISOR_grant_table_op, command, (unsigned long)operation, 1, 0);
}

/* ------------------------------------------------------------------------------------------------------ Domain-1 grants */

static volatile struct grant_entry *set_up_table(void)
{
    unsigned long frames[2];
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 2, .frame_list = frames};

    check("setup_table", grant_op(GNTTABOP_setup_table, &setup) ? -100 : setup.status, GNTST_okay);
    for (unsigned i = 0; i < 2; i++)
        check("the table's frames can be mapped",
              hypervisor_update_va_mapping(TABLE + i * PAGE_SIZE, L2_SMALL(frames[i] << PAGE_SHIFT, L2_AP_KERNEL_ONLY), UVMF_INVLPG), 0);
    return (volatile struct grant_entry *)TABLE;
}

static void grant(volatile struct grant_entry *entry, domid_t domain, unsigned long frame, unsigned flags)
{
    entry->domid = domain;
    entry->frame = frame;
    entry->flags = (uint16_t)flags;
}

void test_granting(void)
{
    volatile unsigned *open = pages_allocate(0);
    volatile unsigned *readonly = pages_allocate(0);
    volatile struct grant_entry *table = set_up_table();
    unsigned long received;

    check("room for a frame that is to come", give_back(pages_allocate(0)), 1);
    open[0] = readonly[0] = FILLED;
    grant(&table[REF_TRANSFER], 0, 0, GTF_accept_transfer);
    grant(&table[REF_FOR_OTHERS], 5, frame_of((void *)open), GTF_permit_access);
    grant(&table[REF_STOLEN], 0, 0x10, GTF_permit_access);
    grant(&table[REF_READONLY], 0, frame_of((void *)readonly), GTF_permit_access | GTF_readonly);
    grant(&table[REF_OPEN], 0, frame_of((void *)open), GTF_permit_access);
    while (open[1] != ANSWERED)
        yield();
    check("what Domain-0 wrote is here", open[1], ANSWERED);
    check("the entry says that it is mapped to write", table[REF_OPEN].flags, GTF_permit_access | GTF_reading | GTF_writing);
    check("the other that it is mapped to read", table[REF_READONLY].flags, GTF_permit_access | GTF_readonly | GTF_reading);
    while (!(table[REF_TRANSFER].flags & GTF_transfer_completed))
        yield();
    received = table[REF_TRANSFER].frame;
    check("the frame that has come is ours",
          hypervisor_update_va_mapping(WINDOW, L2_SMALL(received << PAGE_SHIFT, L2_AP_KERNEL_ONLY), UVMF_INVLPG), 0);
    check("with its contents", *(volatile unsigned *)WINDOW, FILLED);
    open[2] = FILLED;
    for (;;)                                    /* until Domain-0 destroys us */
        yield();
}

/* -------------------------------------------------------------------------------------------------------- Domain-0 maps */

/* The status; the handle goes to *handle. */
static long map(unsigned long va, domid_t domain, unsigned ref, unsigned flags, grant_handle_t *handle)
{
    struct gnttab_map_grant_ref operation = {.host_addr = va, .flags = flags, .ref = ref, .dom = domain};
    long error = grant_op(GNTTABOP_map_grant_ref, &operation);

    if (handle)
        *handle = operation.handle;
    return error ? error - 100 : operation.status;
}

static long unmap(unsigned long va, grant_handle_t handle)
{
    struct gnttab_unmap_grant_ref operation = {.host_addr = va, .handle = handle};
    long error = grant_op(GNTTABOP_unmap_grant_ref, &operation);

    return error ? error - 100 : operation.status;
}

static long give(unsigned long frame)
{
    struct gnttab_transfer operation = {.mfn = frame, .domid = 1, .ref = REF_TRANSFER};
    long error = grant_op(GNTTABOP_transfer, &operation);

    return error ? error - 100 : operation.status;
}

static long dom0_op(struct dom0_op *operation, unsigned command)
{
    operation->cmd = command;
    operation->interface_version = DOM0_INTERFACE_VERSION;
    return hypercall(__HYPERVISOR_dom0_op, (unsigned long)operation, 0, 0, 0);
}

static long free_pages(void)
{
    struct dom0_op operation = {.u.pad = {0}};

    dom0_op(&operation, DOM0_PHYSINFO);
    return (long)operation.u.physinfo.free_pages;
}

static void test_refusals(grant_handle_t handle)
{
    check("a read-only grant cannot be mapped to write", map(WINDOW + 0x2000, 1, REF_READONLY, GNTMAP_host_map, NULL),
          GNTST_permission_denied);
    check("nor one for another domain", map(WINDOW + 0x2000, 1, REF_FOR_OTHERS, GNTMAP_host_map, NULL), GNTST_bad_gntref);
    check("nor a frame that the granter does not own", map(WINDOW + 0x2000, 1, REF_STOLEN, GNTMAP_host_map, NULL),
          GNTST_bad_virt_addr);
    check("nor a reference beyond the table", map(WINDOW + 0x2000, 1, 4000, GNTMAP_host_map, NULL), GNTST_bad_gntref);
    check("nor an unused one", map(WINDOW + 0x2000, 1, REF_USED, GNTMAP_host_map, NULL), GNTST_bad_gntref);
    check("nor of a domain that is not there", map(WINDOW + 0x2000, 9, REF_OPEN, GNTMAP_host_map, NULL), GNTST_bad_domain);
    check("nor into the hypervisor", map(0xff010000, 1, REF_OPEN, GNTMAP_host_map, NULL), GNTST_bad_virt_addr);
    check("a handle that is none", unmap(WINDOW, handle + 1000), GNTST_bad_handle);
    check("a handle with another address", unmap(WINDOW + 0x1000, handle), GNTST_bad_virt_addr);
}

static long update(unsigned long machine_address, unsigned long value)
{
    struct mmu_update request = {.ptr = machine_address, .val = value};

    return hypercall(__HYPERVISOR_mmu_update, (unsigned long)&request, 1, 0, DOMID_SELF);
}

/* A mapping in a table that is out of the way while the grant is unmapped may not come back with it. */
static void test_escape(void)
{
    const unsigned long va = 0x50000000;
    struct mmuext_op base = {.cmd = MMUEXT_GET_PGD}, pin = {.cmd = MMUEXT_PIN_L1_TABLE};
    void *page = pages_allocate(0);
    unsigned long table = frame_of(page) << PAGE_SHIFT, slot;
    grant_handle_t handle;

    memset(page, 0, PAGE_SIZE);
    pin.arg1.mfn = frame_of(page);
    hypervisor_update_va_mapping((unsigned long)page, 0, UVMF_INVLPG);
    check("a table to hide", hypervisor_mmuext_op(&pin, 1) | hypervisor_mmuext_op(&base, 1), 0);
    slot = base.arg1.phys_addr + (va >> 20) * 4;
    check("in its place", update(slot, L1_COARSE(table, MMU_DOMAIN_KERNEL)), 0);
    check("a grant in it", map(va, 1, REF_OPEN, GNTMAP_host_map, &handle), GNTST_okay);
    check("shows it", *(volatile unsigned *)va, FILLED);
    check("hiding the table", update(slot, 0), 0);
    check("unmapping the grant", unmap(va, handle), GNTST_okay);
    check("the table again", update(slot, L1_COARSE(table, MMU_DOMAIN_KERNEL)), 0);
    check("shows nothing of the other domain", hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, 4, va, 0), -XEN_EFAULT);
}

static void test_transfer(void)
{
    volatile unsigned *page = pages_allocate(0);
    unsigned long frame = frame_of((void *)page);

    *page = FILLED;
    check("a frame that is mapped cannot be given away", give(frame), GNTST_general_error);
    check("nor one that is not ours", give(0x10), GNTST_general_error);
    check("unmapping it", hypervisor_update_va_mapping((unsigned long)page, 0, UVMF_INVLPG), 0);
    check("then it can", give(frame), GNTST_okay);
    check("but not twice", give(frame), GNTST_bad_gntref);
}

void test_mapping_grants(void)
{
    volatile unsigned *open = (volatile unsigned *)WINDOW;
    struct dom0_op destroy = {.u.domain = {.domain = 1}};
    grant_handle_t handle, second, readonly;
    long before;

    while (map(WINDOW, 1, REF_OPEN, GNTMAP_host_map, &handle) != GNTST_okay)
        yield();
    check("a granted frame shows what its owner wrote", open[0], FILLED);
    check("it can be mapped twice", map(WINDOW + 0x1000, 1, REF_OPEN, GNTMAP_host_map | GNTMAP_readonly, &second), GNTST_okay);
    check("and unmapped once", unmap(WINDOW + 0x1000, second), GNTST_okay);
    check("a read-only grant", map(WINDOW + 0x1000, 1, REF_READONLY, GNTMAP_host_map | GNTMAP_readonly, &readonly), GNTST_okay);
    check("shows its frame", *(volatile unsigned *)(WINDOW + 0x1000), FILLED);
    test_refusals(handle);
    test_escape();
    open[1] = ANSWERED;
    test_transfer();
    while (open[2] != FILLED)
        yield();
    check("destroying the granter", dom0_op(&destroy, DOM0_DESTROYDOMAIN), 0);
    check("its frame stays while it is mapped", open[0], FILLED);
    before = free_pages();
    check("unmapping it", unmap(WINDOW, handle), GNTST_okay);
    check("frees it", free_pages() - before, 1);
    check("and so the other", unmap(WINDOW + 0x1000, readonly), GNTST_okay);
    check("which is free too", free_pages() - before, 2);
}
