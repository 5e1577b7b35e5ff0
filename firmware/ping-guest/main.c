/* SPDX-License-Identifier: MIT
 *
 * A guest with a network interface (ping_guest.h says what it can do).
 */
#include "console.h"
#include "grants.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "ping_guest.h"
#include "platform.h"
#include "xenbus.h"

struct netfront vif;
struct net_interface net;

static int send_frame(struct net_interface *interface, const uint8_t *bytes, unsigned length)
{
    (void)interface;
    return netfront_send(&vif, bytes, length);
}

/* An address of the command line; 0 when there is none, -1 when it is none. */
static int read_address(const char *name, uint32_t *address)
{
    char text[20];

    if (!option_text(platform_command_line(), name, text, sizeof text))
        return 0;
    if (net_parse_address(text, address))
        return 1;
    printk("ping-guest: %s=%s is no address: write it like 10.0.0.2\n", name, text);
    return -1;
}

static int read_options(struct ping_options *options)
{
    const char *line = platform_command_line();
    uint32_t own = 0x0a000001u + guest_domain_id();

    options->peer = 0;
    if (read_address("ip", &own) < 0 || read_address("peer", &options->peer) < 0)
        return 0;
    net.address = own;
    options->count = option_number(line, "count", 10);
    options->size = option_number(line, "size", 56);
    options->interval_ms = option_number(line, "interval", 100);
    options->timeout_ms = option_number(line, "timeout", 1000);
    options->linger_ms = option_number(line, "linger", options->peer ? 200 : 0);
    if (options->size <= ICMP_ECHO_MAX)
        return 1;
    printk("ping-guest: size=%u is too long for one frame: at most %u\n", options->size, ICMP_ECHO_MAX);
    return 0;
}

static int connect(void)
{
    int error = xenbus_init();

    error = error ? error : grants_init();
    error = error ? error : netfront_connect(&vif);
    if (error)
        printk("ping-guest: there is no network: error %d\n", error);
    return error == 0;
}

void kernel_main(void)
{
    char mode[16] = "ping";
    struct ping_options options;

    pages_init();
    option_text(platform_command_line(), "mode", mode, sizeof mode);
    if (!read_options(&options) || !connect())
        platform_shutdown(1);
    platform_start_ticks();
    memcpy(net.mac, vif.mac, sizeof net.mac);
    net.send = send_frame;
    printk("ping-guest: %u.%u.%u.%u at %02x:%02x:%02x:%02x:%02x:%02x\n", NET_ADDRESS_PARTS(net.address), net.mac[0], net.mac[1],
           net.mac[2], net.mac[3], net.mac[4], net.mac[5]);
    net_announce(&net);
    if (memcmp(mode, "ping", 5) == 0)
        ping(&options);
    else if (!hostile(mode, &options))
        printk("ping-guest: there is no mode=%s\n", mode);
    print_counters();
    netfront_close(&vif);
    printk("ping-guest: domain %u done\n", platform_domain_id());
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
    printk("ping-guest: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
