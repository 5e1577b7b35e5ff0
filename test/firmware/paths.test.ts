import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';
import { arm, call, textAddress, tinyGuest } from '../support/tinyGuest';

const SET_CALLBACKS = 4;
const DUMMY = 35;

/** Registers a callback at the word after `fault`, runs into it, and stands at the callback's first instruction. */
function upcallOf(fault: readonly number[]): { xen: BootedXen; at: number } {
  const prepare = (callback: number): number[] => [
    ...call(SET_CALLBACKS, callback, 0),
    ...arm.constant(8, 0x8888_8888),
  ];
  const at = prepare(0).length;
  const callback = textAddress(at + fault.length);
  const xen = new BootedXen([{ elf: tinyGuest([...prepare(callback), ...fault, arm.loop]) }]);
  xen.machine.setBreakpoints([callback]);
  assert.equal(xen.machine.run(3_000_000).kind, 'breakpoint', xen.console);
  return { xen, at };
}

const registers = (xen: BootedXen, ...indices: number[]): number[] =>
  indices.map((i) => xen.machine.cpu.getRegister(i));

function guestWords(xen: BootedXen, address: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const { physicalAddress } = xen.machine.walk(address + 4 * i, 'read', true);
    assert.ok(physicalAddress !== undefined);
    return xen.word(physicalAddress + 0xff00_0000);
  });
}

/** The fields of struct perf_counters, in order. */
function counters(xen: BootedXen): { spaces: number; caches: number; tlbs: number } {
  const at = xen.symbol('perf_counters');
  return { spaces: xen.word(at + 4), caches: xen.word(at + 8), tlbs: xen.word(at + 12) };
}

describe('Hypervisor: paths', () => {
  it('hands a system call to the callback with the 72-byte frame of the caller', () => {
    const { xen, at } = upcallOf([arm.swi(0xffffab)]);
    const [r0, r1, r2, r3, r8, r12, r13, r14] = registers(xen, 0, 1, 2, 3, 8, 12, 13, 14);
    assert.deepEqual([r0, (r1 ?? 0) & 0x1f, r2, r3], [8, 0x13, 0, 0]);
    assert.equal(r8, 0x8888_8888);
    assert.equal(r12, r13);
    assert.equal(r14, xen.machine.cpu.getRegister(15));
    const frame = guestWords(xen, r12 ?? 0, 18);
    assert.equal(frame[7], SET_CALLBACKS, 'r7');
    assert.equal(frame[8], 0x8888_8888, 'r8');
    assert.equal(frame[13], (r12 ?? 0) + 72, 'sp');
    assert.equal(frame[15], textAddress(at + 1), 'the instruction after the swi');
    assert.deepEqual([frame[16], frame[17]], [r1, 8], 'psr, ctx');
    assert.equal(xen.machine.cpu.getCp15().dacr, 0xfd);
  });

  it('gives VFAR and VFSR of a data abort, of a prefetch abort, and zeros for an undefined instruction', () => {
    const data = upcallOf([...arm.constant(1, 0x5000_0000), arm.load(0, 1)]);
    assert.deepEqual(registers(data.xen, 0, 2, 3), [0x10, 0x5000_0000, 5]);
    assert.equal(guestWords(data.xen, registers(data.xen, 12)[0] ?? 0, 18)[15], textAddress(data.at + 3));
    const fetch = upcallOf(arm.constant(15, 0x6000_0000));
    assert.deepEqual(registers(fetch.xen, 0, 2, 3), [0x0c, 0x6000_0000, 5]);
    const undefinedInstruction = upcallOf([arm.undefined]);
    assert.deepEqual(registers(undefinedInstruction.xen, 0, 2, 3), [4, 0, 0]);
  });

  it('reports a permission fault on the hypervisor with its MMU domain 0', () => {
    const { xen } = upcallOf([...arm.constant(1, 0xff01_0000), arm.store(0, 1)]);
    assert.deepEqual(registers(xen, 0, 2, 3), [0x10, 0xff01_0000, 0x0d]);
  });

  it('flushes nothing on entering and leaving the hypervisor', () => {
    const calls = [...call(DUMMY)];
    const back = (0xea00_0000 | ((-calls.length - 2) & 0xff_ffff)) >>> 0;
    const xen = new BootedXen([{ elf: tinyGuest([...calls, back]) }]);
    xen.runTo('do_dummy', 3_000_000);
    const before = counters(xen);
    xen.machine.run(400_000);
    assert.equal(xen.runTo('do_dummy', 1000).kind, 'breakpoint');
    assert.deepEqual(counters(xen), before);
  });

  it('flushes cache and TLB once for each switch between domains', () => {
    const elf = tinyGuest([arm.loop]);
    const xen = new BootedXen([{ elf }, { elf }]);
    xen.runTo('restore', 3_000_000);
    const before = counters(xen);
    xen.machine.run(20_000_000);
    const after = counters(xen);
    const switches = after.spaces - before.spaces;
    assert.ok(switches >= 10, String(switches));
    assert.deepEqual([after.caches - before.caches, after.tlbs - before.tlbs], [switches, switches]);
  });

  it('gives three busy domains a third of the CPU each', () => {
    const elf = tinyGuest([arm.loop]);
    const xen = new BootedXen([{ elf }, { elf }, { elf }]);
    xen.runTo('restore', 3_000_000);
    const samples = new Map<number, number>();
    const count = 600;
    for (let i = 0; i < count; i++) {
      xen.machine.run(100_003);
      const table = xen.machine.cpu.getCp15().ttbr;
      samples.set(table, (samples.get(table) ?? 0) + 1);
    }
    assert.equal(samples.size, 3);
    for (const share of samples.values()) assert.ok(Math.abs(share / count - 1 / 3) < 0.04, String(share / count));
  });

  it('runs a guest with user-mode processes beside mini-OS', () => {
    const xen = new BootedXen([
      { elf: firmwareImage('mini-os'), memoryBytes: 8 << 20 },
      { elf: firmwareImage('proc-os'), memoryBytes: 8 << 20 },
    ]);
    xen.runUntilConsole('VFAR 0x', 20_000_000);
    assert.doesNotMatch(xen.console, /panic|crashed/);
  });
});
