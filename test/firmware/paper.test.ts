/**
 * What the paper says of Secure Xen on ARM, row by row, where no other test shows it; docs/paper.md lists all rows with their code and
 * their tests. Everything is seen from outside: the machine's registers, page tables in memory, the hypervisor's counters.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Walk } from '../../src/machine/types';
import { BootedXen, firmwareImage } from '../support/bootXen';
import { drivenGuests, SCRATCH, type DrivenGuest } from '../support/drivenGuest';
import { arm, textAddress } from '../support/tinyGuest';
import { FRAME, KERNEL_STACK, PSR_KERNEL, PSR_USER, USER_PAGE, UserSpace } from '../support/userSpace';
import { DOMID_SELF, smallPage } from '../support/xenInterface';

const DACR_KERNEL = 0xfd;
const DACR_USER = 0x55;
const MMUEXT_OP = 26;
const UPDATE_VA_MAPPING = 14;
const EVENT_CHANNEL_OP = 16;
const NEW_BASEPTR = 5;
const MODE = 0x1f;
const IRQ_AND_FIQ = 0xc0;

/** One page of each row of Table 1. */
const PAGES = { VMM: 0xff01_0000, kernel: SCRATCH, 'I/O': 0xf001_0000, user: USER_PAGE };
const MMU_DOMAINS = { VMM: 0, kernel: 1, 'I/O': 2, user: 3 };

function oneDomain(): { xen: BootedXen; guest: DrivenGuest; user: UserSpace } {
  const { xen, guests } = drivenGuests(1);
  const guest = guests[0]!;
  return { xen, guest, user: new UserSpace(guest) };
}

/** The virtual registers of a vCPU. */
function virtualRegisters({ xen, vcpu }: DrivenGuest): Record<'vpsr' | 'vksp' | 'vusp' | 'vfar' | 'vfsr', number> {
  const at =
    vcpu +
    xen.offset('vcpu', 'arch') +
    xen.offset('arch_vcpu', 'guest_context') +
    xen.offset('vcpu_guest_context', 'sys_regs');
  const read = (name: string): number => xen.word(at + xen.offset('cpu_sys_regs', name));
  return { vpsr: read('vpsr'), vksp: read('vksp'), vusp: read('vusp'), vfar: read('vfar'), vfsr: read('vfsr') };
}

/** struct perf_counters. */
function counters(xen: BootedXen): { addressSpaces: number; caches: number; tlbs: number; interrupts: number } {
  const at = (name: string): number => xen.word(xen.symbol('perf_counters') + xen.offset('perf_counters', name));
  return {
    addressSpaces: at('address_space_switches'),
    caches: at('cache_flushes'),
    tlbs: at('tlb_flushes'),
    interrupts: at('timer_interrupts'),
  };
}

describe('Paper 3.1: considerations for ARM', () => {
  it('a guest runs in USR mode, where it cannot mask interrupts, change the mode or reach CP15', () => {
    const { xen, guest, user } = oneDomain();
    const maskAll = 0xe321_f0d3; // msr cpsr_c, #0xd3
    const writeDacr = 0xee03_0f10; // mcr p15, 0, r0, c3, c0, 0
    for (const psr of [PSR_KERNEL, PSR_USER]) {
      user.program([maskAll, 0xe10f_5000 /* mrs r5, cpsr */, arm.swi(0x11)]);
      user.enter({}, psr);
      assert.equal(xen.machine.cpu.getRegister(5) & (MODE | IRQ_AND_FIQ), PSR_USER);
      user.program([writeDacr, arm.swi(0x11)]);
      user.enter({ 0: 0xffff_ffff }, psr);
      assert.equal(xen.machine.cpu.getRegister(0), 4, 'an undefined instruction, for its kernel');
      assert.equal(guest.word(xen.machine.cpu.getRegister(12) + 60), USER_PAGE + 4);
    }
    assert.equal(xen.machine.cpu.getCp15().dacr, DACR_KERNEL);
  });

  it('a system call goes to the hypervisor and from there to the guest’s kernel', () => {
    const { xen, guest, user } = oneDomain();
    user.program([arm.swi(0x123)]);
    guest.waitForIt();
    const seen: string[] = [];
    const note = (name: string): void => {
      xen.machine.setBreakpoints([xen.symbol(name)]);
      assert.equal(xen.machine.run(10_000).kind, 'breakpoint', name);
      seen.push(`${name} in ${xen.machine.cpu.mode}`);
    };
    guest.write(FRAME, [...new Array<number>(15).fill(0), USER_PAGE, PSR_USER, 0]);
    guest.prepare(31, [FRAME]);
    for (const name of ['vector_swi', 'process_hypercalls', 'restore', 'vector_swi', 'system_call', 'do_upcall'])
      note(name);
    xen.machine.setBreakpoints([textAddress(1)]);
    xen.machine.run(10_000);
    assert.equal(xen.machine.cpu.mode, 'usr');
    assert.equal(xen.machine.cpu.getRegister(0), 8, 'and the kernel hears of a system call');
    assert.ok(seen.every((text) => text.endsWith('in svc')));
  });
});

describe('Paper 3.2.1: virtual privileged mode', () => {
  it('Table 1: who gets at whose memory, by walks of the page tables', () => {
    const { xen } = oneDomain();
    const may = (address: number, access: 'read' | 'write', privileged: boolean, dacr: number): boolean =>
      xen.machine.walk(address, access, privileged, { dacr }).fault === undefined;
    const table: Record<string, string> = {};
    for (const [row, address] of Object.entries(PAGES)) {
      assert.equal(xen.machine.walk(address, 'read', true).mmuDomain, MMU_DOMAINS[row as keyof typeof PAGES], row);
      const columns = [
        [true, DACR_USER],
        [false, DACR_KERNEL],
        [false, DACR_USER],
      ] as const;
      table[row] = columns
        .map(([privileged, dacr]) =>
          (['read', 'write'] as const)
            .filter((access) => may(address, access, privileged, dacr))
            .map((access) => access[0])
            .join(''),
        )
        .map((allowed) => allowed || '-')
        .join(' ');
    }
    assert.deepEqual(table, { VMM: 'rw - -', kernel: 'rw rw -', 'I/O': 'rw rw -', user: 'rw rw rw' });
  });

  it('Table 1: the kernel is manager of D1-D3 and client of D0, a process client of all', () => {
    const { xen } = oneDomain();
    const [client, manager] = [1, 3];
    for (const [row, address] of Object.entries(PAGES)) {
      const inKernel = xen.machine.walk(address, 'read', false, { dacr: DACR_KERNEL }).domainAccess;
      assert.equal(inKernel, row === 'VMM' ? client : manager, row);
      assert.equal(xen.machine.walk(address, 'read', false, { dacr: DACR_USER }).domainAccess, client, row);
    }
  });

  it('Table 1, as a process meets it: its own page is its, all others fault and name their MMU domain', () => {
    const { guest, user } = oneDomain();
    guest.write(SCRATCH + 0x9000 + 0xc00, [0x1234_5678]);
    assert.deepEqual(user.load(USER_PAGE + 0xc00), { value: 0x1234_5678 });
    assert.deepEqual(user.store(USER_PAGE + 0xc00, 5), { value: 5 });
    for (const row of ['VMM', 'kernel', 'I/O'] as const) {
      const fault = { vfar: PAGES[row], vfsr: (MMU_DOMAINS[row] << 4) | 0xf };
      const section = { vfar: PAGES[row], vfsr: (MMU_DOMAINS[row] << 4) | 0xd };
      assert.deepEqual(user.load(PAGES[row]), row === 'VMM' ? section : fault, `load from ${row}`);
      assert.deepEqual(user.store(PAGES[row], 1), row === 'VMM' ? section : fault, `store to ${row}`);
    }
  });

  it('the DACR follows the virtual mode at each way into the guest', () => {
    const { xen, guest, user } = oneDomain();
    const { machine } = xen;
    const stopAt = (address: number): void => {
      machine.setBreakpoints([address]);
      assert.equal(machine.run(20_000).kind, 'breakpoint');
    };
    user.program([arm.swi(0x11)]);
    guest.write(FRAME, [...new Array<number>(15).fill(0), USER_PAGE, PSR_USER, 0]);
    guest.waitForIt();
    assert.equal(machine.cpu.getCp15().dacr, DACR_KERNEL);
    guest.prepare(31, [FRAME]);
    stopAt(USER_PAGE);
    assert.equal(machine.cpu.getCp15().dacr, DACR_USER, 'a process');
    assert.equal(virtualRegisters(guest).vpsr, PSR_USER);
    stopAt(textAddress(1));
    assert.equal(machine.cpu.getCp15().dacr, DACR_KERNEL, 'its kernel, by an upcall');
    assert.equal(virtualRegisters(guest).vpsr, PSR_KERNEL);
    guest.call(35);
    assert.equal(machine.cpu.getCp15().dacr, DACR_KERNEL, 'after a hypercall');
  });

  it('all pages of a domain with processes: D0 is the hypervisor’s, D1 and D2 are closed to processes, D3 is theirs', () => {
    const xen = new BootedXen([{ elf: firmwareImage('proc-os'), memoryBytes: 8 << 20 }]);
    const { machine } = xen;
    for (let slices = 0; !(machine.cpu.mode === 'usr' && machine.cpu.getCp15().dacr === DACR_USER); slices++) {
      assert.ok(slices < 200_000, 'a process runs');
      machine.run(97);
    }
    const tally: Record<string, number> = {};
    for (const { address, mmuDomain, ap } of mappedPages(xen)) {
      const area =
        address >= 0xfc00_0000 || address < 0x10_0000
          ? 'hypervisor'
          : address >= 0xc000_0000
            ? 'kernel range'
            : 'user range';
      const who = ap === 1 ? 'privileged only' : ap === 2 ? 'user read-only' : ap === 3 ? 'user' : `AP ${ap}`;
      const kind = `${area}: D${mmuDomain}, ${who}`;
      tally[kind] = (tally[kind] ?? 0) + 1;
    }
    const kinds = Object.keys(tally).sort();
    assert.deepEqual(
      kinds.filter((kind) => kind.startsWith('hypervisor')),
      ['hypervisor: D0, privileged only', 'hypervisor: D0, user read-only'],
    );
    const frameTablePages = (((96 << 20) >>> 12) * 4) / 4096;
    assert.equal(tally['hypervisor: D0, user read-only'], frameTablePages, 'which is RO_MPT');
    for (const kind of kinds.filter((name) => name.includes('range')))
      assert.match(kind, /^kernel range: D[12], privileged only$|^user range: D3, (user|user read-only)$/);
    assert.ok(
      kinds.some((kind) => kind.startsWith('user range: D3')),
      kinds.join('; '),
    );
  });
});

interface MappedPage {
  readonly address: number;
  readonly mmuDomain: number;
  readonly ap: number;
}

/** Every page and section that the present first-level table maps (ARM DDI 0100 B4.7), read as the MMU reads them. */
function mappedPages({ machine }: BootedXen): MappedPage[] {
  const words = (address: number, count: number): Uint32Array =>
    new Uint32Array(machine.readPhysical(address, 4 * count)!.slice().buffer);
  const pages: MappedPage[] = [];
  words(machine.cpu.getCp15().ttbr & ~0x3fff, 4096).forEach((slot, index) => {
    const address = index * 0x10_0000;
    const mmuDomain = (slot >>> 5) & 15;
    if ((slot & 3) === 2) pages.push({ address, mmuDomain, ap: (slot >>> 10) & 3 });
    if ((slot & 3) !== 1) return;
    words((slot & ~0x3ff) >>> 0, 256).forEach((entry, page) => {
      if ((entry & 3) !== 0) pages.push({ address: address + page * 4096, mmuDomain, ap: (entry >>> 4) & 3 });
    });
  });
  return pages;
}

describe('Paper 3.2.2: fixed addresses, few flushes', () => {
  it('Figure 2: the hypervisor lies at the same addresses of every domain, with the same contents', () => {
    const { xen, guests } = drivenGuests(2);
    const areas = { RO_MPT: 0xfc00_0000, frames: 0xfc40_0000, RDWR_MPT: 0xfdc0_0000, MAPCACHE: 0xfec0_0000 };
    const fixed = { ...areas, DIRECTMAP: 0xff00_0000, text: 0xff01_0000, IOREMAP: 0xffc0_2000, vectors: 0 };
    const own = { LINEAR_PT: 0xfe30_0000, PERDOMAIN: 0xfe80_0000 };
    const seen = guests.map((guest) => {
      guest.waitForIt();
      const where = (addresses: Record<string, number>): (number | undefined)[] =>
        Object.values(addresses).map((address) => {
          const walk: Walk = xen.machine.walk(address, 'read', true);
          assert.equal(walk.mmuDomain, 0);
          return walk.physicalAddress;
        });
      return { fixed: where(fixed), own: where(own) };
    });
    assert.deepEqual(seen[0]!.fixed, seen[1]!.fixed);
    assert.ok(seen[0]!.fixed.every((address) => address !== undefined));
    for (const i of [0, 1]) assert.notEqual(seen[0]!.own[i], seen[1]!.own[i], 'these show the domain’s own tables');
  });

  it('no flush on hypercalls, system calls, faults, returns and timer interrupts', () => {
    const { xen, guest, user } = oneDomain();
    const before = counters(xen);
    for (let i = 0; i < 10; i++) {
      guest.call(35);
      user.program([arm.swi(0x11)]);
      user.enter();
      user.load(0x7000_0000);
    }
    xen.machine.setBreakpoints([]);
    xen.machine.run(5_000_000);
    const after = counters(xen);
    assert.ok(after.interrupts > before.interrupts, 'the timer has interrupted');
    assert.deepEqual([after.caches, after.tlbs], [before.caches, before.tlbs]);
  });

  it('one flush when the guest switches between two processes, none when it stays', () => {
    const { xen, guest } = oneDomain();
    const base = xen.machine.cpu.getCp15().ttbr & ~0x3fff;
    const table = SCRATCH + 0x1_0000;
    for (let page = 0; page < 4; page++) assert.equal(guest.call(UPDATE_VA_MAPPING, table + 4096 * page, 1, 0, 0), 0);
    xen.machine.writePhysical(guest.frame(table) << 12, xen.machine.readPhysical(base, 0x4000)!);
    const change = (address: number): number =>
      guest.callWith(MMUEXT_OP, [NEW_BASEPTR, address, 0, 0], 1, 0, DOMID_SELF);
    assert.equal(guest.callWith(MMUEXT_OP, [1, guest.frame(table), 0, 0], 1, 0, DOMID_SELF), 0, 'pinned');
    const flushesOf = (address: number): number => {
      const before = counters(xen);
      assert.equal(change(address), 0);
      const after = counters(xen);
      assert.equal(after.tlbs - before.tlbs, after.caches - before.caches);
      return after.caches - before.caches;
    };
    const other = guest.frame(table) << 12;
    assert.deepEqual([other, other, base, base, other].map(flushesOf), [1, 0, 1, 0, 1]);
  });
});

describe('Paper 3.2.3: exceptions', () => {
  const registers = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [i, 0x1111_1111 * (i + 1)])) as Record<
    number,
    number
  >;

  it('keeps the sp in the VSP of the mode that trapped, and starts the kernel on VKSP', () => {
    const { guest, user } = oneDomain();
    user.program([arm.swi(0x11)]);
    user.enter({ 13: 0x4000_0f00 });
    assert.equal(virtualRegisters(guest).vusp, 0x4000_0f00, 'from virtual user mode');
    assert.equal(virtualRegisters(guest).vksp, FRAME, 'the kernel’s stack, with the frame on it');
    assert.equal(guest.xen.machine.cpu.getRegister(13), FRAME);
    user.enter({ 13: SCRATCH + 0x600 }, PSR_KERNEL);
    assert.equal(virtualRegisters(guest).vusp, 0x4000_0f00, 'untouched by a trap from virtual kernel mode');
    assert.equal(virtualRegisters(guest).vksp, SCRATCH + 0x600 - 72);
  });

  it('saves all registers of the process, its flags and its virtual mode, and restores them by hypercall 31', () => {
    const { xen, guest, user } = oneDomain();
    user.program([arm.swi(0x11), arm.swi(0x22)]);
    const flags = 0xa000_0000;
    user.enter(registers, flags | PSR_USER);
    const saved = (): number[] => Array.from({ length: 18 }, (_, i) => guest.word(FRAME + 4 * i));
    const expected = [...Array.from({ length: 15 }, (_, i) => registers[i]! >>> 0), USER_PAGE + 4];
    assert.deepEqual(saved(), [...expected, (flags | PSR_USER) >>> 0, 8]);
    assert.equal(xen.machine.cpu.getRegister(1), (flags | PSR_USER) >>> 0, 'r1 of the upcall');
    guest.call(31, FRAME);
    expected[15] = USER_PAGE + 8;
    assert.deepEqual(saved(), [...expected, (flags | PSR_USER) >>> 0, 8], 'the next instruction ran with all of them');
  });

  it('rewrites the SPSR: the CPU goes to USR with interrupts on, whichever virtual mode is meant', () => {
    const { xen, guest, user } = oneDomain();
    user.program([arm.swi(0x11)]);
    for (const psr of [PSR_USER, PSR_KERNEL, PSR_USER | IRQ_AND_FIQ, 0x1f | IRQ_AND_FIQ]) {
      guest.waitForIt();
      guest.write(FRAME, [...new Array<number>(13).fill(0), KERNEL_STACK, 0, USER_PAGE, psr, 0]);
      guest.prepare(31, [FRAME]);
      xen.machine.setBreakpoints([USER_PAGE]);
      assert.equal(xen.machine.run(10_000).kind, 'breakpoint');
      assert.equal(xen.machine.cpu.getCpsr() & (MODE | IRQ_AND_FIQ), PSR_USER);
      assert.equal(virtualRegisters(guest).vpsr, psr === PSR_USER || psr === (PSR_USER | IRQ_AND_FIQ) ? 0x10 : 0x13);
    }
  });

  it('hands VFAR and VFSR over in r2 and r3, since FAR and FSR are out of reach', () => {
    const { xen, guest, user } = oneDomain();
    assert.deepEqual(user.load(0x7654_3210), { vfar: 0x7654_3210, vfsr: 5 });
    assert.deepEqual([virtualRegisters(guest).vfar, virtualRegisters(guest).vfsr], [0x7654_3210, 5]);
    assert.deepEqual(user.store(0x4000_1000, 0), { vfar: 0x4000_1000, vfsr: 0x37 });
    user.program([0xee11_0f10 /* mrc p15, 0, r0, c1, c0, 0 */]);
    user.enter({}, PSR_KERNEL);
    assert.deepEqual(
      [0, 2, 3].map((i) => xen.machine.cpu.getRegister(i)),
      [4, 0, 0],
      'the kernel cannot read CP15',
    );
  });

  it('delivers an event that is pending before the process goes on, once it may', () => {
    const { xen, guest, user } = oneDomain();
    assert.equal(guest.callWith(EVENT_CHANNEL_OP, [7, 0]), 0);
    const port = guest.word(SCRATCH + 8);
    assert.equal(guest.callWith(EVENT_CHANNEL_OP, [4, port]), 0);
    assert.equal(xen.word(guest.sharedInfo) & 0xffff, 0x0101, 'pending, and masked while the kernel works');
    user.program([arm.addImmediate(4, 4, 1), arm.swi(0x11)]);
    user.enter({ 4: 7 });
    const { cpu } = xen.machine;
    assert.equal(cpu.getRegister(0), 0x18, 'the event');
    assert.equal(guest.word(FRAME + 60), USER_PAGE, 'before the first instruction of the process');
    assert.equal(guest.word(FRAME + 16), 7);
    assert.equal((xen.word(guest.sharedInfo) >>> 8) & 0xff, 1, 'further events are masked again');
  });
});

describe('Paper 3.2: what a mapping in virtual kernel mode cannot do', () => {
  it('write to a page table: read-only would not hold a manager, so it is not mapped at all', () => {
    const { guest, xen } = oneDomain();
    const page = SCRATCH + 0x4000;
    assert.equal(guest.call(UPDATE_VA_MAPPING, page, 1, smallPage(guest.frame(page), 0), 0), 0);
    assert.equal(xen.machine.walk(page, 'write', false).fault, undefined, 'a manager writes whatever the AP bits say');
    const base = xen.machine.cpu.getCp15().ttbr >>> 12;
    for (const access of [0, 0x550, 0xaa0])
      assert.equal(guest.call(UPDATE_VA_MAPPING, page, 1, smallPage(base, access), 0), -22);
  });
});
