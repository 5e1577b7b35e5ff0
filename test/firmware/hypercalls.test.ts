/**
 * Every operation of every hypercall, from a domain that the test drives: what it answers when all is well, and which error each
 * kind of bad argument gets. One long file, because it is one table: hypercall after hypercall. The last test holds this against the table: an operation that works is tried both ways here.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { declaredHypercalls } from '../../src/hypervisor/hypercallDocumentation';
import { HYPERCALLS, hypercallNamed, type Hypercall } from '../../src/hypervisor/hypercalls';
import { drivenGuests, SCRATCH, type DrivenGuest } from '../support/drivenGuest';
import { DOMID_SELF, Errno, GrantStatus, smallPage } from '../support/xenInterface';

const { EPERM, ENOENT, ESRCH, E2BIG, EFAULT, EBUSY, EEXIST, EINVAL, ENOSYS } = Errno;
const IN_XEN = 0xff01_0000;
const NOWHERE = 0x5000_0000;
const OTHER = SCRATCH + 0x1000;
const PAGE = SCRATCH + 0x4000;
const VERSION = 0x0300_0000;
const ACM_VERSION = 0x0001_0000;

const refused = declaredHypercalls(
  readFileSync(new URL('../../firmware/xen/include/public/hypercall-list.h', import.meta.url), 'utf8'),
).filter(({ handler }) => handler === 'do_ni_hypercall');

/** What has no bad arguments, or ignores them. */
const CANNOT_FAIL = new Set(
  [
    ...['tlb_flush_local', 'tlb_flush_multi', 'tlb_flush_all', 'flush_tlb_all', 'flush_tlb_mm', 'flush_user_tlb_range'],
    ...[
      'flush_kern_tlb_range',
      'invlpg_local',
      'invlpg_multi',
      'invlpg_all',
      'flush_tlb_page',
      'flush_tlb_kernel_page',
    ],
    ...['invalidate_i_tlb_entry', 'invalidate_d_tlb_entry', 'flush_cache', 'flush_pmd_entry', 'clean_pmd_entry'],
    ...['drain_wb', 'get_pgd'],
  ].map((operation) => `mmuext_op ${operation}`),
);
for (const operation of [
  'memory_op maximum_ram_page',
  'xen_version version',
  'vm_assist disable',
  'dummy',
  'set_timer_op',
  'sched_op yield',
  'sched_op block',
  'sched_op_compat yield',
  'sched_op_compat block',
  'sched_op_compat shutdown',
  'physdev_op irq_unmask_notify',
])
  CANNOT_FAIL.add(operation);

/** What does not come back to its caller, or needs more than a driven domain: the test that shows it. */
const NOT_HERE: Readonly<Record<string, { works?: string; fails?: string }>> = {
  restore_guest_context: { works: 'paths.test.ts', fails: 'hostileGuests.test.ts' },
  'sched_op shutdown': { works: 'selftest.test.ts' },
  'sched_op_compat shutdown': { works: 'events.test.ts' },
  'vcpu_op down': { works: 'paper.test.ts' },
  'vcpu_op initialise': { works: 'never: the builder has initialised the only vCPU' },
  'acm_op getssid': { works: 'accessControl.test.ts' },
};

const outcomes = new Map<string, Set<'works' | 'fails'>>();

const numberOf = (call: Hypercall, operation: string): number => {
  const number = call.subOperations?.values[operation];
  if (number === undefined) throw new Error(`${call.name} has no operation ${operation}`);
  return number;
};

/** One domain, its hypercalls by name; what they answer is noted for the last test. */
class Caller {
  constructor(readonly guest: DrivenGuest) {}

  private note(name: string, result: number): number {
    const seen = outcomes.get(name) ?? new Set();
    outcomes.set(name, seen.add(result < 0 ? 'fails' : 'works'));
    return result;
  }

  /** A hypercall without operations. */
  plain(name: string, ...args: number[]): number {
    return this.note(name, this.guest.call(hypercallNamed(name)!.number, ...args));
  }

  /** An operation whose number stands in r0. */
  operation(name: string, operation: string, ...args: number[]): number {
    const call = hypercallNamed(name)!;
    return this.note(`${name} ${operation}`, this.guest.call(call.number, numberOf(call, operation), ...args));
  }

  /** An operation whose number is the first of the words at SCRATCH; `rest` from r1 on. */
  structure(name: string, operation: string, words: readonly number[], ...rest: number[]): number {
    const call = hypercallNamed(name)!;
    return this.note(
      `${name} ${operation}`,
      this.guest.callWith(call.number, [numberOf(call, operation), ...words], ...rest),
    );
  }

  channel(operation: string, ...words: number[]): number {
    return this.structure('event_channel_op', operation, words);
  }

  dom0(operation: string, ...words: number[]): number {
    return this.structure('dom0_op', operation, [
      VERSION,
      ...words,
      ...new Array<number>(34 - 2 - words.length).fill(0),
    ]);
  }

  mmuext(operation: string, arg1 = 0, arg2 = 0): number {
    return this.structure('mmuext_op', operation, [arg1, arg2, 0], 1, 0, DOMID_SELF);
  }

  /** One element; the status in its structure, or the call's own error. */
  grant(operation: string, statusAt: number, words: readonly number[]): number {
    this.guest.write(SCRATCH, words);
    const result = this.guest.call(20, numberOf(hypercallNamed('grant_table_op')!, operation), SCRATCH, 1);
    const status = (this.guest.word(SCRATCH + (statusAt & ~3)) << (statusAt & 2 ? 0 : 16)) >> 16;
    return this.note(`grant_table_op ${operation}`, result || status);
  }

  /** Of a word behind SCRATCH. */
  word(offset: number): number {
    return this.guest.word(SCRATCH + offset);
  }
}

function callers(): [domain0: Caller, domain1: Caller] {
  const { guests } = drivenGuests(2);
  return [new Caller(guests[0]!), new Caller(guests[1]!)];
}

describe('Hypercalls, one by one', () => {
  it('set_callbacks: addresses of ARM code in the guest’s part', () => {
    const [d] = callers();
    assert.equal(d.plain('set_callbacks', 0xc000_8004, 0xc000_8004), 0);
    assert.equal(d.plain('set_callbacks', 0, 0), 0);
    for (const address of [1, 2, 0xc000_8001, 0xfc00_0000, IN_XEN])
      for (const pair of [
        [address, 0],
        [0, address],
      ])
        assert.equal(d.plain('set_callbacks', ...pair), EINVAL, address.toString(16));
  });

  it('mmu_update: descriptors of the caller’s own tables, its own frames', () => {
    const [d, other] = callers();
    const { machine } = d.guest.xen;
    const [slot, descriptor] = machine.walk(PAGE, 'read', true).steps;
    assert.ok(slot && descriptor);
    const update = (ptr: number, value: number, count = 1, done = 0, domain: number = DOMID_SELF): number => {
      d.guest.write(SCRATCH, [ptr, 0, value, 0]);
      return d.plain('mmu_update', SCRATCH, count, done, domain);
    };
    const own = descriptor.descriptor;
    assert.equal(update(descriptor.descriptorAddress, 0, 1, OTHER), 0);
    assert.equal(d.guest.word(OTHER), 1, 'done');
    assert.equal(update(descriptor.descriptorAddress, own), 0);
    assert.equal(update((d.guest.frame(PAGE) << 12) | 1, 77), 0);
    assert.equal(d.guest.load(0xfc00_0000 + 4 * d.guest.frame(PAGE)), 77, 'the machine-to-physical table');
    assert.equal(update(descriptor.descriptorAddress, smallPage(other.guest.frame(PAGE))), EINVAL, 'a foreign frame');
    assert.equal(update(descriptor.descriptorAddress, smallPage(0x10)), EINVAL, 'the hypervisor’s');
    assert.equal(update(descriptor.descriptorAddress, smallPage(slot.descriptorAddress >>> 12)), EINVAL, 'a table');
    assert.equal(update(descriptor.descriptorAddress, (own & ~3) | 1), EINVAL, 'a large page');
    assert.equal(update(slot.descriptorAddress, 0xc00 | 2), EINVAL, 'a section');
    assert.equal(update((slot.descriptorAddress & ~0x3fff) | 0x3f10, 0), EPERM, 'a slot of the hypervisor');
    assert.equal(update(d.guest.frame(PAGE) << 12, 0x1234_5678), 0, 'an ordinary page: a plain store');
    assert.equal(d.guest.load(PAGE), 0x1234_5678);
    assert.equal(update(other.guest.frame(PAGE) << 12, own), EPERM);
    assert.equal(update((other.guest.frame(PAGE) << 12) | 1, 5), EPERM);
    assert.equal(update(descriptor.descriptorAddress | 2, own), EINVAL, 'no such command');
    assert.equal(update(0xffff_f000, own), EINVAL, 'no such frame');
    assert.equal(update(descriptor.descriptorAddress, own, 1025), E2BIG);
    assert.equal(update(descriptor.descriptorAddress, own, 1, IN_XEN), EFAULT);
    assert.equal(update(descriptor.descriptorAddress, own, 1, 0, 9), ESRCH);
    assert.equal(d.plain('mmu_update', NOWHERE, 1, 0, DOMID_SELF), EFAULT);
    assert.equal(other.plain('mmu_update', SCRATCH, 1, 0, 0), EPERM, 'in the name of Domain-0');
    d.guest.write(SCRATCH, [descriptor.descriptorAddress, 1, own, 0]);
    assert.equal(d.plain('mmu_update', SCRATCH, 1, 0, DOMID_SELF), EINVAL, 'beyond 4 GB');
  });

  it('update_va_mapping: one page of the space that is loaded', () => {
    const [d, other] = callers();
    const { machine } = d.guest.xen;
    const own = smallPage(d.guest.frame(PAGE));
    d.guest.waitForIt();
    assert.equal(d.plain('update_va_mapping', PAGE, 1, 0, 0), 0);
    assert.equal(machine.walk(PAGE, 'read', true).fault?.kind, 'translation');
    for (const flags of [0, 1, 2, 4, 5, 6]) {
      assert.equal(d.plain('update_va_mapping', PAGE, flags, own, 0), 0, `flags ${flags}`);
      assert.equal(machine.walk(PAGE, 'write', false).physicalAddress! >>> 12, d.guest.frame(PAGE));
    }
    assert.equal(other.plain('update_va_mapping', 0xfbf0_0000, 8, 0, 0), 1, 'shared info: the domid');
    for (const address of [0, 0x1000, IN_XEN, 0xfc00_0000, 0x4000_0000])
      assert.equal(d.plain('update_va_mapping', address, 0, own, 0), EINVAL, address.toString(16));
    for (const value of [
      smallPage(other.guest.frame(PAGE)),
      smallPage(0x10),
      (own & ~3) | 1,
      own | 1,
      smallPage(0xff002),
    ])
      assert.equal(d.plain('update_va_mapping', PAGE, 0, value, 0), EINVAL, value.toString(16));
  });

  it('mmuext_op: pins, base pointer', () => {
    const [d, other] = callers();
    const { machine } = d.guest.xen;
    d.guest.waitForIt();
    const base = machine.cpu.getCp15().ttbr & ~0x3fff;
    const unmap = (address: number, pages = 1): number => {
      for (let page = 0; page < pages; page++) {
        d.guest.write(address + 4096 * page, new Array<number>(1024).fill(0));
        assert.equal(d.plain('update_va_mapping', address + 4096 * page, 1, 0, 0), 0);
      }
      return d.guest.frame(address);
    };
    assert.equal(d.mmuext('get_pgd'), 0);
    assert.equal(d.word(4), base);
    assert.equal(d.mmuext('pin_l1', d.guest.frame(PAGE)), EINVAL, 'it is mapped');
    const l1 = unmap(PAGE);
    assert.equal(d.mmuext('pin_l1', l1), 0);
    assert.equal(d.mmuext('pin_l1', l1), EINVAL, 'pinned already');
    assert.equal(d.mmuext('pin_l2', l1), EINVAL, 'of another type');
    assert.equal(d.plain('update_va_mapping', PAGE, 1, smallPage(l1), 0), EINVAL, 'a table is not mapped');
    assert.equal(d.mmuext('unpin', l1), 0);
    assert.equal(d.mmuext('unpin', l1), EINVAL, 'not pinned');
    assert.equal(d.plain('update_va_mapping', PAGE, 1, smallPage(l1), 0), 0, 'an ordinary page again');

    const tables = SCRATCH + 0x1_0000;
    const l2 = unmap(tables, 4);
    const copy = machine.readPhysical(base, 0x4000)!;
    assert.ok(machine.writePhysical(l2 << 12, copy));
    assert.equal(d.mmuext('new_baseptr', (l2 << 12) | 0x400), EINVAL);
    assert.equal(d.mmuext('new_baseptr', other.guest.minMfn << 12), EINVAL);
    assert.equal(d.mmuext('new_baseptr', 0x4000), EINVAL, 'the hypervisor’s memory');
    assert.equal(d.mmuext('pin_l2', l2 + 1), EINVAL, 'not the first of four');
    assert.equal(d.mmuext('pin_l2', 0xfffff), EINVAL);
    assert.equal(d.mmuext('pin_l2', l2), 0);
    assert.equal(d.mmuext('new_baseptr', l2 << 12), 0);
    assert.equal(machine.cpu.getCp15().ttbr & ~0x3fff, l2 << 12);
    assert.equal(d.mmuext('new_baseptr', base), 0);
    assert.equal(d.mmuext('unpin', l2), 0);
    assert.equal(d.mmuext('unpin', other.guest.minMfn), EINVAL);

    assert.equal(d.guest.callWith(26, [6, 0, 0, 0], 1, IN_XEN, DOMID_SELF), EFAULT, 'done');
    assert.equal(d.guest.callWith(26, [6, 0, 0, 0], 1025, 0, DOMID_SELF), E2BIG);
    assert.equal(d.guest.callWith(26, [6, 0, 0, 0], 1, 0, 1), EPERM, 'another domain’s');
    assert.equal(d.guest.call(26, NOWHERE, 1, 0, DOMID_SELF), EFAULT);
  });

  it('mmuext_op: TLB and cache maintenance, by the guest’s addresses only', () => {
    const [d] = callers();
    for (const operation of [
      'tlb_flush_local',
      'tlb_flush_multi',
      'tlb_flush_all',
      'flush_tlb_all',
      'flush_tlb_mm',
      'flush_user_tlb_range',
      'flush_kern_tlb_range',
      'invlpg_local',
      'invlpg_multi',
      'invlpg_all',
      'flush_tlb_page',
      'flush_tlb_kernel_page',
      'invalidate_i_tlb_entry',
      'invalidate_d_tlb_entry',
      'flush_cache',
      'flush_pmd_entry',
      'clean_pmd_entry',
      'drain_wb',
    ])
      assert.equal(d.mmuext(operation, PAGE), 0, operation);
    for (const operation of [
      'coherent_kern_range',
      'coherent_user_range',
      'flush_user_cache_range',
      'dmac_inv_range',
      'dmac_clean_range',
      'dmac_flush_range',
    ]) {
      assert.equal(d.mmuext(operation, PAGE, PAGE + 64), 0, operation);
      assert.equal(d.mmuext(operation, PAGE, PAGE + 0x10_0000), 0, operation);
      assert.equal(d.mmuext(operation, PAGE + 64, PAGE), EINVAL, operation);
      assert.equal(d.mmuext(operation, PAGE, IN_XEN), EINVAL, operation);
    }
    assert.equal(d.mmuext('dcache_clean_area', PAGE, 64), 0);
    assert.equal(d.mmuext('dcache_clean_area', PAGE, 0xffff_ffff), EINVAL);
    assert.equal(d.mmuext('dcache_clean_area', IN_XEN, 64), EINVAL);
    assert.equal(d.mmuext('flush_kern_dcache_page', PAGE), 0);
    assert.equal(d.mmuext('flush_kern_dcache_page', IN_XEN), EINVAL);
  });

  it('memory_op: frames given back and had again', () => {
    const [d, other] = callers();
    const reservation = (pages: number, { order = 0, domain = DOMID_SELF, list = OTHER } = {}): number => {
      d.guest.write(SCRATCH, [list, pages, order, 0, domain]);
      return SCRATCH;
    };
    const now = (): number => (
      d.guest.write(SCRATCH, [DOMID_SELF]),
      d.operation('memory_op', 'current_reservation', SCRATCH)
    );
    assert.equal(now(), 1024);
    assert.equal(d.operation('memory_op', 'maximum_reservation', SCRATCH), 1024);
    assert.equal(d.operation('memory_op', 'maximum_ram_page'), (96 << 8) - 1);
    d.guest.write(OTHER, [d.guest.frame(PAGE)]);
    assert.equal(d.operation('memory_op', 'decrease_reservation', reservation(1)), 0, 'it is mapped');
    assert.equal(d.plain('update_va_mapping', PAGE, 1, 0, 0), 0);
    assert.equal(d.operation('memory_op', 'decrease_reservation', reservation(1)), 1);
    assert.equal(now(), 1023);
    assert.equal(d.operation('memory_op', 'increase_reservation', reservation(2)), 1, 'up to the maximum');
    assert.equal(d.plain('update_va_mapping', PAGE, 1, smallPage(d.guest.word(OTHER)), 0), 0, 'it can be mapped');
    for (const operation of ['decrease_reservation', 'increase_reservation']) {
      assert.equal(d.operation('memory_op', operation, reservation(1, { order: 1 })), EINVAL);
      assert.equal(d.operation('memory_op', operation, reservation(1025)), E2BIG);
      assert.equal(d.operation('memory_op', operation, reservation(1, { domain: 1 })), EPERM);
      assert.equal(d.operation('memory_op', operation, IN_XEN), EFAULT);
    }
    d.guest.write(SCRATCH, [9]);
    for (const operation of ['current_reservation', 'maximum_reservation']) {
      assert.equal(d.operation('memory_op', operation, SCRATCH), ESRCH);
      assert.equal(other.operation('memory_op', operation, SCRATCH), EPERM, 'about Domain-0');
      assert.equal(d.operation('memory_op', operation, IN_XEN), EFAULT);
    }
  });

  it('multicall: each call with its own result; not itself, and nothing that does not come back', () => {
    const [d] = callers();
    const entries = [
      [35, 1, 0, 0, 0, 0, 0, 0],
      [17, 1, 0, 0, 0, 0, 0, 0],
      [13, 1, SCRATCH, 1, 0, 0, 0, 0],
      [31, 1, SCRATCH, 0, 0, 0, 0, 0],
      [42, 1, 0, 0, 0, 0, 0, 0],
      [0xffff_ffff, 1, 0, 0, 0, 0, 0, 0],
      [14, 1, IN_XEN, 0, 0, 0, 0, 0],
    ];
    d.guest.write(SCRATCH, entries.flat());
    assert.equal(d.plain('multicall', SCRATCH, entries.length), 0);
    assert.deepEqual(
      entries.map((_, i) => d.word(32 * i + 4) | 0),
      [0, 0x3_0000, ENOSYS, ENOSYS, ENOSYS, ENOSYS, EINVAL],
    );
    assert.equal(d.plain('multicall', SCRATCH, 257), EINVAL);
    assert.equal(d.plain('multicall', IN_XEN, 1), EFAULT);
    assert.equal(d.plain('multicall', NOWHERE, 1), EFAULT);
  });

  it('event_channel_op: ports of the caller', () => {
    const [d, other] = callers();
    const port = (): number => d.word(8);
    assert.equal(d.channel('alloc_unbound', DOMID_SELF | (1 << 16), 0, 0), 0);
    const offered = port();
    assert.equal(d.channel('alloc_unbound', 1, 0, 0), EPERM, 'for another domain');
    assert.equal(other.channel('bind_interdomain', 0, offered, 0, 0), 0);
    const bound = other.word(12);
    assert.equal(other.channel('bind_interdomain', 0, offered, 0, 0), EINVAL, 'bound already');
    assert.equal(other.channel('bind_interdomain', 0, 999, 0, 0), EINVAL);
    assert.equal(other.channel('bind_interdomain', 0, 0xffff_ffff, 0, 0), EINVAL);
    assert.equal(other.channel('bind_interdomain', 9, 1, 0, 0), ESRCH);
    assert.equal(other.channel('send', bound), 0);
    assert.equal((d.guest.xen.word(d.guest.sharedInfo + 64) >>> offered) & 1, 1, 'it is pending at the other end');
    assert.equal(other.channel('send', 500), EINVAL);
    assert.equal(other.channel('send', 0), EINVAL);
    assert.equal(d.channel('bind_virq', 1, 0), 0);
    const virq = d.word(12);
    assert.equal(d.channel('bind_virq', 1, 0), EEXIST);
    assert.equal(d.channel('bind_virq', 13, 0), EINVAL);
    assert.equal(d.channel('bind_virq', 2, 1), ENOENT);
    assert.equal(d.channel('bind_pirq', 15, 0), 0);
    assert.equal(d.channel('bind_pirq', 3, 0), EPERM);
    assert.equal(d.channel('bind_ipi', 0), 0);
    const ipi = port();
    assert.equal(d.channel('bind_ipi', 1), ENOENT);
    assert.equal(d.channel('bind_vcpu', ipi, 0), 0);
    assert.equal(d.channel('bind_vcpu', ipi, 1), EINVAL);
    assert.equal(d.channel('bind_vcpu', 4096, 0), EINVAL);
    assert.equal(d.channel('unmask', ipi), 0);
    assert.equal(d.channel('unmask', 1024), EINVAL);
    assert.equal(d.channel('status', DOMID_SELF, virq, 0, 0, 0, 0), 0);
    assert.deepEqual([d.word(12), d.word(20)], [4, 1]);
    assert.equal(d.channel('status', 1, bound, 0, 0, 0, 0), 0, 'Domain-0 sees all');
    assert.deepEqual([d.word(12), d.word(20) & 0xffff, d.word(24)], [2, 0, offered]);
    assert.equal(other.channel('status', 0, offered, 0, 0, 0, 0), EPERM);
    assert.equal(d.channel('status', 9, 1, 0, 0, 0, 0), ESRCH);
    assert.equal(d.channel('status', DOMID_SELF, 1024, 0, 0, 0, 0), EINVAL);
    assert.equal(d.channel('close', virq), 0);
    assert.equal(d.channel('close', virq), EINVAL);
    assert.equal(d.channel('close', 0), EINVAL);
    assert.equal(d.channel('close', 0xffff_ffff), EINVAL);
    assert.equal(d.guest.call(16, IN_XEN), EFAULT);
    assert.equal(d.guest.callWith(16, [99]), ENOSYS);
  });

  it('xen_version, vm_assist, dummy, the time', () => {
    const [d] = callers();
    assert.equal(d.operation('xen_version', 'version', 0), 0x3_0000);
    assert.equal(d.operation('xen_version', 'extraversion', SCRATCH), 0);
    assert.equal(d.operation('xen_version', 'capabilities', SCRATCH), 0);
    assert.equal(Buffer.from(Uint32Array.of(d.word(0), d.word(4), d.word(8)).buffer).toString(), 'xen-3.0-arm_');
    assert.equal(d.operation('xen_version', 'platform_parameters', SCRATCH), 0);
    assert.equal(d.word(0), 0xfc00_0000);
    d.guest.write(SCRATCH, [0, 1]);
    assert.equal(d.operation('xen_version', 'get_features', SCRATCH), 0);
    assert.equal(d.word(4), 0);
    d.guest.write(SCRATCH, [1]);
    assert.equal(d.operation('xen_version', 'get_features', SCRATCH), EINVAL);
    for (const operation of ['extraversion', 'capabilities', 'platform_parameters', 'get_features'])
      assert.equal(d.operation('xen_version', operation, IN_XEN), EFAULT, operation);
    assert.equal(d.operation('vm_assist', 'disable', 0), 0);
    assert.equal(d.plain('dummy'), 0);
    assert.equal(d.plain('get_system_time', SCRATCH), 0);
    const elapsed = d.guest.xen.machine.ticks * 5 - d.word(0);
    assert.ok(elapsed >= 0 && elapsed < 10_000, String(elapsed));
    assert.equal(d.plain('get_system_time', IN_XEN), EFAULT);
    assert.equal(d.plain('set_timer_op', 0, 0), 0);
    assert.equal(d.plain('set_timer_op', 0, 0x7fff_ffff), 0);
  });

  it('console_io: text within the guest’s reach, input for Domain-0', () => {
    const [d, other] = callers();
    d.guest.write(SCRATCH, [0x6c6c_6548, 0x0a6f]);
    assert.equal(d.operation('console_io', 'write', 6, SCRATCH), 0);
    assert.match(d.guest.xen.console, /Hello\n$/);
    assert.equal(d.operation('console_io', 'write', -1, SCRATCH), EINVAL);
    assert.equal(d.operation('console_io', 'write', 65_537, SCRATCH), EINVAL);
    assert.equal(d.operation('console_io', 'write', 6, IN_XEN), EFAULT);
    assert.equal(d.operation('console_io', 'write', 8192, 0xfbff_f000), EFAULT, 'runs into the hypervisor');
    d.guest.xen.machine.sendConsoleInput(0, Buffer.from('hi'));
    d.guest.waitForIt();
    assert.equal(other.operation('console_io', 'read', 4, SCRATCH), EPERM);
    assert.equal(d.operation('console_io', 'read', 4, IN_XEN), EFAULT);
    assert.equal(d.operation('console_io', 'read', 4, SCRATCH), 2);
    assert.equal(d.word(0) & 0xffff, 0x6968);
  });

  it('grant_table_op: what is granted to the caller, as it is granted', () => {
    const [d, granter] = callers();
    const { bad_domain, bad_gntref, bad_handle, bad_virt_addr, general_error, permission_denied } = GrantStatus;
    const setup = (frames: number, list = OTHER, domain = DOMID_SELF): number =>
      granter.grant('setup_table', 8, [domain, frames, 0, list]);
    assert.equal(setup(5), general_error);
    assert.equal(setup(1, OTHER, 0), bad_domain);
    assert.equal(setup(1), 0);
    assert.equal(setup(1, IN_XEN), bad_virt_addr);
    const entry = (ref: number, flags: number, domain: number, frame: number): void => {
      const words = Uint32Array.of(flags | (domain << 16), frame);
      granter.guest.xen.machine.writePhysical(
        (granter.guest.word(OTHER) << 12) + 8 * ref,
        new Uint8Array(words.buffer),
      );
    };
    const granted = granter.guest.frame(PAGE);
    entry(1, 1, 0, granted);
    entry(2, 1 | 4, 0, granted);
    entry(3, 1, 5, granted);
    entry(4, 1, 0, 0x10);
    const map = (ref: number, { flags = 2, domain = 1, address = PAGE } = {}): number =>
      d.grant('map_grant_ref', 24, [address, 0, flags, ref, domain, 0, 0, 0, 0, 0]);
    granter.guest.write(PAGE, [0x1234_5678]);
    assert.equal(map(1), 0);
    const handle = d.word(28);
    assert.equal(d.guest.load(PAGE), 0x1234_5678);
    const unmap = (address: number, number: number): number =>
      d.grant('unmap_grant_ref', 20, [address, 0, 0, 0, number, 0]);
    assert.equal(unmap(PAGE, 77), bad_handle);
    assert.equal(unmap(PAGE + 4096, handle), bad_virt_addr);
    assert.equal(d.grant('dump_table', 2, [1]), 0);
    assert.match(d.guest.xen.console, /Domain-1 grants frame .* by reference 1: mapped 1 times, 1 of them to write/);
    assert.equal(granter.grant('dump_table', 2, [0]), permission_denied);
    assert.equal(d.grant('dump_table', 2, [9]), bad_domain);
    assert.equal(unmap(PAGE, handle), 0);
    assert.equal(d.guest.xen.machine.walk(PAGE, 'read', true).fault?.kind, 'translation');
    assert.equal(map(2), permission_denied, 'read only');
    assert.equal(map(3), bad_gntref, 'to somebody else');
    assert.equal(map(4), bad_virt_addr, 'a frame that is not the granter’s');
    assert.equal(map(0), bad_gntref, 'an empty entry');
    assert.equal(map(512), bad_gntref, 'behind the table');
    assert.equal(map(1, { domain: 9 }), bad_domain);
    assert.equal(map(1, { domain: 0 }), bad_domain, 'itself');
    assert.equal(map(1, { flags: 0 }), general_error);
    assert.equal(map(1, { flags: 2 | 16 }), general_error);
    assert.equal(map(1, { address: PAGE + 4 }), bad_virt_addr);
    assert.equal(map(1, { address: IN_XEN & ~0xfff }), bad_virt_addr);

    const transfer = (mfn: number, ref: number, domain = 1): number =>
      d.grant('transfer', 16, [mfn, domain, ref, 0, 0]);
    entry(6, 2, 0, 0);
    const given = d.guest.frame(PAGE);
    assert.equal(transfer(given, 6), general_error, 'the other one has all it may have');
    granter.guest.write(SCRATCH, [OTHER + 16, 1, 0, 0, DOMID_SELF]);
    granter.guest.write(OTHER + 16, [granter.guest.frame(PAGE + 4096)]);
    assert.equal(granter.plain('update_va_mapping', PAGE + 4096, 1, 0, 0), 0);
    granter.guest.write(SCRATCH, [OTHER + 16, 1, 0, 0, DOMID_SELF]);
    assert.equal(granter.guest.call(12, 1, SCRATCH), 1);
    assert.equal(transfer(given, 1), bad_gntref, 'accepts no transfer');
    assert.equal(transfer(d.guest.frame(SCRATCH), 6), general_error, 'it is mapped');
    assert.equal(transfer(0x10, 6), general_error);
    assert.equal(transfer(given, 6, 0), bad_domain);
    assert.equal(transfer(given, 6), 0);
    assert.equal(granter.plain('update_va_mapping', PAGE + 4096, 1, smallPage(given), 0), 0, 'it is the receiver’s');
    assert.equal(d.guest.call(20, 0, IN_XEN, 1), EFAULT);
    assert.equal(d.guest.call(20, 0, SCRATCH, 257), E2BIG);
    assert.equal(d.guest.call(20, 9, SCRATCH, 1), ENOSYS);
  });

  it('vcpu_op: the one vCPU', () => {
    const [d] = callers();
    assert.equal(d.operation('vcpu_op', 'initialise', 0, 0), EEXIST);
    assert.equal(d.operation('vcpu_op', 'up', 0, 0), 0);
    assert.equal(d.operation('vcpu_op', 'is_up', 0, 0), 1);
    assert.equal(d.operation('vcpu_op', 'get_runstate_info', 0, SCRATCH), 0);
    assert.equal(d.word(0), 0, 'running');
    assert.ok(d.word(16) > 0, 'ns that it has run');
    assert.equal(d.operation('vcpu_op', 'get_runstate_info', 0, IN_XEN), EFAULT);
    for (const operation of ['up', 'is_up', 'get_runstate_info', 'down'])
      for (const vcpu of [1, -1, 0x7fff_ffff]) assert.equal(d.operation('vcpu_op', operation, vcpu, 0), EINVAL);
  });

  it('sched_op and its older form: yield, block, poll', () => {
    const [d] = callers();
    assert.equal(d.operation('sched_op', 'yield', 0), 0);
    assert.equal(d.operation('sched_op_compat', 'yield', 0), 0);
    for (const name of ['sched_op', 'sched_op_compat']) {
      assert.equal(d.channel('bind_ipi', 0), 0);
      assert.equal(d.channel('send', d.word(8)), 0);
      assert.equal(d.operation(name, 'block', 0), 0, 'an event is pending: it comes back');
    }
    assert.equal(d.channel('bind_ipi', 0), 0);
    const port = d.word(8);
    const poll = (ports: number, count: number, timeout = 0): number => {
      d.guest.write(SCRATCH, [ports, count, timeout, 0]);
      return d.operation('sched_op', 'poll', SCRATCH);
    };
    d.guest.write(OTHER, [port, 1024]);
    const deadline = d.guest.xen.machine.ticks * 5 + 3_000_000;
    assert.equal(poll(OTHER, 1, deadline), 0, 'until the timeout');
    assert.ok(d.guest.xen.machine.ticks * 5 >= deadline);
    assert.equal(d.channel('send', port), 0);
    assert.equal(poll(OTHER, 1), 0, 'it is pending');
    assert.equal(poll(OTHER, 129), EINVAL);
    assert.equal(poll(OTHER + 4, 1), EINVAL);
    assert.equal(poll(IN_XEN, 1), EFAULT);
    assert.equal(d.operation('sched_op', 'poll', IN_XEN), EFAULT);
    assert.equal(d.operation('sched_op', 'shutdown', IN_XEN), EFAULT);
  });

  it('physdev_op and the lines of human input', () => {
    const [d, other] = callers();
    assert.equal(d.structure('physdev_op', 'irq_unmask_notify', []), 0);
    assert.equal(d.structure('physdev_op', 'irq_status_query', [15, 0]), 0);
    assert.equal(d.word(8), 1);
    assert.equal(d.structure('physdev_op', 'irq_status_query', [32, 0]), EINVAL);
    assert.equal(d.guest.call(19, IN_XEN), EFAULT);
    assert.equal(d.plain('set_HID_irq', 16), 0);
    assert.equal(d.plain('set_HID_irq', 4), EINVAL);
    assert.equal(other.plain('set_HID_irq', 16), EPERM);
    assert.equal(d.plain('set_foreground_domain', 1), 0);
    assert.equal(d.plain('set_foreground_domain', 9), ESRCH);
    assert.equal(other.plain('set_foreground_domain', 1), EPERM);
  });

  it('dom0_op: the life of a domain, its parameters and what is known of all', () => {
    const [d, other] = callers();
    assert.equal(d.dom0('create', 0, 0, 0, 0, 0, 5), 0);
    assert.equal(d.dom0('create', 0, 0, 0, 0, 0, 5), EEXIST);
    assert.equal(d.dom0('create', 0, 0, 0, 0, 0, 300), EINVAL);
    assert.equal(d.dom0('setdomainmaxmem', 5, 0, 1024), 0);
    assert.equal(d.dom0('setdomainmaxmem', 5, 0, 0, 1), EINVAL);
    assert.equal(d.dom0('setdomainmaxmem', 1, 0, 1024), EBUSY);
    assert.equal(d.dom0('setdomainmaxmem', 9, 0, 1024), ESRCH);
    assert.equal(d.dom0('guest_image_ctl', 5, 0, 0, 4096), 0);
    assert.equal(d.word(16) & 0xfff, 0, 'where the image is to be put');
    assert.equal(d.dom0('guest_image_ctl', 5, 1, 0, 4096), EINVAL, 'there is no image');
    assert.equal(d.dom0('guest_image_ctl', 1, 0, 0, 4096), EBUSY);
    assert.equal(d.dom0('guest_image_ctl', 0, 0, 0, 4096), ESRCH);
    for (const operation of ['pause', 'unpause']) {
      assert.equal(d.dom0(operation, 1), 0);
      assert.equal(d.dom0(operation, 0), EINVAL, 'itself');
      assert.equal(d.dom0(operation, 9), ESRCH);
    }
    assert.equal(d.dom0('getdomaininfo', 1), 0);
    assert.deepEqual([d.word(8) & 0xffff, d.word(16), d.word(24)], [1, 1024, 1024]);
    assert.equal(d.dom0('getdomaininfo', 6), ESRCH);
    assert.equal(d.dom0('getdomaininfolist', 0, 10, OTHER, 0), 0);
    assert.equal(d.word(20), 3);
    assert.equal(d.dom0('getdomaininfolist', 0, 10, IN_XEN, 0), EFAULT);
    assert.equal(d.dom0('physinfo'), 0);
    assert.equal(d.word(32), 96 << 8, 'pages of RAM');
    assert.equal(d.dom0('sched_id'), 0);
    assert.equal(d.word(8), 0, 'BVT');
    assert.equal(d.dom0('schedctl', 0, 1, 0), 0);
    assert.equal(d.word(16), 5_000_000);
    assert.equal(d.dom0('schedctl', 0, 0, 99), EINVAL);
    assert.equal(d.dom0('schedctl', 4, 1, 0), EINVAL, 'another scheduler');
    assert.equal(d.dom0('adjustdom', 0, 1, 1, 0), 0);
    assert.equal(d.word(24), 10);
    assert.equal(d.dom0('adjustdom', 0, 0, 1, 0, 0), EINVAL);
    assert.equal(d.dom0('adjustdom', 0, 1, 9, 0), ESRCH);
    assert.equal(d.dom0('settime', 1_200_000_000, 5), 0);
    assert.equal(other.guest.xen.word(other.guest.sharedInfo + 64 + 256 + 32 + 4), 1_200_000_000, 'wc_sec of another');
    assert.equal(d.dom0('destroy', 5), 0);
    assert.equal(d.dom0('destroy', 5), ESRCH);
    assert.equal(d.dom0('destroy', 0), EINVAL);
    for (const operation of ['physinfo', 'sched_id', 'settime']) assert.equal(other.dom0(operation), EPERM);
    assert.equal(d.guest.call(7, IN_XEN), EFAULT);
    assert.equal(d.guest.callWith(7, [8, VERSION + 1]), EINVAL);
    assert.equal(d.guest.callWith(7, [99, VERSION]), ENOSYS);
  });

  it('acm_op: for Domain-0, also without a policy', () => {
    const [d, other] = callers();
    const acm = (who: Caller, operation: string, ...words: number[]): number =>
      who.structure('acm_op', operation, [ACM_VERSION, ...words, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal(acm(d, 'getpolicy', 0, 0), 0);
    assert.equal(acm(d, 'getlog', OTHER, 8), 0);
    assert.equal(acm(d, 'getssid', DOMID_SELF), ENOENT, 'there is no policy');
    assert.equal(acm(d, 'getssid', 9), ESRCH);
    for (const operation of ['getpolicy', 'getlog', 'getssid']) {
      assert.equal(acm(other, operation), EPERM);
      assert.equal(d.structure('acm_op', operation, [ACM_VERSION + 1]), EINVAL);
    }
    assert.equal(d.guest.call(27, IN_XEN), EFAULT);
  });

  it('numbers that do not exist', () => {
    const [d] = callers();
    for (const number of [42, 43, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])
      assert.equal(d.guest.call(number), ENOSYS, String(number));
  });

  it('answers -ENOSYS for each slot that is not implemented', () => {
    const [d] = callers();
    for (const { number, name } of refused) assert.equal(d.guest.call(number, SCRATCH), ENOSYS, name);
  });

  it('every operation that works has been tried, well and badly', () => {
    const operations = HYPERCALLS.filter(({ name }) => !refused.some((slot) => slot.name === name)).flatMap(
      ({ name, subOperations }) =>
        subOperations
          ? Object.keys(subOperations.values)
              .filter((operation) => !subOperations.refused?.[operation])
              .map((operation) => `${name} ${operation}`)
          : [name],
    );
    for (const operation of operations) {
      const seen = outcomes.get(operation) ?? new Set();
      if (!NOT_HERE[operation]?.works) assert.ok(seen.has('works'), `${operation} works`);
      if (!CANNOT_FAIL.has(operation) && !NOT_HERE[operation]?.fails)
        assert.ok(seen.has('fails'), `${operation} fails`);
    }
  });
});
