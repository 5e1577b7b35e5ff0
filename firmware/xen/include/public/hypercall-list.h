/* SPDX-License-Identifier: MIT
 *
 * The hypercall table, declared once. Every other list is derived from this one: the numbers __HYPERVISOR_* (xen.h),
 * the dispatch table hypercall_table (arch/arm/xen/hypercalls.S), the prototypes (include/xen/hypercall.h) and the
 * documentation. Numbers and names are those of the 2008 release of Secure Xen on ARM.
 *
 * HYPERCALL(number, name, handler, text) for each slot, in order and without gaps. A slot whose handler is
 * do_ni_hypercall answers -ENOSYS; its text says why.
 *
 * This file is included by C and by assembly, several times: it has no include guard.
 */
HYPERCALL(0,  set_trap_table,        do_ni_hypercall,  "-ENOSYS: ARM guests have one callback instead of a trap table (set_callbacks)")
HYPERCALL(1,  mmu_update,            do_mmu_update,    "(req, count, &done, domid): checked writes of page-table entries by machine address")
HYPERCALL(2,  set_gdt,               do_ni_hypercall,  "-ENOSYS: no segments on ARM")
HYPERCALL(3,  stack_switch,          do_ni_hypercall,  "-ENOSYS: VKSP follows the guest's own r13")
HYPERCALL(4,  set_callbacks,         do_set_callbacks, "(event, failsafe): the address that every upcall enters")
HYPERCALL(5,  fpu_taskswitch,        do_ni_hypercall,  "-ENOSYS: no lazily switched coprocessor")
HYPERCALL(6,  sched_op_compat,       do_sched_op_compat, "(cmd, value): yield, block, shutdown(reason)")
HYPERCALL(7,  dom0_op,               do_dom0_op,       "(struct dom0_op *): Domain-0 creates, builds, pauses, destroys and examines domains; see dom0_ops.h")
HYPERCALL(8,  set_debugreg,          do_ni_hypercall,  "-ENOSYS: no debug registers")
HYPERCALL(9,  get_debugreg,          do_ni_hypercall,  "-ENOSYS: no debug registers")
HYPERCALL(10, update_descriptor,     do_ni_hypercall,  "-ENOSYS: no segments on ARM")
HYPERCALL(11, unused_11,             do_ni_hypercall,  "-ENOSYS: never assigned")
HYPERCALL(12, memory_op,             do_memory_op,     "(cmd, arg): more or fewer frames, current and maximum reservation, maximum frame; see memory.h")
HYPERCALL(13, multicall,             do_multicall,     "(calls, count): several hypercalls in one entry")
HYPERCALL(14, update_va_mapping,     do_update_va_mapping, "(va, flags, u64 pte): checked write of the entry that maps va")
HYPERCALL(15, set_timer_op,          do_set_timer_op,  "(s64 ns): one VIRQ_TIMER at this system time; 0 cancels")
HYPERCALL(16, event_channel_op,      do_event_channel_op, "(struct evtchn_op *): see event_channel.h")
HYPERCALL(17, xen_version,           do_xen_version,   "(cmd, arg): see version.h; (0, 0) also forces pending upcalls")
HYPERCALL(18, console_io,            do_console_io,    "(cmd, count, buffer): 0 write, 1 read (Domain-0 only)")
HYPERCALL(19, physdev_op,            do_physdev_op,    "(struct physdev_op *): interrupt lines that are bound to ports; see physdev.h")
HYPERCALL(20, grant_table_op,        do_grant_table_op, "(cmd, array, count): lets other domains map frames, maps theirs, gives frames away; see grant_table.h")
HYPERCALL(21, vm_assist,             do_vm_assist,     "(cmd, type): no assist exists; disabling one succeeds, enabling one answers -ENOSYS")
HYPERCALL(22, update_va_mapping_otherdomain, do_ni_hypercall, "-ENOSYS: a domain edits only its own address spaces")
HYPERCALL(23, iret,                  do_ni_hypercall,  "-ENOSYS: on ARM this is restore_guest_context")
HYPERCALL(24, vcpu_op,               do_vcpu_op,       "(cmd, vcpuid, arg): see vcpu.h")
HYPERCALL(25, unused_25,             do_ni_hypercall,  "-ENOSYS: never assigned")
HYPERCALL(26, mmuext_op,             do_mmuext_op,     "(op, count, &done, domid): base pointer, pinning, TLB and cache maintenance")
HYPERCALL(27, acm_op,                do_acm_op,        "(struct acm_op *): Domain-0 reads the access control policy and its decisions; see acm.h")
HYPERCALL(28, nmi_op,                do_ni_hypercall,  "-ENOSYS: ARM has no non-maskable interrupt")
HYPERCALL(29, sched_op,              do_sched_op,      "(cmd, arg): yield, block, shutdown, poll; see sched.h")
HYPERCALL(30, set_cpu_domain,        do_ni_hypercall,  "-ENOSYS: the DACR follows the virtual mode and is never a guest's choice")
HYPERCALL(31, restore_guest_context, do_restore_guest_context, "(frame): leave an upcall; reload the 72-byte frame at this address")
HYPERCALL(32, print_profile,         do_ni_hypercall,  "-ENOSYS: profiles are taken from outside")
HYPERCALL(33, set_foreground_domain, do_set_foreground_domain, "(domid): for Domain-0: who hears the lines of human input; Domain-0 at the start")
HYPERCALL(34, set_HID_irq,           do_set_HID_irq,   "(irq): for Domain-0: this line is human input; every domain may bind it, the foreground domain hears it")
HYPERCALL(35, dummy,                 do_dummy,         "(): does nothing and answers 0; the cost of a bare hypercall")
HYPERCALL(36, sra_ops,               do_ni_hypercall,  "-ENOSYS: no secure storage")
HYPERCALL(37, dma_op,                do_ni_hypercall,  "-ENOSYS: no DMA controller on this board")
HYPERCALL(38, get_system_time,       do_get_system_time, "(u64 *ns): the system time of now")
HYPERCALL(39, gcov_op,               do_ni_hypercall,  "-ENOSYS: not built with gcov")
HYPERCALL(40, iwmmxt_op,             do_ni_hypercall,  "-ENOSYS: the ARM926EJ-S has no iWMMXt")
HYPERCALL(41, set_irq_type,          do_ni_hypercall,  "-ENOSYS: the lines of this interrupt controller are level-triggered, all of them and always")
