import assert from 'node:assert/strict';
import { decodeArm, type Decoded } from '../../../src/machine/arm926/decodeArm';
import { decodeThumb } from '../../../src/machine/arm926/decodeThumb';
import { CODE, machineWith, putHalves } from './testMachine';

const blank = (): Decoded => ({ name: '', form: 0, word: 0, extra: 0, ends: false });

describe('The instruction space', () => {
  it('has a meaning for every Thumb half-word and for ARM words of every opcode', () => {
    const decoded = blank();
    for (let half = 0; half < 0x10000; half++) {
      decodeThumb(half, decoded);
      assert.ok(decoded.form > 0);
    }
    // Every value of the bits that tell instructions apart (27:20 and 7:4), under AL and NV.
    for (const condition of [0xe0000000, 0xf0000000]) {
      for (let bits = 0; bits < 4096; bits++) {
        decodeArm((condition | ((bits >>> 4) << 20) | ((bits & 15) << 4) | 0x000f5a01) >>> 0, decoded);
        assert.ok(decoded.form > 0);
      }
    }
  });

  it('with condition NV only BLX and PLD exist (ARM DDI 0100 A3.14)', () => {
    const decoded = blank();
    const known = new Map<string, number>();
    for (let bits = 0; bits < 4096; bits++) {
      decodeArm((0xf0000000 | ((bits >>> 4) << 20) | ((bits & 15) << 4) | 0xf000) >>> 0, decoded);
      known.set(decoded.name, (known.get(decoded.name) ?? 0) + 1);
    }
    assert.deepEqual([...known.keys()].sort(), ['BLX immediate', 'PLD', 'undefined']);
    assert.equal(known.get('BLX immediate'), 512);
  });

  const UNDEFINED: Readonly<Record<string, number>> = {
    CDP2: 0xfe000f00,
    MCR2: 0xfe000f10,
    MRC2: 0xfe100f10,
    LDC2: 0xfd910f00,
    STC2: 0xfd810f00,
    'PLD with bit 4 of a register offset': 0xf7d1f012,
    'CDP of CP15': 0xee000f00,
    'LDC of CP15': 0xed910f00,
    'MCRR of CP15': 0xec410f00,
    'MRRC of CP15': 0xec510f00,
    'MRC of CP14': 0xee100e10,
    'UMAAL (ARMv6)': 0xe0400090,
    'STREX (ARMv6)': 0xe1810f90,
    'the media space': 0xe6000010,
    'LDRD of an odd register': 0xe1c010d0,
  };
  for (const [name, instruction] of Object.entries(UNDEFINED)) {
    it(`${name} is undefined`, () => {
      const { machine } = machineWith([instruction]);
      machine.cpu.setRegister(1, 0x1000);
      machine.run(1);
      assert.equal(machine.cpu.mode, 'und');
      assert.equal(machine.cpu.getRegister(14), CODE + 4);
    });
  }

  it('Thumb half-words that ARMv5 leaves open are undefined', () => {
    for (const half of [0xb100, 0xb200, 0xb600, 0xb800, 0xbf00, 0xde12, 0xe801]) {
      const { machine } = machineWith([]);
      putHalves(machine, CODE, [half]);
      machine.cpu.setCpsr(0x33);
      machine.run(1);
      assert.equal(machine.cpu.mode, 'und', half.toString(16));
      assert.equal(machine.cpu.getRegister(14), CODE + 2);
    }
  });

  it('an undefined instruction whose condition fails does nothing', () => {
    const { machine } = machineWith([0x06000010]);
    machine.run(1);
    assert.equal(machine.cpu.getRegister(15), CODE + 4);
    assert.equal(machine.cpu.mode, 'svc');
  });
});
