import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';
import { arm, tinyGuest } from '../support/tinyGuest';

const idle = tinyGuest([arm.loop]);
const ENTRY = 0xc000_8000;

/** Boots one domain and stops at its first instruction. */
function atFirstGuestInstruction(): BootedXen {
  const xen = new BootedXen([{ elf: idle, commandLine: 'rounds=1' }]);
  xen.machine.setBreakpoints([ENTRY]);
  assert.equal(xen.machine.run(3_000_000).kind, 'breakpoint');
  return xen;
}

/** A word at a guest address, by the live page tables with full rights. */
function guestWord(xen: BootedXen, address: number): number {
  const { physicalAddress } = xen.machine.walk(address, 'read', true);
  assert.ok(physicalAddress !== undefined, `nothing at ${address.toString(16)}`);
  return xen.word(physicalAddress + 0xff00_0000);
}

describe('Hypervisor: boot', () => {
  it('enters a guest with start_info in r12, the stack top in r13, r0 = 0, in USR mode with interrupts on and DACR 0xFD', () => {
    const { cpu } = atFirstGuestInstruction().machine;
    assert.equal(cpu.getRegister(0), 0);
    assert.equal(cpu.getCpsr() & 0xff, 0x10);
    assert.equal(cpu.getCp15().dacr, 0xfd);
    assert.equal(cpu.getRegister(12) & 0xfff, 0);
    assert.equal(cpu.getRegister(13) & 0xfff, 0);
  });

  it('fills start_info at the offsets of 2008', () => {
    const xen = atFirstGuestInstruction();
    const start = xen.machine.cpu.getRegister(12);
    const text = (address: number, words: number): string =>
      Buffer.from(Uint32Array.from({ length: words }, (_, i) => guestWord(xen, address + 4 * i)).buffer)
        .toString('latin1')
        .replace(/\0.*$/s, '');
    assert.equal(text(start, 8), 'xen-3.0-arm_32');
    assert.equal(guestWord(xen, start + 0x20), 1024, 'nr_pages');
    assert.equal(guestWord(xen, start + 0x28), 3, 'flags of Domain-0');
    assert.equal(text(start + 0x54, 8), 'rounds=1');
    const mfnList = guestWord(xen, start + 0x48);
    const minMfn = guestWord(xen, start + 0x454);
    assert.equal(guestWord(xen, mfnList), minMfn);
    assert.equal(guestWord(xen, mfnList + 4 * 1023), minMfn + 1023);
    assert.equal(guestWord(xen, 0xfc00_0000 + 4 * (minMfn + 5)), 5, 'RO_MPT is the inverse');
  });

  it('keeps the guest out of page 0, the first megabyte, the hypervisor and its page tables', () => {
    const xen = atFirstGuestInstruction();
    const { machine } = xen;
    for (const address of [
      0, 0x200, 0x1000, 0xf_f000, 0xfc40_0000, 0xfdc0_0000, 0xfe30_0000, 0xfe80_0000, 0xfec0_0000, 0xff01_0000,
      0xffc0_0000,
    ])
      for (const access of ['read', 'write'] as const)
        for (const dacr of [0xfd, 0x55])
          assert.ok(
            machine.walk(address, access, false, { dacr }).fault,
            `${access} of ${address.toString(16)} with DACR ${dacr.toString(16)}`,
          );
    assert.equal(machine.walk(0xfc00_0000, 'read', false).fault, undefined, 'RO_MPT can be read');
    assert.equal(machine.walk(0xfc00_0000, 'write', false).fault?.kind, 'permission');
    const tables = guestWord(xen, machine.cpu.getRegister(12) + 0x40);
    const frames = guestWord(xen, machine.cpu.getRegister(12) + 0x44);
    for (let frame = 0; frame < frames; frame++)
      assert.equal(machine.walk(tables + frame * 4096, 'write', false).fault?.kind, 'translation');
  });

  it('maps the areas of Figure 2 in their places, in MMU domain 0, for the hypervisor', () => {
    const { machine } = atFirstGuestInstruction();
    for (const address of [
      0, 0xfc00_0000, 0xfc40_0000, 0xfdc0_0000, 0xfe30_0000, 0xfe80_0000, 0xfec0_0000, 0xff01_0000, 0xffc0_2000,
    ]) {
      const walk = machine.walk(address, 'read', true);
      assert.equal(walk.fault, undefined, address.toString(16));
      assert.equal(walk.mmuDomain, 0, address.toString(16));
    }
    assert.equal(machine.walk(0xffc0_2000, 'read', true).physicalAddress, 0xff00_2000);
    assert.equal(machine.walk(0xfe80_0000, 'read', true).physicalAddress, machine.cpu.getCp15().ttbr & ~0x3fff);
  });

  it('gives kernel pages to D1 without access for user mode, and one harmless device to Domain-0 in D2', () => {
    const { machine } = atFirstGuestInstruction();
    assert.equal(machine.walk(ENTRY, 'write', false).mmuDomain, 1);
    assert.equal(machine.walk(ENTRY, 'write', false).fault, undefined);
    assert.equal(machine.walk(ENTRY, 'read', false, { dacr: 0x55 }).fault?.kind, 'permission');
    const clock = machine.walk(0xf001_0000, 'read', false);
    assert.deepEqual([clock.mmuDomain, clock.physicalAddress, clock.cacheable], [2, 0xff01_0000, false]);
    assert.ok(machine.walk(0xf000_0000, 'read', false).fault, 'not the interrupt controller');
  });

  it('refuses each module that cannot be built with one line that says why, and builds the others', () => {
    const header = Buffer.from(idle);
    const foreign = Buffer.from(header);
    foreign.writeUInt16LE(3, 18);
    const cases: readonly (readonly [Uint8Array, RegExp, number?])[] = [
      [Buffer.from('hello'), /not an ELF file: too short/],
      [Buffer.alloc(200), /not an ELF file \(/],
      [foreign, /not an ELF file for 32-bit little-endian ARM/],
      [header.subarray(0, 0x1001), /no readable section __xen_guest/],
      [tinyGuest([arm.loop], { xenGuest: 'LOADER=generic' }), /XEN_VER=xen-3.0/],
      [tinyGuest([arm.loop], { address: 0x8000 }), /outside VIRT_BASE/],
      [tinyGuest([arm.loop], { address: 0xffff_0000 }), /outside VIRT_BASE/],
      [idle, /too little memory/, 4096],
      [idle, /not enough free memory/, 512 << 20],
    ];
    const xen = new BootedXen([
      ...cases.map(([elf, , memoryBytes]) => ({ elf, memoryBytes })),
      { elf: firmwareImage('mini-os') },
    ]);
    xen.runUntilConsole('mini-OS on Xen', 5_000_000);
    cases.forEach(([, reason], id) => {
      const lines = xen.console.split('\n').filter((line) => line.startsWith(`(XEN) Domain-${id} (`));
      assert.equal(lines.length, 1, `Domain-${id}: ${lines.join(' | ')}`);
      assert.match(lines[0] ?? '', reason);
    });
  });

  it('survives a guest image with any of its header words damaged', () => {
    const good = Buffer.from(idle);
    const sections = good.readUInt32LE(32);
    const offsets = [
      ...Array.from({ length: 21 }, (_, i) => 4 * i),
      ...Array.from({ length: 30 }, (_, i) => sections + 4 * i),
    ];
    for (const value of [0xffff_ffff, 0x8000_0000, 0x7fff_fffc]) {
      const modules = offsets.map((offset) => {
        const elf = Buffer.from(good);
        elf.writeUInt32LE(value, offset);
        return { elf, memoryBytes: 1 << 20 };
      });
      const xen = new BootedXen([...modules, { elf: firmwareImage('mini-os'), memoryBytes: 2 << 20 }]);
      xen.runUntilConsole(`Domain-${modules.length} (dom${modules.length}): 2048 KB`, 10_000_000);
      assert.doesNotMatch(xen.console, /panic/);
    }
  });

  it('halts with a line when there is nothing to run', () => {
    const xen = new BootedXen([]);
    assert.equal(xen.machine.run(1_000_000).kind, 'waiting');
    assert.match(xen.console, /\(XEN\) No domain to run\. Halted\.\n$/);
  });

  it('boots 64 domains in 96 MB', () => {
    const elf = firmwareImage('mini-os');
    const xen = new BootedXen(Array.from({ length: 64 }, () => ({ elf, memoryBytes: 1 << 20 })));
    xen.runUntilConsole('mini-OS on Xen: Domain-63', 100_000_000);
    assert.doesNotMatch(xen.console, /cannot be built|panic/);
  });

  it('needs less than 10 million instructions for three domains of 16 MB', () => {
    const elf = firmwareImage('mini-os');
    const xen = new BootedXen([0, 1, 2].map(() => ({ elf, memoryBytes: 16 << 20 })));
    xen.runTo('restore', 10_000_000);
    assert.ok(xen.machine.instructionCount < 10_000_000, String(xen.machine.instructionCount));
  });

  it('fits into 64 KB of code', () => {
    const xen = new BootedXen([]);
    assert.ok(xen.symbol('_etext') - xen.symbol('_text') < 0x1_0000);
  });
});
