/*
 * A guest kernel in one file: it prints, listens to the timer, sends itself an event, survives a fault, and shuts down. Each step is a place to
 * stop at in the debugger.
 *
 * Nothing here needs a library. What must not be forgotten: a guest runs in USR mode, always; what needs more is a hypercall.
 */
#include <stddef.h>

#include "hypercall.h"

#define MILLISECOND 1000000ull

static struct shared_info *shared;
static volatile unsigned timer_events, channel_events;
static evtchn_port_t timer_port, channel_port;
static volatile unsigned fault_address;

void guest_main(struct start_info *start);
void upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr);
extern char callback[];

/* ------------------------------------------------------------------------------------------------------------- console */

static char line[128];
static unsigned length;

static void put_text(const char *text)
{
    while (*text && length < sizeof line - 1)
        line[length++] = *text++;
}

static void put_hex(unsigned number)
{
    put_text("0x");
    for (int shift = 28; shift >= 0; shift -= 4) {
        char digit[2] = {"0123456789abcdef"[(number >> shift) & 15], 0};
        put_text(digit);
    }
}

/* One hypercall for a whole line, so that the lines of several domains never mix. */
static void print(void)
{
    line[length++] = '\n';
    hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, length, (unsigned long)line, 0);
    length = 0;
}

/* -------------------------------------------------------------------------------------------------------------- events */

/* Binds and unmasks; the port, or a negative error. */
static int bind_virq(unsigned virq)
{
    struct evtchn_op operation = {.cmd = EVTCHNOP_bind_virq, .u.bind_virq = {.virq = virq, .vcpu = 0}};
    long error = hypercall(__HYPERVISOR_event_channel_op, (unsigned long)&operation, 0, 0, 0);

    return error < 0 ? (int)error : (int)operation.u.bind_virq.port;
}

static void unmask(evtchn_port_t port)
{
    struct evtchn_op operation = {.cmd = EVTCHNOP_unmask, .u.unmask = {.port = port}};

    hypercall(__HYPERVISOR_event_channel_op, (unsigned long)&operation, 0, 0, 0);
}

static void send(evtchn_port_t port)
{
    struct evtchn_op operation = {.cmd = EVTCHNOP_send, .u.send = {.port = port}};

    hypercall(__HYPERVISOR_event_channel_op, (unsigned long)&operation, 0, 0, 0);
}

/* A channel has two ends; both may be in one domain. What is sent at one end arrives at the other. */
static int open_channel(evtchn_port_t *receiver, evtchn_port_t *sender)
{
    struct evtchn_op offer = {.cmd = EVTCHNOP_alloc_unbound, .u.alloc_unbound = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF}};
    struct evtchn_op join = {.cmd = EVTCHNOP_bind_interdomain, .u.bind_interdomain = {.remote_dom = DOMID_SELF}};

    if (hypercall(__HYPERVISOR_event_channel_op, (unsigned long)&offer, 0, 0, 0) < 0)
        return 0;
    join.u.bind_interdomain.remote_port = offer.u.alloc_unbound.port;
    if (hypercall(__HYPERVISOR_event_channel_op, (unsigned long)&join, 0, 0, 0) < 0)
        return 0;
    *receiver = offer.u.alloc_unbound.port;
    *sender = join.u.bind_interdomain.local_port;
    return 1;
}

/* Sleeps until an event has come; block clears the mask itself, so that none is slept through. */
static void wait(void)
{
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_block, 0, 0, 0);
}

/* Reads and clears in one instruction: the hypervisor may set another bit between two of ours. */
static unsigned long take(volatile unsigned long *word)
{
    unsigned long value;

    __asm__ volatile("swp %0, %2, [%1]" : "=&r"(value) : "r"(word), "r"(0) : "memory");
    return value;
}

static void dispatch(void)
{
    struct vcpu_info *vcpu = &shared->vcpu_info[0];

    while (*(volatile unsigned char *)&vcpu->evtchn_upcall_pending) {
        vcpu->evtchn_upcall_pending = 0;
        for (unsigned long words = take(&vcpu->evtchn_pending_sel); words; words &= words - 1) {
            unsigned word = (unsigned)__builtin_ctzl(words);

            for (unsigned long ports = take(&shared->evtchn_pending[word]); ports; ports &= ports - 1) {
                evtchn_port_t port = word * 32 + (unsigned)__builtin_ctzl(ports);

                if (port == timer_port)
                    timer_events++;
                else if (port == channel_port)
                    channel_events++;
            }
        }
    }
}

/*
 * From callback (start.S), with events masked. What is changed in the frame takes effect when it ends: here a load or store that faulted is
 * skipped, as its instruction is four bytes long.
 */
void upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap == TRAP_EVENT) {
        dispatch();
        return;
    }
    fault_address = vfar;
    put_text("my-guest: fault at ");
    put_hex(frame->r15);
    put_text(", address ");
    put_hex(vfar);
    put_text(", status ");
    put_hex(vfsr);
    print();
    frame->r15 += 4;
}

/* --------------------------------------------------------------------------------------------------------------- start */

static void shut_down(unsigned reason)
{
    struct sched_shutdown shutdown = {.reason = reason};

    hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (unsigned long)&shutdown, 0, 0);
    for (;;) /* not reached */
        ;
}

static void test_timer(void)
{
    unsigned long long now = 0;
    int port = bind_virq(VIRQ_TIMER);

    if (port < 0)
        shut_down(SHUTDOWN_crash);
    timer_port = (evtchn_port_t)port;
    unmask(timer_port);
    hypercall(__HYPERVISOR_get_system_time, (unsigned long)&now, 0, 0, 0);
    now += 20 * MILLISECOND;
    hypercall(__HYPERVISOR_set_timer_op, (unsigned long)now, (unsigned long)(now >> 32), 0, 0);
    while (!timer_events)
        wait();
    put_text("my-guest: the timer has rung");
    print();
}

static void test_channel(void)
{
    evtchn_port_t sender;

    if (!open_channel(&channel_port, &sender))
        shut_down(SHUTDOWN_crash);
    unmask(channel_port);
    send(sender);
    while (!channel_events)
        wait();
    put_text("my-guest: an event has come");
    print();
}

static void test_fault(void)
{
    *(volatile unsigned *)0x12345678 = 1;           /* nothing is mapped there */
    put_text(fault_address == 0x12345678 ? "my-guest: and goes on" : "my-guest: no fault came");
    print();
}

/* From _start. */
void guest_main(struct start_info *start)
{
    long domain = hypercall(__HYPERVISOR_update_va_mapping, GUEST_SHARED_INFO, UVMF_SHARED_INFO | UVMF_INVLPG, start->shared_info, 0);

    if (domain < 0)
        shut_down(SHUTDOWN_crash);
    /* The result is our number, and the page stands at that many pages from the address that we gave. */
    shared = (struct shared_info *)(GUEST_SHARED_INFO + (unsigned long)domain * 4096);
    hypercall(__HYPERVISOR_set_callbacks, (unsigned long)callback, (unsigned long)callback, 0, 0);
    put_text("my-guest: domain ");
    put_hex((unsigned)domain);
    put_text(", told: ");
    put_text(start->cmd_line);
    print();
    shared->vcpu_info[0].evtchn_upcall_mask = 0;
    test_timer();
    test_channel();
    test_fault();
    put_text("my-guest: done");
    print();
    shut_down(SHUTDOWN_poweroff);
}
