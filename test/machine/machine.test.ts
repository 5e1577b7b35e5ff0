import assert from 'node:assert/strict';
import type { Machine } from '../../src/machine/machine';
import type { TickModelName } from '../../src/machine/types';
import { CODE, DEVICE, machineWith, put, registersOf, word } from './arm926/testMachine';

const NOP = 0xe1a00000;
const SELF = 0xeafffffe; // b .

/** Memory traffic, calls, conditions, a device and an interrupt every 97 ticks: a workload whose every tick matters. */
const WORKLOAD = [
  0xe3a01a01, // mov r1, #0x1000
  0xe3a04000, // mov r4, #0
  0xe5910000, // 1: ldr r0, [r1]
  0xe0800004, //    add r0, r0, r4
  0xe4810004, //    str r0, [r1], #4
  0xe3c11c0e, //    bic r1, r1, #0xe00
  0xe2144003, //    ands r4, r4, #3 (with the next: counts 0..3)
  0x12844001, //    addne r4, r4, #1
  0x02844001, //    addeq r4, r4, #1
  0xe92d0013, //    push {r0, r1, r4}
  0xe8bd0013, //    pop {r0, r1, r4}
  0xe0203190, //    mla r0, r0, r1, r3
  0xe5856000, //    str r6, [r5]  (device)
  0xeafffff3, //    b 1b
];
const IRQ_HANDLER = [
  0xe2877001, // add r7, r7, #1
  0xe3a0a000, // mov r10, #0
  0xe585af00, // str r10, [r5, #0xf00]: lowers the line
  0xe25ef004, // subs pc, lr, #4
];

function workload(): Machine {
  const { machine, bus } = machineWith(WORKLOAD);
  put(machine, 0x18, IRQ_HANDLER);
  machine.cpu.setRegister(5, DEVICE);
  machine.cpu.setRegister(13, 0x3000);
  machine.cpu.setCpsr(0x13);
  bus.nextEventTicks = 97;
  bus.onService = (self) => {
    self.nextEventTicks += 97;
    self.irqAsserted = true;
  };
  return machine;
}

function fingerprint(machine: Machine): unknown {
  return {
    registers: registersOf(machine),
    cpsr: machine.cpu.getCpsr(),
    cp15: machine.cpu.getCp15(),
    ticks: machine.ticks,
    instructions: machine.instructionCount,
    data: [...machine.readPhysical(0, 0x9000)!].join(),
  };
}

describe('Machine', () => {
  it('run(n) executes exactly n instructions', () => {
    const { machine } = machineWith([NOP, NOP, NOP, SELF]);
    for (const n of [0, 1, 2, 1000, 1]) {
      const before = machine.instructionCount;
      assert.deepEqual(machine.run(n), { kind: 'count' });
      assert.equal(machine.instructionCount, before + n);
    }
  });

  it('comes to the same state and tick however the run is cut into slices', () => {
    const whole = workload();
    whole.run(3000);
    for (const size of [1, 7, 64, 999]) {
      const cut = workload();
      while (cut.instructionCount < 3000) cut.run(Math.min(size, 3000 - cut.instructionCount));
      assert.deepEqual(fingerprint(cut), fingerprint(whole), `slices of ${size}`);
    }
    assert.ok(whole.cpu.getRegister(7) > 20, 'interrupts were taken');
  });

  it('comes to the same state whether breakpoints are armed or not', () => {
    const plain = workload();
    plain.run(2000);
    const stopping = workload();
    stopping.setBreakpoints([CODE + 12, CODE + 0x24, 0x1c]);
    let stops = 0;
    while (stopping.instructionCount < 2000) {
      const stop = stopping.run(2000 - stopping.instructionCount);
      if (stop.kind === 'breakpoint') {
        stops++;
        assert.equal(stop.pc, stopping.cpu.getRegister(15));
      }
    }
    assert.deepEqual(fingerprint(stopping), fingerprint(plain));
    assert.ok(stops > 200);
  });

  it('can be asked in the middle of a run to stop at the next boundary, and comes to the same state', () => {
    const plain = workload();
    plain.run(2000);
    const { machine: asked, bus } = (() => {
      const found = machineWith(WORKLOAD);
      put(found.machine, 0x18, IRQ_HANDLER);
      found.machine.cpu.setRegister(5, DEVICE);
      found.machine.cpu.setRegister(13, 0x3000);
      found.machine.cpu.setCpsr(0x13);
      return found;
    })();
    bus.nextEventTicks = 97;
    bus.onService = (self) => {
      self.nextEventTicks += 97;
      self.irqAsserted = true;
      asked.requestStop();
    };
    const plainWrite = bus.write.bind(bus);
    bus.write = (address, size, value) => {
      asked.requestStop();
      return plainWrite(address, size, value);
    };
    asked.requestStop();
    let stops = 0;
    let stores = 0;
    while (asked.instructionCount < 2000) {
      if (asked.run(2000 - asked.instructionCount).kind !== 'asked') continue;
      stops++;
      if (asked.cpu.getRegister(15) === CODE + 13 * 4) stores++;
    }
    assert.deepEqual(fingerprint(asked), fingerprint(plain));
    assert.ok(stops > 150 && stores > 100, `${stops} stops, ${stores} right after a store to a device`);
  });

  it('a breakpoint stops before its instruction, and the next run goes on from it', () => {
    const { machine } = machineWith([NOP, 0xe2800001, NOP, 0xeafffffb]); // 1: nop; add r0, r0, #1; nop; b 1b
    machine.setBreakpoints([CODE + 4]);
    assert.deepEqual(machine.run(100), { kind: 'breakpoint', pc: CODE + 4 });
    assert.equal(machine.cpu.getRegister(0), 0);
    assert.equal(machine.instructionCount, 1);
    assert.deepEqual(machine.run(100), { kind: 'breakpoint', pc: CODE + 4 });
    assert.equal(machine.cpu.getRegister(0), 1);
    assert.equal(machine.instructionCount, 5);
    machine.setBreakpoints([]);
    assert.deepEqual(machine.run(100), { kind: 'count' });
  });

  it('a breakpoint on a vector stops when the exception arrives, and a count that ends on one says count', () => {
    const { machine } = machineWith([0xef000000]);
    machine.setBreakpoints([8]);
    assert.deepEqual(machine.run(1), { kind: 'count' });
    const again = machineWith([0xef000000]).machine;
    again.setBreakpoints([8]);
    assert.deepEqual(again.run(5), { kind: 'breakpoint', pc: 8 });
  });

  it('a breakpoint after an aborting instruction on its page loses no count', () => {
    const { machine } = machineWith([NOP, 0xe5910000, NOP, NOP]); // the load aborts
    put(machine, 0x10, [SELF]);
    machine.cpu.setRegister(1, 0x70000000);
    machine.setBreakpoints([CODE + 12]);
    assert.deepEqual(machine.run(50), { kind: 'count' });
    assert.equal(machine.instructionCount, 50);
  });

  it('runs code that it has just changed', () => {
    // str r1, [pc, #0]; nop; (target) mov r0, #1; b back to the store
    const { machine } = machineWith([0xe58f1000, NOP, 0xe3a00001, 0xeafffffb]);
    machine.cpu.setRegister(1, 0xe3a00002); // mov r0, #2
    machine.run(3);
    assert.equal(machine.cpu.getRegister(0), 2);
    machine.cpu.setRegister(1, 0xe3a00003);
    machine.run(4);
    assert.equal(machine.cpu.getRegister(0), 3);
    machine.writePhysical(CODE, Uint8Array.of(0x04, 0x00, 0xa0, 0xe3)); // mov r0, #4
    machine.run(2);
    assert.equal(machine.cpu.getRegister(0), 4);
  });

  it('devices see the exact instruction count and ticks of the instruction that accesses them', () => {
    const { machine, bus } = machineWith([NOP, NOP, 0xe5910000, 0xe5810004]); // ldr r0, [r1]; str r0, [r1, #4]
    machine.cpu.setRegister(1, DEVICE);
    machine.run(4);
    assert.deepEqual(bus.log, [
      { what: 'read4 ff000000', ticks: 3, instructions: 3 },
      { what: 'write4 ff000004 0', ticks: 4, instructions: 4 },
    ]);
  });

  it('serves a device on the first boundary at or after its tick', () => {
    const { machine, bus } = machineWith([0xe0000190, 0xeafffffd]); // 1: mul r0, r0, r1 (3 ticks); b 1b
    bus.nextEventTicks = 6;
    machine.run(10);
    assert.deepEqual(
      bus.log.map(({ what, ticks, instructions }) => [what, ticks, instructions]),
      [['service', 7, 3]],
    );
  });

  it('snapshots restore every byte, again and again, also through a structured clone and into another machine', () => {
    const machine = workload();
    machine.run(777);
    const saved = machine.snapshot();
    const start = fingerprint(machine);
    machine.run(1234);
    const end = fingerprint(machine);
    for (const snapshot of [saved, saved, structuredClone(saved)]) {
      machine.restore(snapshot);
      assert.deepEqual(fingerprint(machine), start);
      machine.run(1234);
      assert.deepEqual(fingerprint(machine), end);
    }
    const other = workload();
    other.restore(structuredClone(saved));
    other.run(1234);
    assert.deepEqual(fingerprint(other), end);
  });

  it('a snapshot shares the pages that did not change since the one before', () => {
    const machine = workload();
    machine.run(500);
    type State = { pages: (Uint8Array | undefined)[][] };
    const first = machine.snapshot().state as State;
    machine.run(500);
    const second = machine.snapshot().state as State;
    const fresh = second.pages.flat().filter((page, index) => page !== first.pages.flat()[index]);
    assert.ok(fresh.length > 0 && fresh.length <= 3, `${fresh.length} pages copied`);
  });

  it('refuses snapshots of another version, board or size, with a sentence', () => {
    const { machine } = machineWith([]);
    const saved = machine.snapshot();
    assert.throws(() => machine.restore({ ...saved, version: 99 }), /version 99/);
    assert.throws(() => machine.restore({ ...saved, board: 'other' }), /board "other"/);
    assert.throws(() => machineWith([], { ramBytes: 0x200000 }).machine.restore(saved), /bytes of RAM/);
  });

  it('input comes in order at the boundary where the machine stood', () => {
    const { machine, bus } = machineWith([NOP, NOP, SELF]);
    machine.run(2);
    machine.sendConsoleInput(0, Uint8Array.of(65));
    machine.sendConsoleInput(1, Uint8Array.of(66, 67));
    machine.run(1);
    assert.deepEqual(
      bus.log.map(({ what, instructions }) => [what, instructions]),
      [
        ['receive 0 65', 2],
        ['receive 1 66,67', 2],
      ],
    );
  });

  it('reads and writes physical memory only where all of it is RAM', () => {
    const { machine } = machineWith([]);
    assert.equal(machine.readPhysical(0x3ffffc, 8), undefined);
    assert.equal(machine.writePhysical(0x3ffffe, Uint8Array.of(1, 2, 3)), false);
    assert.equal(word(machine, 0x3ffffc), 0);
    assert.equal(machine.readPhysical(DEVICE, 4), undefined);
    assert.deepEqual(machine.readPhysical(0x400000, 0), new Uint8Array(0));
  });

  it('a tick model that is not there is refused with the names of those that are', () => {
    assert.throws(
      () => machineWith([], { tickModel: 'arm7' as TickModelName }),
      /"arm7" is not available; available: goldfish, goldfish-dcache, arm926ejs/,
    );
  });
});
