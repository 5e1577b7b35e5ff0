/* SPDX-License-Identifier: MIT
 *
 * Builds a domain: memory, image, page tables, start_info, first frame. From start_xen, for what the boot loader brought,
 * and from dom0_op. The boot table is loaded meanwhile, which shows all machine memory at its own address: so a guest's
 * memory is written here without further mappings, and goes to memory when the next change of page tables cleans the cache.
 *
 * The domain's memory, one contiguous machine range seen at VIRT_BASE (order of 2008):
 *   image | ramdisk | phys-to-machine map | store and console pages (not Domain-0) | start_info | page tables, 16 KB aligned | boot stack | free
 * Page tables: 4 frames of first-level table, a page of coarse tables for each 4 MB of the above, one for GUEST_FIXMAP,
 * one for GUEST_IO (Domain-0). Their frames are in no mapping that a guest could write through (pagetable.c).
 */
#include <xen/domain_build.h>
#include <xen/elf.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/pagetable.h>
#include <asm-arm/arch-goldfish/platform.h>
#include <asm-arm/system.h>

#define MINIMUM_FREE_PAGES 1

struct layout {
    struct guest_image image;
    unsigned long pages;                        /* of the domain */
    unsigned long ramdisk, p2m, store, start_info, page_tables, stack, end;     /* virtual, from low to high */
    unsigned long group_tables;                 /* pages of coarse tables for the linear mapping */
    unsigned long table_pages;                  /* all of them, the first-level table too */
};

/* NULL, or why the module cannot become a domain. */
static const char *plan(struct layout *layout, const struct boot_module *module, bool privileged)
{
    unsigned long next, limit = privileged ? GUEST_IO_START : GUEST_FIXMAP_START;
    const char *fault;

    layout->image.bytes = (const uint8_t *)module->start;
    layout->image.length = module->bytes;
    fault = parse_guest_image(&layout->image);
    if (fault)
        return fault;
    layout->pages = module->memory >> PAGE_SHIFT;
    if (layout->pages > (limit - layout->image.virt_base) >> PAGE_SHIFT)
        return "more memory than fits between VIRT_BASE and the end of the guest kernel's range";
    layout->group_tables = round_up(layout->pages, L1_PAGE_ENTRIES) / L1_PAGE_ENTRIES;
    layout->table_pages = L2_TABLE_PAGES + layout->group_tables + 1 + (privileged ? 1 : 0);

    next = round_up(layout->image.end, PAGE_SIZE);
    layout->ramdisk = next;
    if (module->ramdisk_bytes > module->memory)
        return "a ramdisk that is larger than its memory";
    next += round_up(module->ramdisk_bytes, PAGE_SIZE);
    layout->p2m = next;
    next += round_up(layout->pages * sizeof(uint32_t), PAGE_SIZE);
    layout->store = next;               /* the console's page is the next one */
    if (!privileged)
        next += 2 * PAGE_SIZE;
    layout->start_info = next;
    next += PAGE_SIZE;
    next = round_up(next, L2_TABLE_PAGES * PAGE_SIZE);
    layout->page_tables = next;
    next += layout->table_pages * PAGE_SIZE;
    layout->stack = next;
    next += PAGE_SIZE;
    layout->end = next;
    if ((next - layout->image.virt_base) >> PAGE_SHIFT > layout->pages - MINIMUM_FREE_PAGES || layout->pages == 0)
        return "too little memory for its image, ramdisk and page tables";
    return NULL;
}

static unsigned long machine_address(const struct layout *layout, unsigned long mfn, unsigned long va)
{
    return (mfn << PAGE_SHIFT) + (va - layout->image.virt_base);
}

static void build_linear_mapping(const struct layout *layout, unsigned long mfn)
{
    unsigned long first_table = (layout->page_tables - layout->image.virt_base) >> PAGE_SHIFT;
    uint32_t *tables = (uint32_t *)machine_address(layout, mfn, layout->page_tables + L2_TABLE_PAGES * PAGE_SIZE);

    for (unsigned long pfn = 0; pfn < layout->pages; pfn++)
        tables[pfn] = pfn - first_table < layout->table_pages
                          ? 0 : L2_SMALL((mfn + pfn) << PAGE_SHIFT, L2_AP_KERNEL_ONLY);
}

static void set_group(uint32_t *table, unsigned long va, unsigned long coarse_tables, unsigned int slots, unsigned int mmu_domain)
{
    for (unsigned int i = 0; i < slots; i++)
        table[l2_index(va) + i] = L1_COARSE(coarse_tables + i * 1024, mmu_domain);
}

/* Writes the tables as the guest might have, and lets the same checks accept them (get_l2_type). */
static bool build_page_tables(struct domain *d, const struct layout *layout, unsigned long mfn)
{
    unsigned long base = machine_address(layout, mfn, layout->page_tables);
    uint32_t *table = (uint32_t *)base;
    unsigned long next = base + L2_TABLE_PAGES * PAGE_SIZE;

    memset(table, 0, layout->table_pages * PAGE_SIZE);
    build_linear_mapping(layout, mfn);
    for (unsigned long i = 0; i < layout->group_tables; i++, next += PAGE_SIZE)
        set_group(table, layout->image.virt_base + (i << 22), next, 4, DOMAIN_KERNEL);
    set_group(table, GUEST_FIXMAP_START, next, 4, DOMAIN_KERNEL);
    next += PAGE_SIZE;
    if (d->domain_flags & DOMF_privileged) {
        set_group(table, GUEST_IO_START, next, 1, DOMAIN_IO);
        for (unsigned int i = 0; i < NR_GUEST_DEVICES; i++) {
            unsigned long device = platform_guest_device(i) - (GOLDFISH_IO_PHYS >> PAGE_SHIFT);

            if (device < L1_TABLE_ENTRIES)
                ((uint32_t *)next)[device] = L2_SMALL_UNCACHED(platform_guest_device(i) << PAGE_SHIFT, L2_AP_KERNEL_ONLY);
        }
    }
    if (!get_l2_type(d, base >> PAGE_SHIFT))
        return false;
    /* One reference is the pin, the other belongs to the vCPU's base pointer. */
    get_l2_type(d, base >> PAGE_SHIFT);
    mfn_to_page(base >> PAGE_SHIFT)->type_info |= PGT_pinned;
    d->vcpu[0]->arch.guest_table = base;
    return true;
}

static void build_start_info(struct domain *d, const struct layout *layout, unsigned long mfn, const struct boot_module *module)
{
    struct start_info *info = (struct start_info *)machine_address(layout, mfn, layout->start_info);
    uint32_t *p2m = (uint32_t *)machine_address(layout, mfn, layout->p2m);

    memset(info, 0, PAGE_SIZE);
    snprintf(info->magic, sizeof(info->magic), "%s", START_INFO_MAGIC);
    info->nr_pages = layout->pages;
    info->shared_info = d->shared_info_mfn << PAGE_SHIFT;
    info->flags = d->domain_flags & DOMF_privileged ? SIF_PRIVILEGED | SIF_INITDOMAIN : 0;
    if (!(d->domain_flags & DOMF_privileged)) {
        d->store_mfn = machine_address(layout, mfn, layout->store) >> PAGE_SHIFT;
        d->console_mfn = d->store_mfn + 1;
        memset((void *)(d->store_mfn << PAGE_SHIFT), 0, 2 * PAGE_SIZE);
        info->store_mfn = d->store_mfn;
        info->store_evtchn = d->store_port;
        info->console_mfn = d->console_mfn;
        info->console_evtchn = d->console_port;
    }
    info->pt_base = layout->page_tables;
    info->nr_pt_frames = layout->table_pages;
    info->mfn_list = layout->p2m;
    info->min_mfn = mfn;
    if (module->ramdisk_bytes) {
        info->mod_start = layout->ramdisk;
        info->mod_len = module->ramdisk_bytes;
    }
    snprintf(info->cmd_line, sizeof(info->cmd_line), "%s", module->command_line);
    for (unsigned long pfn = 0; pfn < layout->pages; pfn++)
        p2m[pfn] = mfn + pfn;
}

/* For the directory and the console of the driver domain, which is Domain-0; whoever created the domain may have chosen. */
static bool offer_ports(struct domain *d)
{
    unsigned long *ports[] = { &d->store_port, &d->console_port };

    for (unsigned int i = 0; i < ARRAY_SIZE(ports); i++)
        if (*ports[i] == 0) {
            int port = evtchn_offer(d, 0);

            if (port < 0)
                return false;
            *ports[i] = (unsigned long)port;
        }
    return true;
}

/* Fills the domain's memory; NULL, or why not. */
static const char *populate(struct domain *d, const struct layout *layout, const struct boot_module *module)
{
    struct cpu_user_regs *frame = d->vcpu[0]->arch.guest_frame;

    if (!(d->domain_flags & DOMF_privileged) && !offer_ports(d))
        return "the hypervisor's heap is used up";
    load_guest_image(&layout->image, (uint8_t *)(d->min_mfn << PAGE_SHIFT));
    if (module->ramdisk_bytes)
        memcpy((void *)machine_address(layout, d->min_mfn, layout->ramdisk), (const void *)module->ramdisk, module->ramdisk_bytes);
    build_start_info(d, layout, d->min_mfn, module);
    if (!build_page_tables(d, layout, d->min_mfn))
        return "the hypervisor's heap is used up, or frames of the domain are mapped elsewhere";

    frame->r12 = layout->start_info;
    frame->r13 = layout->stack + PAGE_SIZE;
    frame->r15 = layout->image.entry;
    frame->psr = PSR_MODE_SVC;
    frame->ctx = TRAP_EVENT;
    d->vcpu[0]->arch.guest_context.sys_regs.vksp = frame->r13;
    printk("(XEN) Domain-%d (%s): %u KB at machine address %08x, entry %08x, start_info %08x\n", d->domain_id, d->name,
           layout->pages << 2, d->min_mfn << PAGE_SHIFT, layout->image.entry, layout->start_info);
    return NULL;
}

static void report(domid_t id, const struct boot_module *module, const char *fault)
{
    printk("(XEN) Domain-%d (%s) cannot be built: %s (%u KB asked, %u KB free)\n", id, module->name, fault,
           module->memory >> 10, free_domain_page_count() << 2);
}

bool construct_domain(domid_t id, const struct boot_module *module)
{
    struct layout layout;
    const char *fault = NULL;
    struct domain *d = NULL;
    uint8_t type;

    if (!acm_type_of_module(id, module->name, &type))
        fault = "the policy gives it no type, and has no default";
    if (!fault)
        fault = acm_verify_image(type, id, module->name, (const uint8_t *)module->start, module->bytes);
    if (!fault)
        fault = plan(&layout, module, id == 0);
    if (!fault && acm_active && layout.pages << 2 > acm_type(type)->max_memory_kb)
        fault = "the policy allows its type less memory";
    if (!fault) {
        d = domain_create(id, module->name);
        if (!d)
            fault = "the hypervisor's heap is used up";
        else if (id == 0)
            d->domain_flags |= DOMF_privileged;
    }
    if (!fault)
        d->acm.type = type;
    if (!fault && !alloc_domain_pages(d, layout.pages))
        fault = "not enough free memory: give the domains less or the machine more";
    if (!fault)
        fault = populate(d, &layout, module);
    if (fault) {
        report(id, module, fault);
        if (d) {
            free_domain_pages(d);
            domain_discard(d);
        }
        return false;
    }
    domain_append(d);
    domain_start(d);
    return true;
}

/*
 * The module lies at the end of the domain's own memory and must not be in the way of what is built at its beginning.
 * After a failure Domain-0 can only destroy the domain.
 */
bool build_created_domain(struct domain *d, const struct boot_module *module)
{
    struct layout layout;
    const char *fault;

    load_page_table(IDLE_PGDIR_PHYS);
    fault = acm_verify_created(d, (const uint8_t *)module->start, module->bytes);
    if (!fault)
        fault = plan(&layout, module, false);
    if (!fault && (d->min_mfn << PAGE_SHIFT) + (layout.end - layout.image.virt_base) > module->start)
        fault = "too little memory for its image file beside what is built from it";
    if (!fault)
        fault = populate(d, &layout, module);
    load_page_table(current->arch.guest_table);
    if (fault) {
        report(d->domain_id, module, fault);
        return false;
    }
    domain_start(d);
    return true;
}
