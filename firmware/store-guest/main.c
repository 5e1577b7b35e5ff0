/* SPDX-License-Identifier: MIT
 *
 * A guest of the directory. Each step prints what came back. Options: mode=use (default: reads and writes its own place, watches it, and
 * tries what it may not), transactions, watches (without end), unfinished (ends in the middle of transactions), and those of hostile.c.
 */
#include "hostile.h"
#include "console.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"
#include "xenbus.h"

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

static void print_value(const char *what, const char *path)
{
    char value[64];
    int result = xenbus_read(path, value, sizeof value);

    printk("store-guest: %s %d: %s\n", what, result, result >= 0 ? value : "");
}

static void transactions(void)
{
    char path[XENBUS_PATH_MAX], token[XENBUS_PATH_MAX], names[64];
    int number, second, result;

    xenbus_write("t/a", "old");
    xenbus_write("t/gone", "there");
    xenbus_watch("t", "t");
    xenbus_next_event(path, token);

    number = xenbus_transaction_start();
    printk("store-guest: transaction: %d\n", number > 0);
    xenbus_use_transaction((unsigned)number);
    xenbus_write("t/a", "new");
    xenbus_write("t/b", "more");
    xenbus_remove("t/gone");
    print_value("inside a", "t/a");
    result = xenbus_directory("t", names, sizeof names);
    printk("store-guest: inside %d bytes of names\n", result);
    print_value("inside gone", "t/gone");
    printk("store-guest: inside, another's: %d\n", xenbus_write("/local/domain/0/x", "1"));
    printk("store-guest: a transaction in a transaction: %d\n", xenbus_transaction_start());
    xenbus_use_transaction(0);
    print_value("outside a", "t/a");
    print_value("outside gone", "t/gone");
    printk("store-guest: commit %d\n", xenbus_transaction_end((unsigned)number, 1));
    for (int i = 0; i < 3; i++) {
        xenbus_next_event(path, token);
        printk("store-guest: told of %s\n", path);
    }
    print_value("then a", "t/a");
    print_value("then b", "t/b");
    print_value("then gone", "t/gone");
    printk("store-guest: commit again %d\n", xenbus_transaction_end((unsigned)number, 1));

    number = xenbus_transaction_start();
    xenbus_use_transaction((unsigned)number);
    xenbus_write("t/a", "dropped");
    printk("store-guest: drop %d\n", xenbus_transaction_end((unsigned)number, 0));
    print_value("after the drop a", "t/a");

    number = xenbus_transaction_start();
    second = xenbus_transaction_start();
    printk("store-guest: a third: %d\n", xenbus_transaction_start());
    xenbus_use_transaction((unsigned)number);
    xenbus_write("t/a", "first");
    xenbus_use_transaction((unsigned)second);
    xenbus_write("t/a", "second");
    printk("store-guest: first commit %d\n", xenbus_transaction_end((unsigned)number, 1));
    printk("store-guest: second commit %d\n", xenbus_transaction_end((unsigned)second, 1));
    print_value("the first stays:", "t/a");

    number = xenbus_transaction_start();
    xenbus_use_transaction((unsigned)number);
    result = 0;
    for (unsigned i = 0; i < 200 && result >= 0; i++) {
        format_text(path, sizeof path, "many/%u", i);
        result = xenbus_write(path, "1");
    }
    printk("store-guest: many changes: %d\n", result);
    printk("store-guest: and their commit %d\n", xenbus_transaction_end((unsigned)number, 1));
    result = xenbus_directory("many", names, sizeof names);
    printk("store-guest: of them there: %d\n", result > 0 || result == -XEN_E2BIG);
}

/* Half done, and then the end of this domain: nothing of it may be left. */
static void unfinished(void)
{
    for (int i = 0; i < 2; i++) {
        xenbus_use_transaction((unsigned)xenbus_transaction_start());
        xenbus_write("half", "done");
        xenbus_use_transaction(0);
    }
    guest_shutdown(SHUTDOWN_crash);
}

static void watches(void)
{
    char path[XENBUS_PATH_MAX];
    int result = 0;
    unsigned count = 0;

    while (count < 1000 && result >= 0) {
        format_text(path, sizeof path, "w/%u", count);
        result = xenbus_watch(path, "token");
        count += result >= 0;
    }
    printk("store-guest: %u watches, then %d\n", count, result);
    printk("store-guest: unwatch %d, watch %d\n", xenbus_unwatch("w/3", "token"), xenbus_watch("w/x", "token"));
}

void kernel_main(void)
{
    static const struct {
        char name[16];
        void (*run)(void);
    } modes[] = {{"use", use_directory}, {"transactions", transactions}, {"watches", watches}, {"unfinished", unfinished},
                 {"garble", hostile_garble}, {"long", hostile_long}, {"deaf", hostile_deaf}};
    char mode[16] = "use";

    pages_init();
    option_text(platform_command_line(), "mode", mode, sizeof mode);
    if (xenbus_init()) {
        printk("store-guest: there is no directory\n");
        platform_shutdown(1);
    }
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (memcmp(modes[i].name, mode, strlen(mode) + 1) == 0)
            modes[i].run();
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
