import assert from 'node:assert/strict';
import { execute, machineWith, put, registersOf, word, CODE } from './testMachine';

const DATA = 0x1000;

/** Runs one instruction with 0x44332211, 0x88776655 at DATA. */
function access(instruction: number, registers: Record<number, number>) {
  const { machine } = machineWith([instruction]);
  put(machine, DATA, [0x44332211, 0x88776655]);
  for (const [index, value] of Object.entries(registers)) machine.cpu.setRegister(Number(index), value);
  machine.run(1);
  return { r: registersOf(machine), machine, at: (address: number) => word(machine, address) };
}

describe('ARM loads and stores', () => {
  it('an unaligned LDR rotates the word so that the addressed byte is lowest', () => {
    const rotated = [0x44332211, 0x11443322, 0x22114433, 0x33221144];
    rotated.forEach((value, offset) => assert.equal(access(0xe5910000, { 1: DATA + offset }).r[0], value));
  });

  it('an unaligned STR stores the whole word at the aligned address', () => {
    assert.equal(access(0xe5810000, { 0: 0xcafef00d, 1: DATA + 3 }).at(DATA), 0xcafef00d);
  });

  it('pre-indexed with write-back, post-indexed, and subtracted offsets', () => {
    const pre = access(0xe5b10004, { 1: DATA }); // ldr r0, [r1, #4]!
    assert.deepEqual([pre.r[0], pre.r[1]], [0x88776655, DATA + 4]);
    const post = access(0xe4910004, { 1: DATA }); // ldr r0, [r1], #4
    assert.deepEqual([post.r[0], post.r[1]], [0x44332211, DATA + 4]);
    const down = access(0xe5310004, { 1: DATA + 4 }); // ldr r0, [r1, #-4]!
    assert.deepEqual([down.r[0], down.r[1]], [0x44332211, DATA]);
    const scaled = access(0xe7910102, { 1: DATA, 2: 1 }); // ldr r0, [r1, r2, lsl #2]
    assert.equal(scaled.r[0], 0x88776655);
    const backwards = access(0xe7110002, { 1: DATA + 4, 2: 4 }); // ldr r0, [r1, -r2]
    assert.equal(backwards.r[0], 0x44332211);
  });

  it('bytes, halfwords and signed loads', () => {
    assert.equal(access(0xe5d10003, { 1: DATA + 4 }).r[0], 0x88); // ldrb
    assert.equal(access(0xe1d100b2, { 1: DATA + 4 }).r[0], 0x8877); // ldrh
    assert.equal(access(0xe1d100f2, { 1: DATA + 4 }).r[0], 0xffff8877); // ldrsh
    assert.equal(access(0xe1d100d3, { 1: DATA + 4 }).r[0], 0xffffff88); // ldrsb
    assert.equal(access(0xe5c10001, { 0: 0x1ff, 1: DATA }).at(DATA), 0x4433ff11); // strb
    assert.equal(access(0xe1c100b2, { 0: 0x1ffff, 1: DATA }).at(DATA), 0xffff2211); // strh
    assert.equal(access(0xe19100b2, { 1: DATA, 2: 6 }).r[0], 0x8877); // ldrh r0, [r1, r2]
  });

  it('LDRD and STRD move a pair, and an odd first register is undefined', () => {
    const pair = access(0xe1c120d0, { 1: DATA }); // ldrd r2, [r1]
    assert.deepEqual([pair.r[2], pair.r[3]], [0x44332211, 0x88776655]);
    const stored = access(0xe1e120f8, { 1: DATA, 2: 1, 3: 2 }); // strd r2, [r1, #8]!
    assert.deepEqual([stored.at(DATA + 8), stored.at(DATA + 12), stored.r[1]], [1, 2, DATA + 8]);
    assert.equal(access(0xe1c130d0, { 1: DATA }).machine.cpu.mode, 'und');
  });

  it('a loaded pc takes the instruction set from bit 0', () => {
    const { machine } = machineWith([0xe591f000]); // ldr pc, [r1]
    put(machine, DATA, [0x9001]);
    machine.cpu.setRegister(1, DATA);
    machine.run(1);
    assert.equal(machine.cpu.getRegister(15), 0x9000);
    assert.equal(machine.cpu.thumb, true);
  });

  it('a stored pc reads 12 bytes ahead', () => {
    assert.equal(access(0xe581f000, { 1: DATA }).at(DATA), CODE + 12); // str pc, [r1]
    assert.equal(access(0xe8818000, { 1: DATA }).at(DATA), CODE + 12); // stmia r1, {pc}
  });

  it('SWP exchanges a word or a byte', () => {
    const swapped = access(0xe1010092, { 1: DATA, 2: 7 }); // swp r0, r2, [r1]
    assert.deepEqual([swapped.r[0], swapped.at(DATA)], [0x44332211, 7]);
    const byte = access(0xe1410092, { 1: DATA + 1, 2: 0x1ff }); // swpb r0, r2, [r1]
    assert.deepEqual([byte.r[0], byte.at(DATA)], [0x22, 0x4433ff11]);
  });

  it('the four LDM and STM addressing modes, with and without write-back', () => {
    const modes: readonly [number, number, number][] = [
      [0xe8a10009, DATA, DATA + 8], // stmia r1!, {r0, r3}
      [0xe9a10009, DATA + 4, DATA + 8], // stmib
      [0xe8210009, DATA - 4, DATA - 8], // stmda
      [0xe9210009, DATA - 8, DATA - 8], // stmdb
    ];
    for (const [instruction, lowest, base] of modes) {
      const { at, r } = access(instruction, { 0: 10, 1: DATA, 3: 13 });
      assert.deepEqual([at(lowest), at(lowest + 4), r[1]], [10, 13, base]);
    }
    const loaded = access(0xe8910009, { 1: DATA }); // ldmia r1, {r0, r3}
    assert.deepEqual([loaded.r[0], loaded.r[3], loaded.r[1]], [0x44332211, 0x88776655, DATA]);
  });

  it('STM stores the old base when it is first in the list, else the updated one', () => {
    assert.equal(access(0xe8a10006, { 1: DATA, 2: 5 }).at(DATA), DATA); // stmia r1!, {r1, r2}
    assert.equal(access(0xe8a20006, { 1: 5, 2: DATA }).at(DATA + 4), DATA + 8); // stmia r2!, {r1, r2}
  });

  it('LDM with the base in the list keeps the loaded value', () => {
    assert.equal(access(0xe8b10006, { 1: DATA }).r[1], 0x44332211); // ldmia r1!, {r1, r2}
  });

  it('LDM and STM with ^ use the User bank of r13 and r14', () => {
    const { machine } = machineWith([0xe8c16000, 0xe8d26000]); // stmia r1, {sp, lr}^; ldmia r2, {sp, lr}^
    machine.cpu.setRegister(13, 0x111, 'usr');
    machine.cpu.setRegister(14, 0x222, 'usr');
    machine.cpu.setRegister(13, 0x999);
    machine.cpu.setRegister(1, DATA);
    machine.cpu.setRegister(2, 0x2000);
    put(machine, 0x2000, [0x333, 0x444]);
    machine.run(2);
    assert.deepEqual([word(machine, DATA), word(machine, DATA + 4)], [0x111, 0x222]);
    assert.deepEqual([machine.cpu.getRegister(13, 'usr'), machine.cpu.getRegister(14, 'usr')], [0x333, 0x444]);
    assert.equal(machine.cpu.getRegister(13), 0x999);
  });

  it('LDM with pc and ^ is an exception return', () => {
    const { machine } = machineWith([0xe8fd8001]); // ldmia sp!, {r0, pc}^
    machine.cpu.setSpsr('svc', 0x80000030);
    machine.cpu.setRegister(13, DATA);
    put(machine, DATA, [5, 0x9002]);
    machine.run(1);
    assert.equal(machine.cpu.getCpsr(), 0x80000030);
    assert.equal(machine.cpu.getRegister(15), 0x9002);
    assert.equal(machine.cpu.getRegister(13, 'svc'), DATA + 8);
    assert.equal(machine.cpu.getRegister(0), 5);
  });

  it('with SCTLR.A unaligned words and halfwords fault before anything is accessed, MMU on or off', () => {
    for (const [instruction, offset] of [
      [0xe5910000, 2],
      [0xe1d100b0, 1],
      [0xe8910009, 2],
      [0xe1c120d0, 4],
    ] as const) {
      const { machine } = machineWith([instruction]);
      machine.cpu.setCp15('control', 2);
      machine.cpu.setRegister(1, DATA + offset);
      machine.run(1);
      assert.equal(machine.cpu.mode, 'abt', instruction.toString(16));
      assert.equal(machine.cpu.getCp15().dfsr, 1);
      assert.equal(machine.cpu.getCp15().far, DATA + offset);
    }
  });

  it('PLD and a preload of nowhere do nothing', () => {
    assert.equal(execute(0xf5d1f000, { 1: 0xdead0000 }).r[15], CODE + 4); // pld [r1]
  });
});
