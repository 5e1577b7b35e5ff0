import assert from 'node:assert/strict';
import { goldfish } from '../../src/machine/boards/goldfish';
import { createLockStepMachine } from '../../src/machine/lockStep';
import { Machine } from '../../src/machine/machine';

const CODE = 0x10000;
/** r1 counts down from r0 = 1000, again and again. */
const LOOP = [0xe3a00ffa, 0xe2500001, 0x1afffffd, 0xeafffffb];
const options = { board: goldfish, ramBytes: 4 << 20, translateAfter: 1 };
const bytes = new Uint8Array(Uint32Array.from(LOOP).buffer);

describe('Running translator and interpreter side by side', () => {
  it('runs to the same count, with everything done to both', () => {
    const machine = createLockStepMachine(options);
    machine.boot({ entry: CODE });
    machine.writePhysical(CODE, bytes);
    machine.cpu.setRegister(15, CODE);
    assert.deepEqual(machine.run(100_001), { kind: 'count' });
    assert.equal(machine.instructionCount, 100_001);
    machine.setBreakpoints([CODE + 12]);
    assert.deepEqual(machine.run(100_000), { kind: 'breakpoint', pc: CODE + 12 });
  });

  it('names the first register, tick or word of memory that differs', () => {
    const [a, b] = [new Machine(options), new Machine(options)];
    assert.equal(a.firstDifference(b, true), undefined);
    b.writePhysical(0x2000, Uint8Array.of(1, 2));
    assert.equal(a.firstDifference(b, false), undefined);
    assert.equal(a.firstDifference(b, true), 'memory at 0x2000 holds 0x0, not 0x201');
    b.cpu.setRegister(3, 7);
    assert.equal(a.firstDifference(b, true), 'r3 is 0x0, not 0x7');
  });
});
