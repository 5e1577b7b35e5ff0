/**
 * Which part of the hypervisor a function belongs to, for a breakdown: by the names of its sources. A hypervisor with other
 * names has its time under "other".
 */
const PARTS: readonly (readonly [part: string, names: RegExp])[] = [
  ['idle', /^idle_loop$/],
  ['flush, page table', /^(address_space_flush|load_page_table|loaded_page_table)$/],
  ['domain switch', /^(context_switch|__switch_to|share_page|map_shared_info)$/],
  ['upcall', /^(do_upcall|upcall_\w+|do_restore_guest_context|frame_\w+)$/],
  [
    'scheduler',
    /^(schedule|scheduler_\w+|slice_ended|tick|plan|account|enqueue|(bvt|sedf|credit)_\w+|vcpu_\w+|do_sched_op\w*|raise_softirq|do_softirq|update_vcpu_time|divide64)$/,
  ],
  [
    'timers, clock',
    /^(\w*timer\w*|get_s_time|platform_now|platform_set_alarm|platform_clear_alarm|settle|do_get_system_time)$/,
  ],
  ['interrupt controller', /^platform_(next_irq|irq_enable|timer_ack)$/],
  ['events', /^(evtchn_\w+|send_guest_virq|do_event_channel_op)$/],
  ['console', /^(do_console_io|platform_console_write|console_\w+)$/],
  ['copies to and from guests', /^(copy_(from|to)_guest\w*|memcpy|memset|memcpy\w*)$/],
  [
    'entry and exit',
    /^(exception_vectors|vector_\w+|__\w+_usr|__\w+_svc|swi_\w+|process_hypercalls|ret_\w+|restore|system_call|test_\w+|asm_do_IRQ|reflect_fault)$/,
  ],
  ['page tables', /^(do_mmu\w*|do_update_va_mapping|\w+_l[12]_\w+|get_page|put_page|map_domain_page|\w+_foreign_\w+)$/],
];

export const partOf = (name: string): string => PARTS.find(([, names]) => names.test(name))?.[0] ?? 'other';
