import assert from 'node:assert/strict';
import { CODE, machineWith } from './testMachine';

const NOP = 0xe1a00000;

describe('Breakpoints', () => {
  it('an address inside an ARM instruction is passed without a trace in the count', () => {
    const { machine } = machineWith([NOP, NOP, NOP, NOP]);
    machine.setBreakpoints([CODE + 6, CODE + 12]);
    assert.deepEqual(machine.run(10), { kind: 'breakpoint', pc: CODE + 12 });
    assert.equal(machine.instructionCount, 3);
    assert.equal(machine.ticks, 3);
  });
});
