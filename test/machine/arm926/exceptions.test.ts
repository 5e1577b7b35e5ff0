import assert from 'node:assert/strict';
import { CODE, DEVICE, machineWith, put, putHalves } from './testMachine';

const NOP = 0xe1a00000;

describe('Exceptions', () => {
  /** Vector, mode and LR offset by ARM DDI 0100 table A2-4. */
  const rows = [
    { name: 'undefined instruction', word: 0xe7f000f0, vector: 0x04, mode: 'und', lr: 4 },
    { name: 'SWI', word: 0xef000082, vector: 0x08, mode: 'svc', lr: 4 },
    { name: 'BKPT as prefetch abort', word: 0xe1200070, vector: 0x0c, mode: 'abt', lr: 4 },
    { name: 'data abort', word: 0xe5910000, vector: 0x10, mode: 'abt', lr: 8 },
    { name: 'a coprocessor that is not there', word: 0xee000a10, vector: 0x04, mode: 'und', lr: 4 },
    { name: 'MRC2', word: 0xfe100f10, vector: 0x04, mode: 'und', lr: 4 },
  ] as const;

  for (const high of [false, true]) {
    for (const row of rows) {
      it(`${row.name} enters ${row.mode} at ${high ? 'the high' : 'the low'} vectors`, () => {
        const { machine } = machineWith([row.word]);
        if (high) machine.cpu.setCp15('control', 1 << 13);
        machine.cpu.setCpsr(0x60000010); // User mode, interrupts open
        machine.cpu.setRegister(1, 0x7000_0000); // nothing answers there
        machine.run(1);
        assert.equal(machine.cpu.getRegister(15), row.vector + (high ? 0xffff0000 : 0));
        assert.equal(machine.cpu.mode, row.mode);
        assert.equal(machine.cpu.getRegister(14), CODE + row.lr);
        assert.equal(machine.cpu.getSpsr(row.mode), 0x60000010);
        assert.equal(machine.cpu.getCpsr() & 0xe0, 0x80, 'I set, F as it was, ARM state');
        assert.equal(machine.instructionCount, 1);
      });
    }
  }

  it('Thumb exceptions return to the next half-word, and the handler runs in ARM state', () => {
    for (const [half, vector, lr] of [
      [0xdf01, 8, 2],
      [0xde00, 4, 2],
      [0xbe00, 0xc, 4],
    ] as const) {
      const { machine } = machineWith([]);
      putHalves(machine, CODE, [half]);
      machine.cpu.setCpsr(0x30);
      machine.run(1);
      assert.equal(machine.cpu.getRegister(15), vector);
      assert.equal(machine.cpu.getRegister(14), CODE + lr);
      assert.equal(machine.cpu.thumb, false);
    }
  });

  it('an IRQ is taken at the boundary after the store that raised it, and LR is that boundary + 4', () => {
    const { machine } = machineWith([NOP, 0xe5810f00, NOP]); // str r0, [r1, #0xf00]
    machine.cpu.setRegister(0, 1);
    machine.cpu.setRegister(1, DEVICE);
    machine.cpu.setCpsr(0x13);
    machine.run(2);
    assert.equal(machine.cpu.getRegister(15), 0x18);
    assert.equal(machine.cpu.mode, 'irq');
    assert.equal(machine.cpu.getRegister(14), CODE + 8 + 4);
    assert.equal(machine.instructionCount, 2);
  });

  it('a masked IRQ waits until MSR opens it', () => {
    const { machine, bus } = machineWith([NOP, 0xe321f013, NOP]); // msr cpsr_c, #0x13
    bus.irqAsserted = true;
    machine.run(1);
    assert.equal(machine.cpu.mode, 'svc');
    machine.run(1);
    assert.equal(machine.cpu.getRegister(15), 0x18);
    assert.equal(machine.cpu.getRegister(14), CODE + 8 + 4);
  });

  it('FIQ goes before IRQ and masks both', () => {
    const { machine, bus } = machineWith([NOP]);
    put(machine, 0x1c, [NOP]);
    machine.cpu.setCpsr(0x10);
    bus.irqAsserted = bus.fiqAsserted = true;
    machine.run(1);
    assert.equal(machine.cpu.getRegister(15), 0x20);
    assert.equal(machine.cpu.mode, 'fiq');
    assert.equal(machine.cpu.getCpsr() & 0xc0, 0xc0);
    assert.equal(machine.cpu.getRegister(14), CODE + 4);
  });

  it('each mode has its own r13 and r14, FIQ also r8 to r12', () => {
    const { machine } = machineWith([]);
    const modes = ['usr', 'fiq', 'irq', 'svc', 'abt', 'und'] as const;
    modes.forEach((mode, i) => [13, 14].forEach((r) => machine.cpu.setRegister(r, 0x100 * i + r, mode)));
    for (let r = 8; r <= 12; r++) {
      machine.cpu.setRegister(r, r, 'usr');
      machine.cpu.setRegister(r, 0xf0 + r, 'fiq');
    }
    const bits = { usr: 0x10, fiq: 0x11, irq: 0x12, svc: 0x13, abt: 0x17, und: 0x1b, sys: 0x1f };
    for (const [mode, value] of Object.entries(bits)) {
      machine.cpu.setCpsr(0xc0 | value);
      const index = mode === 'sys' ? 0 : modes.indexOf(mode as (typeof modes)[number]);
      assert.equal(machine.cpu.getRegister(13), 0x100 * index + 13, mode);
      assert.equal(machine.cpu.getRegister(14), 0x100 * index + 14, mode);
      assert.equal(machine.cpu.getRegister(8), mode === 'fiq' ? 0xf8 : 8, mode);
      assert.equal(machine.cpu.getRegister(12, 'fiq'), 0xfc, mode);
    }
  });

  it('User mode can change the flags by MSR and nothing else', () => {
    const { machine } = machineWith([0xe129f000]); // msr cpsr_fc, r0
    machine.cpu.setRegister(0, 0xf80000df);
    machine.cpu.setCpsr(0x10);
    machine.run(1);
    assert.equal(machine.cpu.getCpsr(), 0xf8000010);
  });

  it('MSR writes only the fields of its mask, never T, and no mode that does not exist', () => {
    const { machine } = machineWith([0xe128f000, 0xe121f000]); // msr cpsr_f, r0; msr cpsr_c, r0
    machine.cpu.setRegister(0, 0x500000e5);
    machine.run(1);
    assert.equal(machine.cpu.getCpsr(), 0x500000d3);
    machine.run(1);
    assert.equal(machine.cpu.getCpsr(), 0x500000d3, 'mode 5 is none; T stays');
  });

  it('MOVS pc, lr returns from an exception with the SPSR', () => {
    const { machine } = machineWith([0xe1b0f00e]);
    machine.cpu.setSpsr('svc', 0x60000010);
    machine.cpu.setRegister(14, 0x9000);
    machine.run(1);
    assert.equal(machine.cpu.getCpsr(), 0x60000010);
    assert.equal(machine.cpu.getRegister(15), 0x9000);
  });

  it('an abort leaves base and registers as they were, and says where', () => {
    const edge = 0x3ffffc; // the last word of RAM; the next one is nowhere
    for (const instruction of [0xe8b10009, 0xe5b10004, 0xe4911004]) {
      // ldmia r1!, {r0, r3}; ldr r0, [r1, #4]!; ldr r1, [r1], #4
      const { machine } = machineWith([instruction]);
      const base = instruction === 0xe4911004 ? 0x400000 : edge;
      machine.cpu.setRegister(0, 1);
      machine.cpu.setRegister(1, base);
      machine.cpu.setRegister(3, 3);
      machine.run(1);
      assert.deepEqual(
        [0, 1, 3].map((r) => machine.cpu.getRegister(r)),
        [1, base, 3],
      );
      assert.equal(machine.cpu.getCp15().far, 0x400000);
      assert.equal(machine.cpu.getCp15().dfsr, 8);
    }
  });

  it('a fetch from nowhere is a prefetch abort that counts as an instruction, so that run ends', () => {
    const { machine } = machineWith([0xe1a0f000]); // mov pc, r0
    machine.cpu.setCp15('control', 1 << 13); // the vector is nowhere too
    machine.cpu.setRegister(0, 0x7000_0000);
    assert.deepEqual(machine.run(1000), { kind: 'count' });
    assert.equal(machine.instructionCount, 1000);
    assert.equal(machine.cpu.getRegister(15), 0xffff000c);
    assert.equal(machine.cpu.getCp15().ifsr, 8);
  });
});
