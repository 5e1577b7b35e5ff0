import assert from 'node:assert/strict';
import { CODE, flagsOf, machineWith, put } from './testMachine';

const mrc = (crn: number, crm = 0, op2 = 0, rd = 0): number => 0xee100f10 | (crn << 16) | (rd << 12) | (op2 << 5) | crm;
const mcr = (crn: number, crm = 0, op2 = 0, rd = 0): number => 0xee000f10 | (crn << 16) | (rd << 12) | (op2 << 5) | crm;

function readBack(instruction: number): number {
  const { machine } = machineWith([instruction]);
  machine.run(1);
  return machine.cpu.getRegister(0);
}

describe('CP15', () => {
  it('identifies the CPU, also under the unused opcodes of c0', () => {
    assert.equal(readBack(mrc(0)), 0x41069265);
    assert.equal(readBack(mrc(0, 0, 1)), 0x1d152152);
    assert.equal(readBack(mrc(0, 0, 2)), 0);
    assert.equal(readBack(mrc(0, 0, 7)), 0x41069265);
  });

  it('the control register keeps its fixed bits', () => {
    const { machine } = machineWith([mcr(1), mrc(1)]);
    machine.cpu.setRegister(0, 0xffffdffe); // MMU stays off, vectors low
    machine.run(2);
    assert.equal(machine.cpu.getRegister(0), 0x0005d3fe);
  });

  it('each register reads back what was written, in the bits that it has', () => {
    const rows: readonly [number, number, number, number][] = [
      [2, 0, 0, 0xffffc000],
      [3, 0, 0, 0xffffffff],
      [5, 0, 0, 0xff],
      [5, 0, 1, 0xff],
      [6, 0, 0, 0xffffffff],
      [9, 0, 0, 0xffff],
      [9, 0, 1, 0xffff],
      [10, 0, 0, 0x1c000001],
      [13, 0, 1, 0xffffffff],
    ];
    for (const [crn, crm, op2, value] of rows) {
      const { machine } = machineWith([mcr(crn, crm, op2, 1), mrc(crn, crm, op2)]);
      machine.cpu.setRegister(1, 0xffffffff);
      machine.run(2);
      assert.equal(machine.cpu.getRegister(0), value, `c${crn}, c${crm}, ${op2}`);
    }
  });

  it('test-and-clean sets Z so that its loop ends', () => {
    for (const crm of [10, 14]) {
      const { machine } = machineWith([mrc(7, crm, 3, 15), 0x1afffffd]); // 1: mrc p15, 0, r15, c7, cN, 3; bne 1b
      machine.run(2);
      assert.equal(flagsOf(machine), 'nZcvq');
      assert.equal(machine.cpu.getRegister(15), CODE + 8);
    }
  });

  it('is undefined from User mode, also in the middle of a block', () => {
    for (const instruction of [mrc(0), mcr(7, 10, 4)]) {
      const { machine } = machineWith([0xe1a00000, instruction, 0xe3a05001]); // nop; ...; mov r5, #1
      machine.cpu.setCpsr(0x10);
      machine.run(2);
      assert.equal(machine.cpu.mode, 'und');
      assert.equal(machine.cpu.getRegister(15), 4);
      assert.equal(machine.cpu.getRegister(14), CODE + 8);
    }
  });

  it('waits for an interrupt without executing; a masked one wakes', () => {
    for (const wait of [mcr(7, 0, 4), mcr(15, 8, 2)]) {
      const { machine, bus } = machineWith([wait, 0xe3a00001, 0xeafffffe]); // wfi; mov r0, #1; b .
      bus.nextEventTicks = 1000;
      bus.onService = (self) => {
        self.nextEventTicks = Infinity;
        self.irqAsserted = true;
      };
      machine.run(2);
      assert.equal(machine.cpu.getRegister(0), 1);
      assert.equal(machine.instructionCount, 2);
      assert.equal(machine.ticks, 1001, 'the wait ends with the event; then one instruction');
      assert.deepEqual(
        bus.log.map((entry) => entry.ticks),
        [1000],
      );
    }
  });

  it('waits for ever when no device will ever ask: run says so, and input may wake it later', () => {
    const { machine, bus } = machineWith([mcr(7, 0, 4), 0xe3a00001]);
    assert.deepEqual(machine.run(100), { kind: 'waiting' });
    assert.deepEqual(machine.run(100), { kind: 'waiting' });
    assert.equal(machine.instructionCount, 1);
    bus.irqAsserted = true;
    assert.deepEqual(machine.run(1), { kind: 'count' });
    assert.equal(machine.cpu.getRegister(0), 1);
  });

  it('an unmasked interrupt that ends a wait is taken with LR after the wait', () => {
    const { machine, bus } = machineWith([mcr(7, 0, 4)]);
    put(machine, 0x18, [0xeafffffe]);
    machine.cpu.setCpsr(0x13);
    bus.nextEventTicks = 50;
    bus.onService = (self) => {
      self.nextEventTicks = Infinity;
      self.irqAsserted = true;
    };
    machine.run(2);
    assert.equal(machine.cpu.mode, 'irq');
    assert.equal(machine.cpu.getRegister(14), CODE + 4 + 4);
  });

  it('an event that never raises a line does not keep a waiting machine busy for ever', () => {
    const { machine, bus } = machineWith([mcr(7, 0, 4)]);
    bus.nextEventTicks = 10;
    bus.onService = (self) => void (self.nextEventTicks += 10);
    assert.deepEqual(machine.run(100), { kind: 'waiting' });
  });
});
