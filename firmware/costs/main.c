/* SPDX-License-Identifier: MIT
 *
 * costs: a guest that does each thing of which the cost is asked, over and over, for `armvisor experiment costs`. What each
 * takes is read from outside; the guest measures nothing. As Domain-0 it calls, as Domain-1 it waits for Domain-0's events.
 *
 * Command line: rounds=N  how often (absent: 100)
 */
#include "console.h"
#include "guest.h"
#include "kernel.h"
#include "lib.h"
#include "mm.h"
#include "platform.h"

#define FIRST_PORTS 16      /* Domain-0's port is one of these */

/* Takes what is pending. There are no handlers: taking it is all. */
static void take_events(void)
{
    shared_info->vcpu_info[0].evtchn_upcall_pending = 0;
    shared_info->vcpu_info[0].evtchn_pending_sel = 0;
    for (unsigned word = 0; word < sizeof shared_info->evtchn_pending / sizeof shared_info->evtchn_pending[0]; word++)
        shared_info->evtchn_pending[word] = 0;
}

static void yield(void)
{
    hypervisor_sched_op(SCHEDOP_yield, NULL);
}

/* Nothing, a switch to whoever wants the CPU, an upcall, a page out of the map and back. */
static void call(unsigned rounds)
{
    void *page = pages_allocate(0);
    unsigned long frame = guest_frame_of(page);

    for (unsigned i = 0; i < rounds; i++)
        hypercall(__HYPERVISOR_dummy, 0, 0, 0, 0);
    for (unsigned i = 0; i < rounds; i++)
        __asm__ volatile("swi #0xffff00" : : : "memory");
    for (unsigned i = 0; i < rounds; i++) {
        hypervisor_update_va_mapping((unsigned long)page, 0, UVMF_INVLPG);
        hypervisor_update_va_mapping((unsigned long)page, L2_SMALL(frame << PAGE_SHIFT, L2_AP_KERNEL_ONLY), UVMF_INVLPG);
    }
}

static void send(unsigned rounds)
{
    struct evtchn_op offer = {.cmd = EVTCHNOP_alloc_unbound, .u.alloc_unbound = {.dom = DOMID_SELF, .remote_dom = 1}};
    struct evtchn_op status = {.cmd = EVTCHNOP_status};

    hypervisor_event_channel_op(&offer);
    do {
        yield();
        status.u.status.dom = DOMID_SELF;
        status.u.status.port = offer.u.alloc_unbound.port;
        hypervisor_event_channel_op(&status);
    } while (status.u.status.status != EVTCHNSTAT_interdomain);
    struct evtchn_op notify = {.cmd = EVTCHNOP_send, .u.send = {.port = offer.u.alloc_unbound.port}};
    for (unsigned i = 0; i < rounds; i++) {
        hypervisor_event_channel_op(&notify);
        for (unsigned wait = 0; wait < 4; wait++)
            yield();
    }
}

/* For ever: Domain-0's end is that of the measurement. */
static void receive(void)
{
    struct evtchn_op bind = {.cmd = EVTCHNOP_bind_interdomain};

    for (unsigned offered = 1;; offered = offered % FIRST_PORTS + 1) {
        bind.u.bind_interdomain.remote_dom = 0;
        bind.u.bind_interdomain.remote_port = offered;
        if (hypervisor_event_channel_op(&bind) == 0)
            break;
        if (offered == FIRST_PORTS)
            yield();
    }
    evtchn_port_t port = bind.u.bind_interdomain.local_port;
    shared_info->evtchn_mask[port / 32] &= ~(1ul << (port % 32));
    take_events();  /* what came while the port was masked would keep the next from being told */
    for (;;)
        yield();
}

void kernel_main(void)
{
    unsigned rounds = option_number(platform_command_line(), "rounds", 100);

    pages_init();
    platform_events_restore(0);
    if (platform_domain_id() == 0) {
        call(rounds);
        send(rounds);
    } else {
        receive();
    }
    printk("costs: domain %u is done\n", platform_domain_id());
    platform_shutdown(0);
}

void kernel_tick(void)
{
}

/* A swi of its own is an upcall and no more. */
void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr)
{
    if (trap == TRAP_SYSCALL)
        return;
    if (trap == TRAP_EVENT) {
        take_events();
        return;
    }
    printk("costs: fault at pc 0x%08x: CTX 0x%02x VFAR 0x%08x VFSR 0x%03x\n", frame->r15, trap, vfar, vfsr);
    guest_shutdown(SHUTDOWN_crash);
}
