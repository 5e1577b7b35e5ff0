/** Cases of the hypercalls that deal with memory: page tables, reservations, grants; and multicall. */
import assert from 'node:assert/strict';
import { SCRATCH } from '../../support/drivenGuest';
import { DOMID_SELF, Errno, GrantStatus, smallPage } from '../../support/xenInterface';
import { callers, IN_XEN, NOWHERE, OTHER, PAGE, type Cases } from './caller';

const { EPERM, ESRCH, E2BIG, EFAULT, EINVAL, ENOSYS } = Errno;

export const memoryCases: Cases = {
  'mmu_update: descriptors of the caller’s own tables, its own frames': () => {
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
  },
  'update_va_mapping: one page of the space that is loaded': () => {
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
  },
  'mmuext_op: pins, base pointer': () => {
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
  },
  'mmuext_op: TLB and cache maintenance, by the guest’s addresses only': () => {
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
  },
  'memory_op: frames given back and had again': () => {
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
  },
  'multicall: each call with its own result; not itself, and nothing that does not come back': () => {
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
  },
  'grant_table_op: what is granted to the caller, as it is granted': () => {
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
  },
};
