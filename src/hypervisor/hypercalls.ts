/**
 * The hypercalls of the 2008 ABI as data: numbers, names, arguments, results, sub-operations. Everything that speaks of a hypercall
 * (labels at the border, exception filters and their conditions, hovers, docs) reads this table; a test holds it against the
 * firmware's headers. Not behaviour: what a call does is the hypervisor's own affair.
 */

/** Where the number of a sub-operation stands: in an argument register, or in the first word of the structure it points to. */
export interface SubOperations {
  readonly from: 'r0' | 'r1' | '*r0';
  readonly values: Readonly<Record<string, number>>;
  /** Those of them that Armvisor's hypervisor answers with -ENOSYS, and why. */
  readonly refused?: Readonly<Record<string, string>>;
}

export interface HypercallArgument {
  readonly name: string;
  /** As C declares it. */
  readonly type: string;
}

export interface Hypercall {
  readonly number: number;
  readonly name: string;
  /** In r0, r1, r2, r3; a 64-bit argument takes an even pair. */
  readonly arguments: readonly HypercallArgument[];
  /** What r0 holds after it. */
  readonly result: string;
  readonly subOperations?: SubOperations;
  readonly doc: string;
}

const args = (...list: readonly string[]): readonly HypercallArgument[] =>
  list.map((text) => {
    const split = text.lastIndexOf(' ');
    return { type: text.slice(0, split), name: text.slice(split + 1) };
  });

const STATUS = '0, or a negative error number';
const STUB = 'r0 unchanged';

export const HYPERCALLS: readonly Hypercall[] = [
  { number: 0, name: 'set_trap_table', arguments: args('void * traps'), result: STUB, doc: 'Stub on ARM.' },
  {
    number: 1,
    name: 'mmu_update',
    arguments: args('mmu_update_t * requests', 'unsigned count', 'unsigned * done', 'domid_t domain'),
    result: STATUS,
    doc: 'Changes page-table entries, each checked by the hypervisor.',
  },
  { number: 3, name: 'stack_switch', arguments: args('unsigned long sp'), result: STUB, doc: 'Stub on ARM.' },
  {
    number: 4,
    name: 'set_callbacks',
    arguments: args('unsigned long event', 'unsigned long failsafe'),
    result: STATUS,
    doc: 'Where upcalls enter the guest kernel.',
  },
  { number: 5, name: 'fpu_taskswitch', arguments: args('int set'), result: STUB, doc: 'Stub on ARM.' },
  {
    number: 6,
    name: 'sched_op_compat',
    arguments: args('int command', 'unsigned long argument'),
    result: STATUS,
    subOperations: { from: 'r0', values: { yield: 0, block: 1, shutdown: 2 } },
    doc: 'The older form of sched_op.',
  },
  {
    number: 7,
    name: 'dom0_op',
    arguments: args('dom0_op_t * operation'),
    result: STATUS,
    subOperations: {
      from: '*r0',
      values: {
        schedctl: 6,
        adjustdom: 7,
        create: 8,
        destroy: 9,
        pause: 10,
        unpause: 11,
        getdomaininfo: 12,
        settime: 17,
        physinfo: 22,
        sched_id: 24,
        setdomainmaxmem: 28,
        getdomaininfolist: 38,
        guest_image_ctl: 60,
      },
    },
    doc: 'Domain management, for Domain-0.',
  },
  { number: 8, name: 'set_debugreg', arguments: [], result: STUB, doc: 'Stub on ARM.' },
  { number: 9, name: 'get_debugreg', arguments: [], result: STUB, doc: 'Stub on ARM.' },
  { number: 10, name: 'update_descriptor', arguments: [], result: STUB, doc: 'Stub on ARM.' },
  {
    number: 12,
    name: 'memory_op',
    arguments: args('int command', 'void * argument'),
    result: 'extents done, or a negative error number',
    subOperations: {
      from: 'r0',
      values: {
        increase_reservation: 0,
        decrease_reservation: 1,
        maximum_ram_page: 2,
        current_reservation: 3,
        maximum_reservation: 4,
      },
    },
    doc: 'Changes or asks for memory reservations.',
  },
  {
    number: 13,
    name: 'multicall',
    arguments: args('multicall_entry_t * calls', 'unsigned count'),
    result: STATUS,
    doc: 'Several hypercalls in one.',
  },
  {
    number: 14,
    name: 'update_va_mapping',
    arguments: args('unsigned long va', 'unsigned long flags', 'u64 value'),
    result: STATUS,
    doc: 'Changes the page-table entry of one virtual address.',
  },
  {
    number: 15,
    name: 'set_timer_op',
    arguments: args('s_time_t deadline'),
    result: STATUS,
    doc: 'Arms the one-shot timer of the domain.',
  },
  {
    number: 16,
    name: 'event_channel_op',
    arguments: args('evtchn_op_t * operation'),
    result: STATUS,
    subOperations: {
      from: '*r0',
      values: {
        bind_interdomain: 0,
        bind_virq: 1,
        bind_pirq: 2,
        close: 3,
        send: 4,
        status: 5,
        alloc_unbound: 6,
        bind_ipi: 7,
        bind_vcpu: 8,
        unmask: 9,
      },
    },
    doc: 'Event channels: open, bind, send, close.',
  },
  {
    number: 17,
    name: 'xen_version',
    arguments: args('int command', 'void * argument'),
    result: 'the version for command 0, else a status',
    subOperations: {
      from: 'r0',
      values: {
        version: 0,
        extraversion: 1,
        compile_info: 2,
        capabilities: 3,
        changeset: 4,
        platform_parameters: 5,
        get_features: 6,
      },
      refused: {
        compile_info: 'the image is the same whoever builds it, and when',
        changeset: 'the extra version names the build',
      },
    },
    doc: 'Version information; also gives pending events their chance.',
  },
  {
    number: 18,
    name: 'console_io',
    arguments: args('int command', 'int count', 'char * buffer'),
    result: 'bytes read, or a status',
    subOperations: { from: 'r0', values: { write: 0, read: 1 } },
    doc: 'Writes to and reads from the console.',
  },
  {
    number: 19,
    name: 'physdev_op',
    arguments: args('physdev_op_t * operation'),
    result: STATUS,
    subOperations: {
      from: '*r0',
      values: { irq_unmask_notify: 4, irq_status_query: 5 },
    },
    doc: 'Physical interrupts of a driver domain.',
  },
  {
    number: 20,
    name: 'grant_table_op',
    arguments: args('unsigned command', 'void * operations', 'unsigned count'),
    result: STATUS,
    subOperations: {
      from: 'r0',
      values: { map_grant_ref: 0, unmap_grant_ref: 1, setup_table: 2, dump_table: 3, transfer: 4 },
    },
    doc: 'Sharing of memory between domains.',
  },
  {
    number: 21,
    name: 'vm_assist',
    arguments: args('unsigned command', 'unsigned type'),
    result: STATUS,
    subOperations: { from: 'r0', values: { enable: 0, disable: 1 }, refused: { enable: 'there is nothing to assist' } },
    doc: 'Switches optional assistance on or off.',
  },
  { number: 22, name: 'update_va_mapping_otherdomain', arguments: [], result: STUB, doc: 'Stub on ARM.' },
  {
    number: 24,
    name: 'vcpu_op',
    arguments: args('int command', 'int vcpu', 'void * argument'),
    result: STATUS,
    subOperations: { from: 'r0', values: { initialise: 0, up: 1, down: 2, is_up: 3, get_runstate_info: 4 } },
    doc: 'Starts, stops and queries virtual CPUs.',
  },
  {
    number: 26,
    name: 'mmuext_op',
    arguments: args('struct mmuext_op * operations', 'unsigned count', 'unsigned * done', 'domid_t domain'),
    result: STATUS,
    subOperations: {
      from: '*r0',
      values: {
        pin_l1: 0,
        pin_l2: 1,
        pin_l3: 2,
        pin_l4: 3,
        unpin: 4,
        new_baseptr: 5,
        tlb_flush_local: 6,
        invlpg_local: 7,
        tlb_flush_multi: 8,
        invlpg_multi: 9,
        tlb_flush_all: 10,
        invlpg_all: 11,
        flush_cache: 12,
        set_ldt: 13,
        new_user_baseptr: 15,
        dcache_clean_area: 16,
        flush_tlb_page: 17,
        flush_tlb_kernel_page: 18,
        flush_pmd_entry: 19,
        clean_pmd_entry: 20,
        flush_user_tlb_range: 21,
        flush_kern_tlb_range: 22,
        coherent_kern_range: 23,
        coherent_user_range: 24,
        flush_user_cache_range: 25,
        flush_kern_dcache_page: 26,
        clear_user_page: 27,
        copy_user_page: 28,
        get_pgd: 29,
        invalidate_i_tlb_entry: 30,
        invalidate_d_tlb_entry: 31,
        drain_wb: 32,
        dmac_inv_range: 33,
        dmac_clean_range: 34,
        dmac_flush_range: 35,
        flush_tlb_all: 36,
        flush_tlb_mm: 37,
        debug_tlb_dump: 38,
      },
      refused: {
        pin_l3: 'ARM has two levels of page tables',
        pin_l4: 'ARM has two levels of page tables',
        set_ldt: 'no segments on ARM',
        new_user_baseptr: 'user and kernel of a guest share their page tables',
        clear_user_page: 'a guest clears what it has mapped itself',
        copy_user_page: 'a guest copies what it has mapped itself',
        debug_tlb_dump: 'the debugger shows the TLB from outside',
      },
    },
    doc: 'Page-table pinning, new base, TLB and cache maintenance.',
  },
  {
    number: 27,
    name: 'acm_op',
    arguments: args('acm_op_t * operation'),
    result: STATUS,
    subOperations: {
      from: '*r0',
      values: { setpolicy: 1, getpolicy: 2, getacdmlist: 3, getlog: 16, getssid: 17 },
      refused: {
        setpolicy: 'the policy is the boot loader’s, for as long as the machine runs',
        getacdmlist: 'what it answered in 2008 is not known; getlog gives the decisions',
      },
    },
    doc: 'Access control: policy and decisions, for Domain-0.',
  },
  { number: 28, name: 'nmi_op', arguments: args('unsigned command', 'void * argument'), result: STATUS, doc: 'NMI.' },
  {
    number: 29,
    name: 'sched_op',
    arguments: args('int command', 'void * argument'),
    result: STATUS,
    subOperations: {
      from: 'r0',
      values: { yield: 0, block: 1, shutdown: 2, poll: 3, remote_shutdown: 4 },
      refused: { remote_shutdown: 'Domain-0 destroys a domain, or asks it through a channel' },
    },
    doc: 'Gives up the CPU, waits for events, or ends the domain.',
  },
  { number: 30, name: 'set_cpu_domain', arguments: args('unsigned long dacr'), result: STUB, doc: 'Stub on ARM.' },
  {
    number: 31,
    name: 'restore_guest_context',
    arguments: args('struct cpu_user_regs * frame'),
    result: 'does not return: the frame is reloaded',
    doc: 'Ends an upcall: returns to what it had interrupted.',
  },
  { number: 32, name: 'print_profile', arguments: [], result: STUB, doc: 'Stub.' },
  {
    number: 33,
    name: 'set_foreground_domain',
    arguments: args('domid_t domain'),
    result: STATUS,
    doc: 'Which domain gets the interrupts of human input.',
  },
  {
    number: 34,
    name: 'set_HID_irq',
    arguments: args('int irq'),
    result: STATUS,
    doc: 'Marks an interrupt as human input.',
  },
  { number: 35, name: 'dummy', arguments: [], result: STUB, doc: 'Stub.' },
  { number: 36, name: 'sra_ops', arguments: args('struct sra_op * operation'), result: STATUS, doc: 'Secure storage.' },
  { number: 37, name: 'dma_op', arguments: args('void * operation'), result: STUB, doc: 'Virtual DMA; stub.' },
  { number: 38, name: 'get_system_time', arguments: [], result: STUB, doc: 'Stub.' },
  { number: 39, name: 'gcov_op', arguments: args('void * operation'), result: STATUS, doc: 'Coverage data.' },
  { number: 40, name: 'iwmmxt_op', arguments: [], result: STUB, doc: 'Stub.' },
  {
    number: 41,
    name: 'set_irq_type',
    arguments: args('int irq', 'int type'),
    result: STATUS,
    doc: 'Edge or level of a physical interrupt.',
  },
];

const byNumber = new Map(HYPERCALLS.map((call) => [call.number, call]));
const byName = new Map(HYPERCALLS.map((call) => [call.name, call]));

export const hypercallNumbered = (number: number): Hypercall | undefined => byNumber.get(number);
export const hypercallNamed = (name: string): Hypercall | undefined => byName.get(name.replace(/^do_/, ''));

/** `console_io (18)`, or `number 99 (unknown)`. */
export function describeHypercall(number: number): string {
  const call = byNumber.get(number);
  return call ? `${call.name} (${number})` : `number ${number} (unknown)`;
}
