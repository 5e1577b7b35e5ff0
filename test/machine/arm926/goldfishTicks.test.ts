import assert from 'node:assert/strict';
import { createGoldfishModel } from '../../../src/machine/arm926/ticks/goldfish';
import { machineWith, putHalves, CODE } from './testMachine';

/** Ticks of each instruction of one block. */
function armBlock(words: readonly number[]): number[] {
  const model = createGoldfishModel();
  model.beginBlock();
  return words.map((word) => model.arm(word));
}

function thumbBlock(halves: readonly number[]): number[] {
  const model = createGoldfishModel();
  model.beginBlock();
  return halves.map((half) => model.thumb(half));
}

/** Sequences with the ticks that the rules of the trace facility give, quirks included. */
const ARM: readonly [string, readonly number[], readonly number[]][] = [
  ['a load used at once waits one tick', [0xe5910000, 0xe0802002], [1, 2]], // ldr r0, [r1]; add r2, r0, r2
  ['a load used one later does not wait', [0xe5914000, 0xe1a03003, 0xe0842002], [1, 1, 1]], // ldr r4; mov r3, r3; add r2, r4, r2
  ['MOV asks for r0 as if it were its Rn', [0xe5910000, 0xe1a03003], [1, 2]],
  ['a signed load waits two', [0xe1d100d0, 0xe0802002], [1, 3]], // ldrsb r0, [r1]; add
  ['LDRH defines nothing', [0xe1d100b0, 0xe0802002], [1, 1]],
  ['an immediate operation asks for Rd, not Rn', [0xe5910000, 0xe2802001], [1, 1]], // ldr r0; add r2, r0, #1
  ['an immediate operation on the loaded register as Rd waits', [0xe5910000, 0xe2820001], [1, 2]], // add r0, r2, #1
  ['MOVS immediate never waits', [0xe5910000, 0xe3b00001], [1, 1]],
  ['a register shift costs one more', [0xe1a00211], [2]],
  ['MUL 3, MLA 3, long 4', [0xe0000291, 0xe0203291, 0xe0810392], [3, 3, 4]],
  ['MUL with bits 15:12 set is not recognised', [0xe0001291], [1]],
  ['SWP 2 and defines r0', [0xe1012093, 0xe0844000], [2, 2]], // swp r2, r3, [r1]; add r4, r4, r0
  ['LDR pc is 5, LDM with pc count + 4', [0xe591f000, 0xe8bd8003], [5, 7]],
  ['LDM max(2, n) and its registers wait its ticks', [0xe8910001, 0xe0802002], [2, 1]],
  ['STM max(2, n)', [0xe8810001, 0xe881000f], [2, 4]],
  ['branches, SWI, coprocessor 1', [0xea000000, 0xeb000000, 0xef000000, 0xee070f90], [1, 1, 1, 1]],
  ['BLX immediate 3, PLD 1', [0xfa000000, 0xf5d1f000], [3, 1]],
  ['BX, CLZ and MRS 1', [0xe12fff1e, 0xe16f0f11, 0xe10f0000], [1, 1, 1]],
  ['MSR waits for its source', [0xe5910000, 0xe129f000], [1, 2]],
];

const THUMB: readonly [string, readonly number[], readonly number[]][] = [
  ['ldr then use waits one', [0x6808, 0x1c40], [1, 2]], // ldr r0, [r1]; add r0, r0, #1
  ['ldrb then use waits two', [0x7808, 0x1c40], [1, 3]],
  ['literal load', [0x4800, 0x3001], [1, 2]], // ldr r0, [pc]; add r0, #1
  ['ALU operations wait twice', [0x6808, 0x4041], [1, 3]], // eor r1, r0
  ['conditional branch 3, B 3, BL 1 + 3', [0xd000, 0xe000, 0xf000, 0xf800], [3, 3, 1, 3]],
  ['BX 3', [0x4770], [3]],
  ['PUSH and POP max(2, n)', [0xb500, 0xbd07], [2, 4]],
  ['SWI 1', [0xdf00], [1]],
];

describe('The goldfish tick model', () => {
  for (const [name, words, ticks] of ARM) it(`ARM: ${name}`, () => assert.deepEqual(armBlock(words), ticks));
  for (const [name, halves, ticks] of THUMB) it(`Thumb: ${name}`, () => assert.deepEqual(thumbBlock(halves), ticks));

  it('forgets interlocks at the start of a block', () => {
    // ldr r0, [r1]; b next; next: add r2, r0, r2
    const { machine } = machineWith([0xe5910000, 0xeaffffff, 0xe0802002]);
    machine.run(3);
    assert.equal(machine.ticks, 3);
  });

  it('a conditional ARM instruction that fails costs one tick, a Thumb branch its full price', () => {
    const { machine } = machineWith([0x00000291]); // muleq
    machine.run(1);
    assert.equal(machine.ticks, 1);
    const thumb = machineWith([]).machine;
    putHalves(thumb, CODE, [0xd000]); // beq, not taken
    thumb.cpu.setCpsr(0xf3);
    thumb.run(1);
    assert.equal(thumb.ticks, 3);
  });

  it('a block ends with its kilobyte', () => {
    const { machine } = machineWith([]);
    const at = 0x83fc; // ldr r0, [r1] in the last word; add r2, r0, r2 in the next page
    machine.writePhysical(at, new Uint8Array(Uint32Array.of(0xe5910000, 0xe0802002).buffer));
    machine.cpu.setRegister(15, at);
    machine.run(2);
    assert.equal(machine.ticks, 2);
  });

  it("a turn of the paper's loop takes 10 instructions and 11 ticks", () => {
    const loop = [
      0xe51b2010, // 1: ldr r2, [fp, #-16]
      0xe3a03898, //    mov r3, #0x980000
      0xe2833c96, //    add r3, r3, #0x9600
      0xe283307f, //    add r3, r3, #0x7f
      0xe1520003, //    cmp r2, r3
      0xca000003, //    bgt out
      0xe51b3010, //    ldr r3, [fp, #-16]
      0xe2833001, //    add r3, r3, #1
      0xe50b3010, //    str r3, [fp, #-16]
      0xeafffff5, //    b 1b
    ];
    const { machine } = machineWith(loop);
    machine.cpu.setRegister(11, 0x2000);
    machine.run(10);
    assert.equal(machine.ticks, 11);
    machine.run(10_000);
    assert.equal(machine.cpu.getRegister(15), CODE);
    assert.equal(machine.ticks, 11 * 1001);
  });
});
