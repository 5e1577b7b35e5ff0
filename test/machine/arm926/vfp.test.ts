import assert from 'node:assert/strict';
import { CODE, MASKED, machineWith, put, word } from './testMachine';

const FMRX_FPSID = 0xeef00a10;
const FMXR_FPEXC = 0xeee80a10; // from r0
const FMRX_FPEXC = 0xeef80a10;
const FMRX_FPSCR = 0xeef10a10;
const FMSR_S0 = 0xee001a10; // from r1
const FMRS_S0 = 0xee102a10; // to r2
const EN = 0x40000000;

describe('VFP', () => {
  it('is absent by default: its coprocessors trap', () => {
    for (const instruction of [FMRX_FPSID, FMXR_FPEXC, FMSR_S0, 0xed910a00, 0xee300a00, 0xec410b10]) {
      const { machine } = machineWith([instruction]);
      machine.run(1);
      assert.equal(machine.cpu.mode, 'und', instruction.toString(16));
    }
  });

  it('shows the identification of goldfish before it is enabled, also to User mode', () => {
    for (const cpsr of [MASKED, 0x10]) {
      const { machine } = machineWith([FMRX_FPSID], { vfp: 'vfp9' });
      machine.cpu.setCpsr(cpsr);
      machine.run(1);
      assert.equal(machine.cpu.getRegister(0), 0x41011090);
    }
  });

  it('keeps all else undefined until FPEXC.EN is set, which User mode cannot', () => {
    for (const instruction of [FMRX_FPSCR, FMSR_S0, 0xed910a00, 0xee300a00]) {
      const { machine } = machineWith([instruction], { vfp: 'vfp9' });
      machine.run(1);
      assert.equal(machine.cpu.mode, 'und');
      assert.equal(machine.cpu.getRegister(14), CODE + 4);
    }
    const { machine } = machineWith([FMXR_FPEXC], { vfp: 'vfp9' });
    machine.cpu.setRegister(0, EN);
    machine.cpu.setCpsr(0x10);
    machine.run(1);
    assert.equal(machine.cpu.mode, 'und');
  });

  it('moves registers once enabled; only EN of FPEXC can be written', () => {
    const { machine } = machineWith([FMXR_FPEXC, FMSR_S0, FMRS_S0, FMRX_FPEXC], { vfp: 'vfp9' });
    machine.cpu.setRegister(0, 0xffffffff);
    machine.cpu.setRegister(1, 0x7f812345); // a signalling NaN keeps its bits
    machine.run(4);
    assert.equal(machine.cpu.getRegister(2), 0x7f812345);
    assert.equal(machine.cpu.getRegister(0), EN);
  });

  it('steps over the extra word of FSTMX and FLDMX', () => {
    // fstmiax r3!, {d0, d1}
    const { machine } = machineWith([FMXR_FPEXC, FMSR_S0, 0xeca30b05], { vfp: 'vfp9' });
    machine.cpu.setRegister(0, EN);
    machine.cpu.setRegister(1, 0x12345678);
    machine.cpu.setRegister(3, 0x2000);
    machine.run(3);
    assert.equal(machine.cpu.getRegister(3), 0x2014);
    assert.equal(word(machine, 0x2000), 0x12345678);
  });

  it('has stored nothing and moved no base when a load of many aborts', () => {
    const { machine } = machineWith([FMXR_FPEXC, FMSR_S0, 0xecb30a04], { vfp: 'vfp9' }); // fldmias r3!, {s0-s3}
    machine.cpu.setRegister(0, EN);
    machine.cpu.setRegister(1, 77);
    machine.cpu.setRegister(3, machine.ramBytes - 8);
    put(machine, machine.ramBytes - 8, [1, 2]);
    machine.run(3);
    assert.equal(machine.cpu.mode, 'abt');
    assert.equal(machine.cpu.getRegister(3), machine.ramBytes - 8);
    machine.cpu.setCpsr(MASKED);
    put(machine, CODE, [FMRS_S0]);
    machine.cpu.setRegister(15, CODE);
    machine.run(1);
    assert.equal(machine.cpu.getRegister(2), 77);
  });

  it('works on short vectors: four sums with one instruction, the second operand a scalar', () => {
    // FPSCR from r4; fadds s8, s16, s0: s8-s11 = s16-s19 + s0; fstmias r3, {s8-s11}
    const { machine } = machineWith([FMXR_FPEXC, 0xeee14a10, 0xec930a20, 0xee384a00, 0xec834a04], { vfp: 'vfp9' });
    const floats = Float32Array.from({ length: 32 }, (_, index) => (index === 0 ? 0.5 : index));
    machine.writePhysical(0x2000, new Uint8Array(floats.buffer));
    machine.cpu.setRegister(0, EN);
    machine.cpu.setRegister(3, 0x2000);
    machine.cpu.setRegister(4, 3 << 16);
    machine.run(5);
    const results = new Float32Array(machine.readPhysical(0x2000, 16)!.buffer);
    assert.deepEqual([...results], [16.5, 17.5, 18.5, 19.5]);
  });

  it('is in the snapshots, and a machine without VFP refuses such a one', () => {
    const { machine } = machineWith([FMXR_FPEXC, FMSR_S0, FMRS_S0], { vfp: 'vfp9' });
    machine.cpu.setRegister(0, EN);
    machine.cpu.setRegister(1, 99);
    machine.run(2);
    const snapshot = structuredClone(machine.snapshot());
    const other = machineWith([], { vfp: 'vfp9' }).machine;
    other.restore(snapshot);
    other.run(1);
    assert.equal(other.cpu.getRegister(2), 99);
    assert.throws(() => machineWith([]).machine.restore(snapshot), /VFP/);
  });
});
