/* SPDX-License-Identifier: MIT
 *
 * The layer between a guest kernel and the hypervisor: start, shared info, events. Shared by the guests in this tree.
 */
#ifndef GUEST_H
#define GUEST_H

#include "hypercall.h"

/* platform.c: the port of VIRQ_TIMER, negative before platform_start_ticks. For clock.c. */
extern int guest_timer_port;

/* boot.c. Before guest_init neither is set. */
extern struct start_info *start_info;
extern struct shared_info *shared_info;

/* Maps the shared info and registers the callback. Events stay masked. */
void guest_init(struct start_info *start);
unsigned guest_domain_id(void);
/* The frame number that the machine gives to this page of ours. */
unsigned long guest_frame_of(const void *address);

/*
 * Called by callback.S for each upcall, with events masked, on the kernel stack just below the frame.
 * trap = TRAP_*; changes to the frame take effect when it returns. The guest's own traps.c has it.
 */
void guest_upcall(unsigned trap, struct cpu_user_regs *frame, unsigned vfar, unsigned vfsr);

/* callback.S. */
void hypervisor_callback(void);

/* events.c: handlers run with events masked. */
typedef void (*event_handler)(evtchn_port_t port);
/* Binds a virtual interrupt and lets it come; the port, or a negative error. */
int events_bind_virq(unsigned virq, event_handler handler);
/* Lets the events of a port that is ours already come to this handler; the port, or a negative error. */
int events_listen(evtchn_port_t port, event_handler handler);
/* Joins a new port of ours to one that `domain` offers us; our port, or a negative error. */
int events_bind_interdomain(domid_t domain, evtchn_port_t remote_port, event_handler handler);
/* A new port of ours that `domain` may bind to; the port, or a negative error. */
int events_offer(domid_t domain, event_handler handler);
void events_notify(evtchn_port_t port);
void events_close(evtchn_port_t port);
/* Silences one port; unmasking delivers what came meanwhile, once. */
void events_mask_port(evtchn_port_t port);
void events_unmask_port(evtchn_port_t port);
/* Calls the handlers of all that is pending: what guest_upcall does on TRAP_EVENT. */
void events_dispatch(void);
/* Masks events; tells whether they were masked already. */
unsigned events_mask(void);
void events_unmask(void);

/* A domain's last words: sched_op shutdown with SHUTDOWN_*. */
void guest_shutdown(unsigned reason) __attribute__((noreturn));

#endif
