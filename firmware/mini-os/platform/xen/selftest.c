/* SPDX-License-Identifier: MIT
 *
 * What mini-OS tests of itself under the hypervisor only: event channels, the wall clock, and the directory where one is served.
 */
#include <public/dom0_ops.h>

#include "console.h"
#include "guest.h"
#include "lib.h"
#include "platform.h"
#include "sched.h"
#include "selftest/selftest.h"
#include "timer.h"
#include "wait.h"
#include "xenbus.h"

static unsigned received;
static evtchn_port_t last_port;
static SEMAPHORE(rings, 0);

static void note_event(evtchn_port_t port)
{
    received++;
    last_port = port;
}

static void ring(evtchn_port_t port)
{
    (void)port;
    semaphore_up(&rings);
}

static void wait_for_rings(void *count)
{
    while (*(unsigned *)count < 3 && semaphore_down(&rings, monotonic_ns() + 50 * NS_PER_MS))
        ++*(unsigned *)count;
}

/* A channel from this domain to itself: what is sent on one end comes at the other. */
static void channels(void)
{
    unsigned rung = 0;
    int here = events_offer((domid_t)guest_domain_id(), note_event);
    int there = here < 0 ? here : events_bind_interdomain((domid_t)guest_domain_id(), (evtchn_port_t)here, ring);

    check(here > 0 && there > 0 && here != there, "a channel has two ports");
    if (here <= 0 || there <= 0)
        return;
    events_notify((evtchn_port_t)there);
    check(received == 1 && last_port == (evtchn_port_t)here, "an event comes to the handler of the other port, at once");
    unsigned were_masked = events_mask();
    events_notify((evtchn_port_t)there);
    events_notify((evtchn_port_t)there);
    check(received == 1, "none comes while all events are masked");
    if (!were_masked)
        events_unmask();
    check(received == 2, "and what came meanwhile comes once afterwards");
    events_mask_port((evtchn_port_t)here);
    events_notify((evtchn_port_t)there);
    check(received == 2, "a masked port is silent");
    events_unmask_port((evtchn_port_t)here);
    check(received == 3, "until it is unmasked");
    struct thread *waiter = create_joinable_thread("rings", wait_for_rings, &rung);
    for (int i = 0; i < 3; i++) {
        schedule();
        events_notify((evtchn_port_t)here);
    }
    join_thread(waiter);
    check(rung == 3, "a handler wakes a thread that waits");
    events_close((evtchn_port_t)there);
    events_close((evtchn_port_t)here);
    events_notify((evtchn_port_t)there);
    check(received == 3, "a closed channel carries nothing");
}

/* Only Domain-0 may set it; the others have what it has set. */
static void wall_clock(void)
{
    static struct dom0_op set = {.cmd = DOM0_SETTIME, .interface_version = DOM0_INTERFACE_VERSION};
    uint64_t wall;
    unsigned rest;

    if (guest_domain_id() != 0)
        return;
    check(!wall_clock_ns(&wall), "nobody has set the wall clock yet");
    set.u.settime.secs = 1700000000;
    check(hypercall(__HYPERVISOR_dom0_op, (unsigned long)&set, 0, 0, 0) == 0, "Domain-0 sets it");
    uint64_t up = monotonic_ns();
    check(wall_clock_ns(&wall) && wall - 1700000000ull * NS_PER_SECOND - up < NS_PER_MS, "then it is that plus the time since the start");
    check(split_seconds(wall, &rest) - 1700000000u < 10, "in seconds, too");
}

static void directory(void)
{
    char value[32], path[XENBUS_PATH_MAX], token[XENBUS_PATH_MAX];
    unsigned number = 0;

    if (xenbus_init() < 0)
        return;
    check(xenbus_write("selftest/greeting", "hello") >= 0, "the directory takes an entry");
    check(xenbus_read("selftest/greeting", value, sizeof value) == 5 && memcmp(value, "hello", 6) == 0, "and gives it back");
    check(xenbus_write_number("selftest/number", 42) >= 0 && xenbus_read_number("selftest/number", &number) >= 0 && number == 42,
          "numbers, too");
    check(xenbus_watch("selftest/number", "watched") >= 0 && xenbus_next_event(path, token) == 0 &&
              xenbus_write_number("selftest/number", 43) >= 0 && xenbus_next_event(path, token) == 0 && memcmp(token, "watched", 8) == 0,
          "a watch tells of a change");
    xenbus_unwatch("selftest/number", "watched");
    check(xenbus_remove("selftest") >= 0 && xenbus_read("selftest/greeting", value, sizeof value) == -XEN_ENOENT,
          "what has been removed is there no more");
}

void test_platform(void)
{
    channels();
    wall_clock();
    directory();
}
