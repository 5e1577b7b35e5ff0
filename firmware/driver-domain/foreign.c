/* SPDX-License-Identifier: MIT
 *
 * Foreign pages stand in windows (drivers/windows.h): their page of coarse tables is the last but one of our page tables, before that
 * of the devices.
 */
#include "foreign.h"

#include "guest.h"
#include "platform.h"
#include "windows.h"

static long dom0_op(struct dom0_op *operation, unsigned command)
{
    operation->cmd = command;
    operation->interface_version = DOM0_INTERFACE_VERSION;
    return hypercall(__HYPERVISOR_dom0_op, (unsigned long)operation, 0, 0, 0);
}

int foreign_next_running(domid_t domain)
{
    for (;;) {
        struct dom0_op operation = {.u.getdomaininfo = {.domain = domain}};
        long error = dom0_op(&operation, DOM0_GETDOMAININFO);

        if (error)
            return (int)error;
        domain = operation.u.getdomaininfo.domain;
        if (!(operation.u.getdomaininfo.flags & DOMFLAGS_SHUTDOWN))
            return domain;
        domain++;
    }
}

int foreign_channels(domid_t domain, struct dom0_guest_image_ctl *channels)
{
    struct dom0_op operation = {.u.guest_image_ctl = {.domain = domain, .sub_cmd = CMD_GUEST_CHANNELS}};
    long error = dom0_op(&operation, DOM0_GUEST_IMAGE_CTL);

    *channels = operation.u.guest_image_ctl;
    return (int)error;
}

static long set_descriptor(const void *window, unsigned long value, unsigned owner)
{
    unsigned long table = start_info->pt_base + (start_info->nr_pt_frames - 2) * PAGE_SIZE;
    unsigned place = ((unsigned long)window - GUEST_FIXMAP_START) >> PAGE_SHIFT;
    struct mmu_update request = {
        .ptr = ((guest_frame_of((void *)table) << PAGE_SHIFT) + place * 4) | MMU_NORMAL_PT_UPDATE, .val = value};

    return hypercall(__HYPERVISOR_mmu_update, (unsigned long)&request, 1, 0, owner);
}

void *foreign_map(domid_t domain, unsigned long frame)
{
    void *window = windows_take(1);

    if (!window)
        return NULL;
    if (set_descriptor(window, L2_SMALL_UNCACHED(frame << PAGE_SHIFT, L2_AP_KERNEL_ONLY), domain) == 0)
        return window;
    windows_give(window, 1);
    return NULL;
}

void foreign_unmap(void *page)
{
    set_descriptor(page, 0, DOMID_SELF);
    windows_give(page, 1);
}
