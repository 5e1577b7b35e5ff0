import assert from 'node:assert/strict';
import { CODE, flagsOf, machineWith, put, putHalves, registersOf, word } from './testMachine';

const DATA = 0x1000;

function thumb(halves: readonly number[], registers: Record<number, number> = {}, count = halves.length) {
  const { machine } = machineWith([]);
  putHalves(machine, CODE, halves);
  put(machine, DATA, [0x44332211, 0x88776655]);
  for (const [index, value] of Object.entries(registers)) machine.cpu.setRegister(Number(index), value);
  machine.cpu.setCpsr(0xf3);
  machine.run(count);
  return { r: registersOf(machine), flags: flagsOf(machine), machine, at: (a: number) => word(machine, a) };
}

/** Assembly, half-word, registers before, register expected, value, flags after. */
const rows: readonly [string, number, Record<number, number>, number, number, string?][] = [
  ['lsl r0, r1, #4', 0x0108, { 1: 0x10000001 }, 0, 0x10, 'nzCvq'],
  ['lsr r0, r1, #32', 0x0808, { 1: 0x80000000 }, 0, 0, 'nZCvq'],
  ['asr r0, r1, #1', 0x1048, { 1: 0x80000001 }, 0, 0xc0000000, 'NzCvq'],
  ['add r0, r1, r2', 0x1888, { 1: 0x7fffffff, 2: 1 }, 0, 0x80000000, 'NzcVq'],
  ['sub r0, r1, #3', 0x1ec8, { 1: 3 }, 0, 0, 'nZCvq'],
  ['mov r0, #255', 0x20ff, {}, 0, 255, 'nzcvq'],
  ['add r3, #255', 0x33ff, { 3: 1 }, 3, 256, 'nzcvq'],
  ['sub r3, #1', 0x3b01, { 3: 0 }, 3, 0xffffffff, 'Nzcvq'],
  ['neg r0, r1', 0x4248, { 1: 5 }, 0, 0xfffffffb, 'Nzcvq'],
  ['mul r0, r1', 0x4348, { 0: 6, 1: 7 }, 0, 42, 'nzcvq'],
  ['bic r0, r1', 0x4388, { 0: 0xff, 1: 0x0f }, 0, 0xf0],
  ['mvn r0, r1', 0x43c8, { 1: 0 }, 0, 0xffffffff],
  ['ror r0, r1', 0x41c8, { 0: 0xff, 1: 8 }, 0, 0xff000000, 'NzCvq'],
  ['adc r0, r1', 0x4148, { 0: 1, 1: 2 }, 0, 3],
  ['add r8, r1', 0x4488, { 8: 1, 1: 2 }, 8, 3, 'nzcvq'],
  ['mov r0, pc', 0x4678, {}, 0, CODE + 4],
  ['ldr r0, [pc, #0]', 0x4800, {}, 0, 0],
  ['add r0, pc, #4', 0xa001, {}, 0, CODE + 8],
  ['add r0, sp, #8', 0xa802, { 13: 0x100 }, 0, 0x108],
  ['add sp, #8', 0xb002, { 13: 0x100 }, 13, 0x108],
  ['sub sp, #8', 0xb082, { 13: 0x100 }, 13, 0xf8],
  ['ldr r0, [r1, r2]', 0x5888, { 1: DATA, 2: 4 }, 0, 0x88776655],
  ['ldrh r0, [r1, #6]', 0x88c8, { 1: DATA }, 0, 0x8877],
  ['ldrb r0, [r1, #7]', 0x79c8, { 1: DATA }, 0, 0x88],
  ['ldrsb r0, [r1, r2]', 0x5688, { 1: DATA, 2: 7 }, 0, 0xffffff88],
  ['ldrsh r0, [r1, r2]', 0x5e88, { 1: DATA, 2: 6 }, 0, 0xffff8877],
  ['ldr r0, [r1, #4]', 0x6848, { 1: DATA }, 0, 0x88776655],
  ['ldr r0, [sp, #4]', 0x9801, { 13: DATA }, 0, 0x88776655],
];

describe('Thumb', () => {
  for (const [assembly, half, before, register, value, flags] of rows) {
    it(assembly, () => {
      const result = thumb([half], before);
      assert.equal(result.r[register], value);
      if (flags !== undefined) assert.equal(result.flags, flags);
      assert.equal(result.r[15], CODE + 2);
    });
  }

  it('literal loads round the pc down to a word', () => {
    const { machine } = machineWith([]);
    putHalves(machine, CODE, [0x46c0, 0x4801]); // nop; ldr r0, [pc, #4]
    put(machine, CODE + 8, [0x12345678]);
    machine.cpu.setCpsr(0xf3);
    machine.run(2);
    assert.equal(machine.cpu.getRegister(0), 0x12345678);
  });

  it('stores', () => {
    assert.equal(thumb([0x6048], { 0: 9, 1: DATA }).at(DATA + 4), 9); // str r0, [r1, #4]
    assert.equal(thumb([0x7048], { 0: 0xff, 1: DATA }).at(DATA), 0x4433ff11); // strb r0, [r1, #1]
    assert.equal(thumb([0x8048], { 0: 0xffff, 1: DATA }).at(DATA), 0xffff2211); // strh r0, [r1, #2]
    assert.equal(thumb([0x9001], { 0: 9, 13: DATA }).at(DATA + 4), 9); // str r0, [sp, #4]
  });

  it('PUSH with lr and POP with pc, which chooses the instruction set', () => {
    const pushed = thumb([0xb503], { 0: 1, 1: 2, 13: 0x2000, 14: 3 }); // push {r0, r1, lr}
    assert.deepEqual([0x1ff4, 0x1ff8, 0x1ffc].map(pushed.at), [1, 2, 3]);
    assert.equal(pushed.r[13], 0x1ff4);
    const { machine } = thumb([0xbd01], { 13: DATA }); // pop {r0, pc}
    assert.equal(machine.cpu.getRegister(15), 0x88776654);
    assert.equal(machine.cpu.thumb, true);
  });

  it('LDMIA writes its base back unless it loads it', () => {
    assert.equal(thumb([0xc906], { 1: DATA }).r[1], 0x44332211); // ldmia r1!, {r1, r2}
    assert.equal(thumb([0xc901], { 1: DATA }).r[1], DATA + 4);
    assert.equal(thumb([0xc101], { 0: 4, 1: DATA }).r[1], DATA + 4); // stmia r1!, {r0}
  });

  it('branches: conditional, unconditional, BL, BLX and BX', () => {
    assert.equal(thumb([0xd0fe], {}).r[15], CODE + 2, 'beq not taken');
    assert.equal(thumb([0xd1fd], {}).r[15], CODE - 2, 'bne backwards');
    assert.equal(thumb([0xe7fe]).r[15], CODE, 'b to itself');
    const bl = thumb([0xf000, 0xf802]); // bl CODE + 8
    assert.deepEqual([bl.r[15], bl.r[14]], [CODE + 8, CODE + 5]);
    const blx = thumb([0xf000, 0xe802]); // blx CODE + 8
    assert.deepEqual([blx.r[15], blx.r[14], blx.machine.cpu.thumb], [CODE + 8, CODE + 5, false]);
    const bx = thumb([0x4778]); // bx pc
    assert.deepEqual([bx.r[15], bx.machine.cpu.thumb], [CODE + 4, false]);
    const blxRegister = thumb([0x4788], { 1: 0x9001 }); // blx r1
    assert.deepEqual([blxRegister.r[15], blxRegister.r[14]], [0x9000, CODE + 3]);
  });

  it('ARM BLX goes to Thumb, with the half-word of its H bit', () => {
    const { machine } = machineWith([0xfb000000]); // blx CODE + 10
    machine.run(1);
    assert.deepEqual([machine.cpu.getRegister(15), machine.cpu.getRegister(14)], [CODE + 10, CODE + 4]);
    assert.equal(machine.cpu.thumb, true);
  });
});
