/* SPDX-License-Identifier: MIT
 *
 * Start of the hypervisor in C: reads what the boot loader left, builds the domains, becomes the idle vCPU.
 *
 * The loader's tag list lies at machine address 0x100, below the boot page table; it is read through DIRECTMAP (VA 0
 * will show the vectors) and never written. Modules, one tag each, become Domain-0, Domain-1, ... in their order.
 */
#include <xen/acm.h>
#include <xen/domain_build.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/softirq.h>
#include <asm-arm/arch-goldfish/platform.h>
#include <asm-arm/system.h>

#define ATAG_NONE       0x00000000
#define ATAG_MEM        0x54410002
#define ATAG_CMDLINE    0x54410009
#define ATAG_XEN_MODULE 0x41560001
#define ATAG_XEN_RAMDISK 0x41560002 /* data: machine address, bytes; of the module whose tag comes before it */
#define ATAG_XEN_POLICY 0x41560003  /* data: machine address, bytes (security/policy.c) */

#define MACHINE_GOLDFISH 1441
#define DEFAULT_RAM_BYTES 0x06000000

struct tag {
    uint32_t words;         /* of the whole tag */
    uint32_t tag;
    uint32_t data[];
};

/* After words and tag of ATAG_XEN_MODULE. */
struct module_tag {
    uint32_t start, bytes, memory, flags;
    char name[DOMAIN_NAME_BYTES];
    char command_line[];
};

void start_xen(unsigned long machine, unsigned long tags_address) __attribute__((noreturn));

/* The next tag; NULL at the end or where the list makes no sense. */
static const struct tag *next_tag(const struct tag *tag)
{
    const struct tag *next = (const struct tag *)((const uint32_t *)tag + tag->words);

    if (tag->tag == ATAG_NONE || tag->words < 2 || (unsigned long)next > (unsigned long)__va(IDLE_PGDIR_PHYS) - 2 * sizeof(uint32_t))
        return NULL;
    return next->tag == ATAG_NONE ? NULL : next;
}

static unsigned long ram_bytes_from(const struct tag *tags)
{
    for (const struct tag *tag = tags; tag; tag = next_tag(tag))
        if (tag->tag == ATAG_MEM && tag->words >= 4 && tag->data[1] == 0)
            return tag->data[0] < MAX_RAM_BYTES ? tag->data[0] : MAX_RAM_BYTES;
    return DEFAULT_RAM_BYTES;
}

static bool module_usable(const struct tag *tag, unsigned long ram_bytes)
{
    const struct module_tag *module = (const struct module_tag *)tag->data;

    return tag->words * sizeof(uint32_t) > sizeof(struct tag) + sizeof(struct module_tag) &&
           module->start >= XENHEAP_PHYS_END && module->start <= ram_bytes && module->bytes <= ram_bytes - module->start;
}

/* A place and a length, of ATAG_XEN_POLICY and ATAG_XEN_RAMDISK. */
static bool piece_usable(const struct tag *tag, unsigned long ram_bytes)
{
    return tag->words >= 4 && tag->data[0] <= ram_bytes && tag->data[1] <= ram_bytes - tag->data[0];
}

static unsigned long end_of_modules(const struct tag *tags, unsigned long ram_bytes)
{
    unsigned long end = XENHEAP_PHYS_END;

    for (const struct tag *tag = tags; tag; tag = next_tag(tag)) {
        const struct module_tag *module = (const struct module_tag *)tag->data;

        if (tag->tag == ATAG_XEN_MODULE && module_usable(tag, ram_bytes) && module->start + module->bytes > end)
            end = module->start + module->bytes;
        if ((tag->tag == ATAG_XEN_POLICY || tag->tag == ATAG_XEN_RAMDISK) && piece_usable(tag, ram_bytes) && tag->data[0] + tag->data[1] > end)
            end = tag->data[0] + tag->data[1];
    }
    return end;
}

static void load_policy(const struct tag *tags, unsigned long ram_bytes)
{
    for (const struct tag *tag = tags; tag; tag = next_tag(tag))
        if (tag->tag == ATAG_XEN_POLICY) {
            acm_load_policy(tag->words >= 4 ? tag->data[0] : 0, tag->words >= 4 ? tag->data[1] : 0, ram_bytes);
            return;
        }
}

static void find_ramdisk(const struct tag *tag, unsigned long ram_bytes, struct boot_module *module)
{
    bool usable = tag && tag->tag == ATAG_XEN_RAMDISK && piece_usable(tag, ram_bytes);

    module->ramdisk = usable ? tag->data[0] : 0;
    module->ramdisk_bytes = usable ? tag->data[1] : 0;
}

static unsigned int build_domains(const struct tag *tags, unsigned long ram_bytes)
{
    unsigned int id = 0, built = 0;

    for (const struct tag *tag = tags; tag; tag = next_tag(tag)) {
        const struct module_tag *from = (const struct module_tag *)tag->data;
        char name[DOMAIN_NAME_BYTES];
        struct boot_module module;

        if (tag->tag != ATAG_XEN_MODULE)
            continue;
        if (!module_usable(tag, ram_bytes)) {
            printk("(XEN) Domain-%u cannot be built: its module tag is malformed or names memory that is not there\n", id++);
            continue;
        }
        if (id >= MAX_DOMAINS) {
            printk("(XEN) Domain-%u cannot be built: %u domains are the most\n", id++, MAX_DOMAINS);
            continue;
        }
        memcpy(name, from->name, sizeof(name));
        name[sizeof(name) - 1] = '\0';
        module.start = from->start;
        module.bytes = from->bytes;
        module.memory = from->memory;
        module.name = name;
        module.command_line = from->command_line;
        find_ramdisk(next_tag(tag), ram_bytes, &module);
        built += construct_domain((domid_t)id++, &module);
    }
    return built;
}

/* The value of `option` (with its '=') on the hypervisor's command line, which the loader gives like a kernel's; "" when
 * it is not there. */
static void read_option(const struct tag *tags, const char *option, char *value, unsigned int bytes)
{
    const char *text = NULL;
    unsigned int length = 0;

    for (const struct tag *tag = tags; tag && !text; tag = next_tag(tag))
        if (tag->tag == ATAG_CMDLINE)
            text = strstr((const char *)tag->data, option);
    if (text) {
        text += strlen(option);
        while (length < bytes - 1 && text[length] > ' ') {
            value[length] = text[length];
            length++;
        }
    }
    value[length] = '\0';
}

/* From start_virtual: on cpu0_stack, IRQ masked, the boot table loaded; the tags' machine address as r2 was. */
void start_xen(unsigned long machine, unsigned long tags_address)
{
    const struct tag *tags = __va(tags_address);
    unsigned long ram_bytes;
    char scheduler[16];

    get_cpu_info()->cur_vcpu = &idle_vcpu;
    platform_init();
    printk("(XEN) Armvisor hypervisor, 2008 Secure Xen on ARM interface, for ARM926EJ-S on goldfish\n");
    if (machine != MACHINE_GOLDFISH)
        printk("(XEN) The boot loader names machine %u; this build is for goldfish (%u)\n", machine, MACHINE_GOLDFISH);
    ram_bytes = ram_bytes_from(tags);
    paging_init(ram_bytes);
    init_xenheap();
    set_first_free_mfn(round_up(end_of_modules(tags, ram_bytes), PAGE_SIZE) >> PAGE_SHIFT);
    printk("(XEN) RAM %u MB, heap %u KB, for domains %u KB\n", ram_bytes >> 20, xenheap_free_pages() << 2,
           free_domain_page_count() << 2);
    read_option(tags, "sched=", scheduler, sizeof(scheduler));
    scheduler_init(scheduler);
    load_policy(tags, ram_bytes);

    if (build_domains(tags, ram_bytes) == 0) {
        printk("(XEN) No domain to run. Halted.\n");
        machine_halt();
    }
    raise_softirq(SCHEDULE_SOFTIRQ);
    idle_loop();
}
