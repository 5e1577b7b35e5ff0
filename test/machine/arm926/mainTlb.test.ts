import assert from 'node:assert/strict';
import type { Machine } from '../../../src/machine/machine';
import { createMachine } from '../../../src/machine/machine';
import { boardNamed } from '../../../src/machine/boards';
import type { TlbMode } from '../../../src/machine/types';
import { CODE, machineWith, put } from './testMachine';

const L1 = 0x4000;
const COARSE = 0x2000;
const FINE = 0x3000;
/** Virtual addresses from here on are mapped by small pages of 64 KB of physical memory from FRAMES on. */
const PAGES = 0x40000000;
const FRAMES = 0x100000;
const SECTION = 0x50000000;

const LOAD = 0xe5910000; // ldr r0, [r1]
const STORE = 0xe5810000; // str r0, [r1]
const INVALIDATE_ALL = 0xee082f17; // mcr p15, 0, r2, c8, c7, 0
const INVALIDATE_ENTRY = 0xee082f37; // mcr p15, 0, r2, c8, c7, 1
const WRITE_DACR = 0xee032f10;
const WRITE_CONTROL = 0xee012f10;
const WRITE_LOCKDOWN = 0xee0a2f10;
const READ_LOCKDOWN = 0xee1a2f10;
const WRITE_PID = 0xee0d2f10;

const page = (n: number): number => PAGES + n * 0x1000;
const descriptor = (n: number): number => COARSE + n * 4;

/** 256 small pages at PAGES, each of whose frames holds its number; code runs in a flat section 0. */
function paged(tlb: TlbMode): Machine {
  const { machine } = machineWith([], { tlb });
  put(machine, L1, [0x00000c12]);
  put(machine, L1 + (PAGES >>> 20) * 4, [COARSE | 0x31]); // MMU domain 1
  for (let n = 0; n < 256; n++) {
    put(machine, descriptor(n), [(FRAMES + n * 0x1000) | 0xff2]);
    put(machine, FRAMES + n * 0x1000, [n]);
  }
  machine.cpu.setCp15('ttbr', L1);
  machine.cpu.setCp15('dacr', 0b0101);
  machine.cpu.setCp15('control', 1);
  return machine;
}

/** Executes one instruction with r1 and r2 as given; gives the word in r0 after it, or the fault status. */
function step(machine: Machine, instruction: number, r1 = 0, r2 = 0): number | { readonly status: number } {
  put(machine, CODE, [instruction]);
  machine.cpu.setCpsr(0xd3);
  machine.cpu.setRegister(15, CODE);
  machine.cpu.setRegister(1, r1);
  machine.cpu.setRegister(2, r2);
  machine.run(1);
  if (machine.cpu.mode === 'abt') return { status: machine.cpu.getCp15().dfsr };
  return machine.cpu.getRegister(0);
}

const load = (machine: Machine, address: number): number | { readonly status: number } => step(machine, LOAD, address);

describe('The TLB of the chip', () => {
  it('goes on with an old translation until it is invalidated, by address or all at once', () => {
    for (const [instruction, r2] of [
      [INVALIDATE_ENTRY, page(5)],
      [INVALIDATE_ALL, 0],
      [0xee082f15, 0], // the forms for instructions and data are the same: the TLB is unified
      [0xee082f36, page(5)],
    ] as const) {
      const machine = paged('arm926');
      assert.equal(load(machine, page(5)), 5);
      put(machine, descriptor(5), [(FRAMES + 0x9000) | 0xff2]);
      assert.equal(load(machine, page(5)), 5, 'no invalidate, no change');
      step(machine, INVALIDATE_ENTRY, 0, page(6));
      assert.equal(load(machine, page(5)), 5, 'another page was invalidated');
      step(machine, instruction, 0, r2);
      assert.equal(load(machine, page(5)), 9);
    }
  });

  it('holds two pages of a set; a third drives out the older', () => {
    const machine = paged('arm926');
    const [a, b, c] = [3, 3 + 32, 3 + 64];
    for (const n of [a, b]) load(machine, page(n));
    for (const n of [a, b, c]) put(machine, descriptor(n), [0]);
    assert.deepEqual([load(machine, page(a)), load(machine, page(b))], [a, b]);
    put(machine, descriptor(c), [(FRAMES + c * 0x1000) | 0xff2]);
    assert.equal(load(machine, page(c)), c);
    assert.deepEqual(load(machine, page(a)), { status: 0x17 });
    assert.equal(load(machine, page(b)), b, 'a fault enters nothing');
  });

  it('keeps the MMU domain and AP of an entry, and judges them at each access by DACR, S and R', () => {
    const machine = paged('arm926');
    put(machine, descriptor(7), [(FRAMES + 0x7000) | 0x002]); // AP 0
    assert.deepEqual(load(machine, page(7)), { status: 0x1f });
    step(machine, WRITE_CONTROL, 0, 0x101);
    put(machine, descriptor(7), [0]);
    assert.equal(load(machine, page(7)), 7, 'S lets the privileged read, with the entry that the faulting access made');
    assert.deepEqual(step(machine, STORE, page(7)), { status: 0x1f });
    step(machine, WRITE_DACR, 0, 0b1101);
    assert.notDeepEqual(step(machine, STORE, page(7)), { status: 0x1f }, 'a manager is not checked');
    put(machine, L1 + (PAGES >>> 20) * 4, [COARSE | 0x51]); // MMU domain 2 in the table, still 1 in the entry
    step(machine, WRITE_DACR, 0, 0b0001);
    assert.deepEqual(load(machine, page(7)), { status: 0x1b });
  });

  it('a section takes one entry and all of it goes at once', () => {
    const machine = paged('arm926');
    put(machine, L1 + (SECTION >>> 20) * 4, [FRAMES | 0xc12]);
    assert.equal(load(machine, SECTION + 0x2000), 2);
    put(machine, L1 + (SECTION >>> 20) * 4, [0]);
    assert.equal(load(machine, SECTION + 0x8000), 8);
    step(machine, INVALIDATE_ENTRY, 0, SECTION + 0xff000);
    assert.deepEqual(load(machine, SECTION + 0x2000), { status: 0x05 });
  });

  it('subpages with rights of their own and tiny pages take an entry each', () => {
    const machine = paged('arm926');
    put(machine, descriptor(4), [(FRAMES + 0x4000) | (0b00_11_11_11 << 4) | 2]);
    put(machine, L1 + 0x600, [FINE | 0x13]); // 0x18000000
    put(machine, FINE, [FRAMES | 0x33, (FRAMES + 0x1000) | 0x33]);
    assert.equal(load(machine, page(4)), 4);
    assert.equal(load(machine, 0x18000000), 0);
    put(machine, descriptor(4), [0]);
    put(machine, FINE, [0, 0]);
    assert.equal(load(machine, page(4)), 4);
    assert.deepEqual(load(machine, page(4) + 0x400), { status: 0x17 }, 'another subpage, another entry');
    assert.equal(load(machine, 0x18000000), 0);
    assert.deepEqual(load(machine, 0x18000400), { status: 0x07 });
  });

  it('preserves what walks put into the lockdown part, from an invalidate of all and from eviction', () => {
    const machine = paged('arm926');
    step(machine, WRITE_LOCKDOWN, 0, (6 << 26) | 1);
    load(machine, page(3));
    step(machine, READ_LOCKDOWN);
    // The page, and the section that the code is in, may each have been walked for.
    const victim = machine.cpu.getRegister(2) >>> 26;
    assert.ok(victim === 7 || victim === 0, 'the victim has moved on');
    step(machine, WRITE_LOCKDOWN, 0, 0);
    put(machine, descriptor(3), [0]);
    step(machine, INVALIDATE_ALL);
    for (const n of [35, 67, 99]) load(machine, page(n));
    assert.equal(load(machine, page(3)), 3);
    step(machine, INVALIDATE_ENTRY, 0, page(3));
    assert.deepEqual(load(machine, page(3)), { status: 0x17 }, 'an invalidate by address reaches it');
  });

  it('is tagged by modified virtual address: a change of the FCSE PID needs no invalidate', () => {
    const machine = paged('arm926');
    const low = (megabyte: number): void => put(machine, L1 + (megabyte >>> 0) * 4, [FRAMES | 0xc12]);
    low(0x020); // process 1, first megabyte: its PID is 0x02000000
    put(machine, L1 + 0x040 * 4, [0x00000c12]);
    put(machine, L1 + 0x020 * 4, [0x00000c12]);
    put(machine, 0x9000, [0x1111]);
    step(machine, WRITE_PID, 0, 0x02000000);
    assert.equal(load(machine, 0x9000), 0x1111, 'the same frame through the PID');
    put(machine, L1 + 0x040 * 4, [0x00200c12]); // process 2 has other memory, and its own code
    put(machine, 0x209000, [0x2222]);
    put(machine, 0x200000 + CODE, [LOAD]);
    step(machine, WRITE_PID, 0, 0x04000000);
    machine.cpu.setRegister(15, CODE);
    machine.cpu.setRegister(1, 0x9000);
    machine.run(1);
    assert.equal(machine.cpu.getRegister(0), 0x2222);
  });

  it('an external abort on a walk has status 0xC or 0xE, and nothing is entered', () => {
    const machine = paged('arm926');
    put(machine, L1 + 0x600 * 4, [0x70000011]);
    assert.deepEqual(load(machine, 0x60000000), { status: 0x0e });
    assert.equal(load(machine, page(1)), 1);
    machine.cpu.setCp15('ttbr', 0x70000000);
    assert.equal(load(machine, page(1)), 1, 'an entry needs no table');
    assert.deepEqual(load(machine, 0x20000000), { status: 0x0c });
  });

  it('is part of a snapshot, which a machine with the other TLB refuses', () => {
    const machine = paged('arm926');
    load(machine, page(5));
    put(machine, descriptor(5), [0]);
    const snapshot = structuredClone(machine.snapshot());
    const other = paged('arm926');
    other.restore(snapshot);
    other.cpu.setRegister(15, CODE);
    other.cpu.setRegister(0, 0);
    other.cpu.setRegister(1, page(5));
    other.run(1);
    assert.equal(other.cpu.getRegister(0), 5);
    assert.throws(() => paged('fast').restore(snapshot), /TLB arm926/);
  });

  it('a program that invalidates as it should runs the same with either TLB, instruction by instruction', () => {
    const board = boardNamed('goldfish');
    if ('error' in board) throw new Error(board.error);
    assert.throws(
      () => createMachine({ board, tlb: 'big' as TlbMode }),
      /"big" is not available; available: fast, arm926/,
    );
    const runs = (['fast', 'arm926'] as const).map((tlb) => {
      const machine = paged(tlb);
      // 1: ldr r0, [r1]; add r3, r3, r0; add r1, r1, #0x1000; b 1b - through 200 pages, with one entry changed on the way
      put(machine, CODE, [LOAD, 0xe0833000, 0xe2811a01, 0xeafffffb]);
      machine.cpu.setRegister(15, CODE);
      machine.cpu.setRegister(1, PAGES);
      machine.run(400);
      return [machine.cpu.getRegister(3), machine.cpu.getRegister(1), machine.ticks];
    });
    assert.equal(runs[0]![0], (100 * 99) / 2);
    assert.deepEqual(runs[1], runs[0]);
  });
});
