/* SPDX-License-Identifier: MIT
 *
 * A guest of the directory: reads and writes its own place, watches it, and tries what it may not. Each step prints what came
 * back. With "mode=garble" it writes nonsense into its ring instead.
 */
#include "console.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "xenbus.h"

static void garble(void)
{
    volatile struct xenstore_domain_interface *page =
        (void *)(GUEST_KERNEL_START + ((start_info->store_mfn - start_info->min_mfn) << PAGE_SHIFT));

    page->req_prod = page->req_cons + 0x80000000u;
    events_notify(start_info->store_evtchn);
    for (unsigned i = 0; i < 100; i++)
        hypervisor_sched_op(SCHEDOP_yield, NULL);
}

static void use_directory(void)
{
    char value[64], path[XENBUS_PATH_MAX], token[XENBUS_PATH_MAX];
    unsigned other = platform_domain_id() == 1 ? 2 : 1, filled = 0;
    int result = xenbus_read("domid", value, sizeof value);

    printk("store-guest: domid %d: %s\n", result, result >= 0 ? value : "");
    printk("store-guest: write %d\n", xenbus_write("data/greeting", "hello"));
    result = xenbus_read("data/greeting", value, sizeof value);
    printk("store-guest: read %d: %s\n", result, result >= 0 ? value : "");
    printk("store-guest: no such %d\n", xenbus_read("data/nothing", value, sizeof value));
    format_text(path, sizeof path, "/local/domain/%u/domid", other);
    printk("store-guest: read of another's %d\n", xenbus_read(path, value, sizeof value));
    printk("store-guest: write of another's %d\n", xenbus_write(path, "9"));
    printk("store-guest: write of Domain-0's %d\n", xenbus_write("/local/domain/0/backend/vbd/1/state", "4"));

    printk("store-guest: watch %d\n", xenbus_watch("data", "mine"));
    xenbus_next_event(path, token);
    printk("store-guest: at once: %s, %s\n", path, token);
    xenbus_write("data/greeting", "again");
    xenbus_next_event(path, token);
    printk("store-guest: changed: %s, %s\n", path, token);
    printk("store-guest: unwatch %d\n", xenbus_unwatch("data", "mine"));

    printk("store-guest: state %d: %d\n", xenbus_set_state("data", XenbusStateConnected), xenbus_state("data"));
    result = xenbus_directory("data", value, sizeof value);
    printk("store-guest: directory %d: %s\n", result, result > 0 ? value : "");
    do {
        format_text(path, sizeof path, "fill/%u", filled);
        result = xenbus_mkdir(path);
    } while (result >= 0 && ++filled < 1000);
    printk("store-guest: filled until error %d, below 130: %d\n", result, filled < 130);
    printk("store-guest: remove %d\n", xenbus_remove("fill"));
    printk("store-guest: again %d\n", xenbus_mkdir("fill/0"));
}

void kernel_main(void)
{
    char mode[16] = "";

    pages_init();
    option_text(platform_command_line(), "mode", mode, sizeof mode);
    if (xenbus_init()) {
        printk("store-guest: there is no directory\n");
        platform_shutdown(1);
    }
    if (mode[0])
        garble();
    else
        use_directory();
    printk("store-guest: domain %u done\n", platform_domain_id());
    platform_shutdown(0);
}

void kernel_tick(void)
{
}

void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap == TRAP_EVENT) {
        events_dispatch();
        return;
    }
    printk("store-guest: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
