/* SPDX-License-Identifier: MIT
 * Prototypes of what hypercall_table points to; that table's declaration for multicall.
 */
#ifndef __XEN_HYPERCALL_H__
#define __XEN_HYPERCALL_H__

#include <xen/types.h>
#include <public/event_channel.h>

struct acm_op;
struct dom0_op;
struct physdev_op;

typedef long hypercall_fn(unsigned long, unsigned long, unsigned long, unsigned long);
extern hypercall_fn *const hypercall_table[NR_hypercalls];

long do_ni_hypercall(void);
long do_acm_op(struct acm_op *arg);
long do_mmu_update(const struct mmu_update *requests, unsigned int count, unsigned int *done, unsigned int foreign);
long do_set_callbacks(unsigned long event, unsigned long failsafe);
long do_sched_op_compat(int cmd, unsigned long value);
long do_dom0_op(struct dom0_op *arg);
long do_physdev_op(struct physdev_op *arg);
long do_grant_table_op(unsigned int cmd, void *array, unsigned int count);
long do_memory_op(int cmd, void *arg);
long do_multicall(struct multicall_entry *calls, unsigned int count);
long do_update_va_mapping(unsigned long va, unsigned long flags, uint64_t val);
long do_set_timer_op(s_time_t timeout);
long do_event_channel_op(struct evtchn_op *arg);
long do_xen_version(int cmd, void *arg);
long do_console_io(int cmd, int count, char *buffer);
long do_vm_assist(unsigned int cmd, unsigned int type);
long do_vcpu_op(int cmd, int vcpuid, void *arg);
long do_mmuext_op(struct mmuext_op *ops, unsigned int count, unsigned int *done, unsigned int foreign);
long do_sched_op(int cmd, void *arg);
long do_set_foreground_domain(unsigned int id);
long do_set_HID_irq(unsigned int irq);
long do_dummy(void);
long do_get_system_time(uint64_t *now);

/* 0, or 1 when the guest may not access a part of the range (arch/arm/lib/uaccess.S). */
unsigned long copy_from_guest_raw(void *to, const void *guest_from, unsigned long bytes);
unsigned long copy_to_guest_raw(void *guest_to, const void *from, unsigned long bytes);
#define copy_from_guest(to, guest_from) copy_from_guest_raw((to), (guest_from), sizeof(*(to)))
#define copy_to_guest(guest_to, from)   copy_to_guest_raw((guest_to), (from), sizeof(*(from)))

#endif
