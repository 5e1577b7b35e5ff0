import assert from 'node:assert/strict';
import type { MachineOptions } from '../../src/machine/machine';
import { machineWith } from './arm926/testMachine';

/** Reproducible noise (xorshift32). */
function noise(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** The machine's ways to memory, and how much noise each is given: caches are slower. */
const memories: readonly (readonly [string, Partial<MachineOptions>, number])[] = [
  ['', {}, 60],
  [', with the TLB of the chip', { tlb: 'arm926' }, 60],
  [', with caches that keep data', { cache: 'coherence', tlb: 'arm926' }, 30],
];

describe('Hostile guests', () => {
  for (const [name, options, seeds] of memories) {
    it(`random code in every mode, with random page tables, ends in guest faults only and keeps the count exact${name}`, () => {
      const { machine } = machineWith([], options);
      for (let seed = 1; seed <= seeds; seed++) {
        const random = noise(seed * 0x9e3779b1);
        machine.boot({ entry: 0 });
        machine.writePhysical(0, new Uint8Array(Uint32Array.from({ length: 0x8000 }, random).buffer));
        for (let r = 0; r < 15; r++) machine.cpu.setRegister(r, (random() & 1) === 0 ? random() : random() & 0x1ffff);
        if (seed % 3 === 0) {
          machine.cpu.setCp15('ttbr', random() & 0x1ffff);
          machine.cpu.setCp15('dacr', random() | random());
          machine.cpu.setCp15('control', 1 | (random() & 0x7306));
        }
        machine.cpu.setCpsr([0x10, 0x13, 0x30, 0x1f][seed & 3]!);
        machine.cpu.setRegister(15, random() & 0x1fffc);
        machine.setBreakpoints(seed % 5 === 0 ? [0x4, 0x10, random() & 0x1fffc] : []);
        for (let run = 0; run < 10; run++) {
          const before = machine.instructionCount;
          const stop = machine.run(500);
          const done = machine.instructionCount - before;
          if (stop.kind === 'count') assert.equal(done, 500, `seed ${seed}`);
          else assert.ok(done <= 500 && stop.kind !== 'halted', `seed ${seed}: ${stop.kind}`);
          assert.ok(Number.isSafeInteger(machine.ticks));
        }
      }
    });
  }

  it('the same noise twice gives the same state', () => {
    const results = [0, 1].map(() => {
      const { machine } = machineWith([]);
      machine.writePhysical(0, new Uint8Array(Uint32Array.from({ length: 0x8000 }, noise(77)).buffer));
      machine.run(20_000);
      return [
        machine.ticks,
        machine.cpu.getCpsr(),
        machine.cpu.getRegister(14),
        machine.readPhysical(0, 0x20000)!.join(),
      ];
    });
    assert.deepEqual(results[0], results[1]);
  });
});
