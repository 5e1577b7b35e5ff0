/* SPDX-License-Identifier: MIT
 *
 * Domains by dom0_op. The image of a new domain is copied into its memory through a window: one page at WINDOW whose
 * descriptor we change by mmu_update, naming the new domain as the owner of the frame. The window is uncached, so nothing
 * of one frame can be left in the cache when the next is mapped there.
 */
#include "domains.h"

#include "guest.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

/* In the user range, where no table is yet; slot number and number of the coarse table in its page must agree. */
#define WINDOW          0x80000000u
#define WINDOW_SLOT     (WINDOW >> 20)

static uint64_t window_descriptor;      /* its machine address */

static long mmu_update(uint64_t address, unsigned long value, unsigned owner)
{
    struct mmu_update request = {.ptr = address | MMU_NORMAL_PT_UPDATE, .val = value};

    return hypercall(__HYPERVISOR_mmu_update, (unsigned long)&request, 1, 0, owner);
}

static long dom0_op(struct dom0_op *operation, unsigned command)
{
    operation->cmd = command;
    operation->interface_version = DOM0_INTERFACE_VERSION;
    return hypercall(__HYPERVISOR_dom0_op, (unsigned long)operation, 0, 0, 0);
}

/* A page becomes a page of coarse tables: cleared, unmapped, then put into the first-level table. */
long domains_init(void)
{
    struct mmuext_op base = {.cmd = MMUEXT_GET_PGD};
    void *page = pages_allocate(0);
    unsigned long table;
    long result;

    if (!page)
        return -XEN_ENOMEM;
    memset(page, 0, PAGE_SIZE);
    table = guest_frame_of(page) << PAGE_SHIFT;
    result = hypervisor_update_va_mapping((unsigned long)page, 0, UVMF_INVLPG);
    if (!result)
        result = hypervisor_mmuext_op(&base, 1);
    if (!result)
        result = mmu_update(base.arg1.phys_addr + WINDOW_SLOT * 4, L1_COARSE(table, MMU_DOMAIN_KERNEL), DOMID_SELF);
    window_descriptor = table;
    return result;
}

static long copy_to_domain(domid_t domain, unsigned long machine, const struct image *image)
{
    for (size_t done = 0; done < image->bytes; done += PAGE_SIZE) {
        size_t left = image->bytes - done;
        long result = mmu_update(window_descriptor, L2_SMALL_UNCACHED(machine + done, L2_AP_KERNEL_ONLY), domain);

        if (result)
            return result;
        memcpy((void *)WINDOW, image->start + done, left < PAGE_SIZE ? left : PAGE_SIZE);
    }
    return mmu_update(window_descriptor, 0, DOMID_SELF);
}

static long build(domid_t domain, const struct image *image, unsigned memory_kb, const char *name, const char *command_line)
{
    struct dom0_op operation = {.u.setdomainmaxmem = {.domain = domain, .max_memkb = memory_kb}};
    long result = dom0_op(&operation, DOM0_SETDOMAINMAXMEM);

    if (result)
        return result;
    operation.u.guest_image_ctl = (struct dom0_guest_image_ctl){
        .domain = domain, .sub_cmd = CMD_GUEST_COPY, .guest_image_size = image->bytes};
    result = dom0_op(&operation, DOM0_GUEST_IMAGE_CTL);
    if (!result)
        result = copy_to_domain(domain, operation.u.guest_image_ctl.guest_image_address, image);
    if (result)
        return result;
    operation.u.guest_image_ctl = (struct dom0_guest_image_ctl){
        .domain = domain, .sub_cmd = CMD_GUEST_CREATE, .guest_image_size = image->bytes, .name = name,
        .command_line = command_line};
    result = dom0_op(&operation, DOM0_GUEST_IMAGE_CTL);
    return result ? result : domain_pause(domain, 0);
}

long domain_start(const struct image *image, unsigned memory_kb, const char *name, const char *command_line)
{
    struct dom0_op operation = {.u.createdomain = {.domain = 0}};
    long result = dom0_op(&operation, DOM0_CREATEDOMAIN);
    domid_t domain = operation.u.createdomain.domain;

    if (result)
        return result;
    result = build(domain, image, memory_kb, name, command_line);
    if (!result)
        return domain;
    domain_end(domain);
    return result;
}

long domain_end(domid_t domain)
{
    struct dom0_op operation = {.u.domain = {.domain = domain}};

    return dom0_op(&operation, DOM0_DESTROYDOMAIN);
}

long domain_pause(domid_t domain, int pause)
{
    struct dom0_op operation = {.u.domain = {.domain = domain}};

    return dom0_op(&operation, pause ? DOM0_PAUSEDOMAIN : DOM0_UNPAUSEDOMAIN);
}

/* The hypervisor answers with the next domain when this one is not there. */
long domain_look_at(domid_t domain, struct dom0_getdomaininfo *info)
{
    struct dom0_op operation = {.u.getdomaininfo = {.domain = domain}};
    long result = dom0_op(&operation, DOM0_GETDOMAININFO);

    if (result)
        return result;
    *info = operation.u.getdomaininfo;
    return info->domain == domain ? 0 : -XEN_ESRCH;
}

unsigned long machine_free_kb(void)
{
    struct dom0_op operation = {.u.pad = {0}};

    return dom0_op(&operation, DOM0_PHYSINFO) ? 0 : (unsigned long)operation.u.physinfo.free_pages * (PAGE_SIZE / 1024);
}
