import assert from 'node:assert/strict';
import { GoldfishDataCache } from '../../../src/machine/arm926/ticks/goldfishDataCache';
import type { MachineOptions } from '../../../src/machine/machine';
import { CODE, DEVICE, machineWith, put, putHalves, type TestMachine } from './testMachine';

const MODEL: Partial<MachineOptions> = { tickModel: 'goldfish-dcache' };
/** Start of a line, far from the code. */
const DATA = 0x20000;

/** Ticks of each instruction, run one by one, with r1 = DATA. */
function ticksOf(words: readonly number[], registers: Readonly<Record<number, number>> = {}): number[] {
  const { machine } = machineWith(words, MODEL);
  for (const [index, value] of Object.entries({ 1: DATA, ...registers })) machine.cpu.setRegister(Number(index), value);
  return words.map(() => {
    const before = machine.ticks;
    machine.run(1);
    return machine.ticks - before;
  });
}

/** The rules of goldfish.md B5 once more, from their words: the way of replacement k is k plus one for each 13 before it. */
function independentModel(): (address: number, write: boolean) => number {
  const rows = new Map<number, Map<number, number>>();
  let replaced = 0;
  return (address, write) => {
    const line = Math.floor(address / 32);
    const row = rows.get(line % 128) ?? new Map<number, number>();
    rows.set(line % 128, row);
    if ([...row.values()].includes(line)) return 0;
    if (write) return 5;
    row.set((replaced + Math.floor(replaced / 13)) % 4, line);
    replaced++;
    return 30;
  };
}

/** Pseudo-random numbers below `range`, always the same. */
function numbers(seed: number): (range: number) => number {
  let state = seed;
  return (range) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * range);
  };
}

/** Ticks with r1 = DATA; the interlocks of the static table are avoided. */
const SEQUENCES: readonly [string, readonly number[], readonly number[]][] = [
  // ldr r4, [r1]; ldr r5, [r1]; ldr r6, [r1, #28]; ldr r7, [r1, #32]
  [
    'a load that misses costs 30 and brings its line in',
    [0xe5914000, 0xe5915000, 0xe591601c, 0xe5917020],
    [31, 1, 1, 31],
  ],
  // str r4, [r1]; str r4, [r1]; ldr r4, [r1]; str r5, [r1]
  [
    'a store that misses costs 5 and brings nothing in',
    [0xe5814000, 0xe5814000, 0xe5914000, 0xe5815000],
    [6, 6, 31, 1],
  ],
  // swp r4, r5, [r1]; swp r4, r5, [r1]
  ['SWP is a load and then a store', [0xe1014095, 0xe1014095], [32, 2]],
  // ldmia r1, {r2-r9}; add r1, r1, #4; ldmia r1, {r2-r9}
  ['LDM makes one access per word', [0xe89103fc, 0xe2811004, 0xe89103fc], [38, 1, 38]],
  // stmia r1, {r2-r9}
  ['STM that misses pays for each word', [0xe88103fc], [48]],
  // ldrd r4, [r1, #24]; ldrd r4, [r1, #32]
  ['LDRD makes two accesses', [0xe1c141d8, 0xe1c142d0], [31, 31]],
  // ldrb r4, [r1]; ldrh r5, [r1, #34]; ldrsb r6, [r1, #65]; strb r4, [r1, #66]; strh r4, [r1, #98]
  [
    'bytes and half-words count like words',
    [0xe5d14000, 0xe1d152b2, 0xe1d164d1, 0xe5c14042, 0xe1c146b2],
    [31, 31, 31, 1, 6],
  ],
  // pld [r1]; ldr r4, [r1]
  ['PLD is no access', [0xf5d1f000, 0xe5914000], [1, 31]],
  // ldreq r4, [r1]; ldr r4, [r1]
  ['a load whose condition fails is no access', [0x05914000, 0xe5914000], [1, 31]],
  // ldr r4, [r1]; mcr p15, 0, r0, c7, c7, 0; ldr r4, [r1]
  ['cache operations empty nothing', [0xe5914000, 0xee070f17, 0xe5914000], [31, 1, 1]],
  // ldr pc, [r1]
  ['LDR pc adds the miss to its 5', [0xe591f000], [35]],
];

describe('The goldfish-dcache tick model', () => {
  for (const [name, words, ticks] of SEQUENCES) it(name, () => assert.deepEqual(ticksOf(words), ticks));

  it('takes four lines of a row, 4 KB apart; the fifth replaces the first', () => {
    // ldr r4, [r1], #4096 five times: 4 ways are filled in turn, then way 0 is taken; then the first line is gone
    const words = [0xe5914000, 0xe5924000, 0xe5934000, 0xe5954000, 0xe5964000, 0xe5924000, 0xe5914000];
    const at = { 2: DATA + 0x1000, 3: DATA + 0x2000, 5: DATA + 0x3000, 6: DATA + 0x4000 };
    assert.deepEqual(ticksOf(words, at), [31, 31, 31, 31, 31, 1, 31]);
  });

  it('the thirteenth replacement advances the way pointer twice', () => {
    const cache = new GoldfishDataCache();
    // Twelve lines in other rows use ways 0-3 three times; row 0 then gets way 0 (the 13th) and way 2 (the 14th).
    for (let row = 1; row <= 12; row++) assert.equal(cache.data(row * 32, false), 30);
    cache.data(0x10000, false); // way 0
    cache.data(0x20000, false); // way 2
    cache.data(0x30000, false); // way 3
    cache.data(0x40000, false); // way 0 again: 0x10000 goes, way 1 is still free
    assert.deepEqual(
      [0x20000, 0x30000, 0x40000].map((address) => cache.data(address, true)),
      [0, 0, 0],
    );
    assert.equal(cache.data(0x10000, true), 5);
  });

  it('agrees with an independent model over 200,000 loads and stores', () => {
    const cache = new GoldfishDataCache();
    const expected = independentModel();
    const next = numbers(926);
    for (let i = 0; i < 200_000; i++) {
      const high = next(2) === 0 ? 0xff000000 : 0;
      const address = high + next(0x8000);
      const write = next(3) === 0;
      assert.equal(
        cache.data(address | 0, write),
        expected(address, write),
        `access ${i} at 0x${address.toString(16)}`,
      );
    }
  });

  it('is asked by virtual address: two names of one page are two lines', () => {
    const { machine } = machineWith([0xe5914000, 0xe5924000, 0xe5914000, 0xe5924000], MODEL);
    // Sections 0 and 1 both lead to physical megabyte 0.
    put(machine, 0x4000, [0x00000c02, 0x00000c02]);
    machine.cpu.setCp15('ttbr', 0x4000);
    machine.cpu.setCp15('dacr', 1);
    machine.cpu.setCp15('control', 0x50079);
    machine.cpu.setRegister(1, DATA);
    machine.cpu.setRegister(2, DATA + 0x100000);
    machine.run(2);
    assert.equal(machine.ticks, 62);
    machine.run(2);
    assert.equal(machine.ticks, 64);
  });

  it('counts devices too; a device sees the ticks of the instruction and the penalties before it, not that of its own access', () => {
    // ldr r4, [r1]; ldr r4, [r1]; ldmia r1, {r4, r5}; str r4, [r2]; str r4, [r2]
    const { machine, bus } = machineWith([0xe5914000, 0xe5914000, 0xe8910030, 0xe5824000, 0xe5824000], MODEL);
    machine.cpu.setRegister(1, DEVICE + 0x1c);
    machine.cpu.setRegister(2, DEVICE + 0x100);
    machine.run(5);
    assert.deepEqual(
      bus.log.map(({ what, ticks }) => [what, ticks]),
      [
        ['read4 ff00001c', 1],
        ['read4 ff00001c', 32],
        ['read4 ff00001c', 34],
        ['read4 ff000020', 34],
        // the second word of the LDM missed; the value to be stored was loaded by it, but STR does not ask for Rd
        ['write4 ff000100 1c', 65],
        ['write4 ff000100 1c', 71],
      ],
    );
    assert.equal(machine.ticks, 76);
  });

  it('an interrupt that becomes due during a miss is taken at the next boundary', () => {
    const { machine, bus } = machineWith([0xe5914000, 0xe1a00000], MODEL);
    machine.cpu.setRegister(1, DATA);
    machine.cpu.setCpsr(0x53);
    bus.nextEventTicks = 20;
    bus.onService = (self) => {
      self.nextEventTicks = Infinity;
      self.irqAsserted = true;
    };
    machine.run(1);
    assert.equal(machine.ticks, 31);
    machine.run(1);
    assert.deepEqual(
      bus.log.map(({ what, ticks }) => [what, ticks]),
      [['service', 31]],
    );
    assert.equal(machine.cpu.mode, 'irq');
  });

  it('an access that aborts adds nothing', () => {
    const { machine } = machineWith([0xe5914000], MODEL);
    machine.cpu.setRegister(1, 0x90000000);
    machine.run(1);
    assert.equal(machine.cpu.mode, 'abt');
    assert.equal(machine.ticks, 1);
  });

  it('sees Thumb loads and stores', () => {
    const { machine } = machineWith([], MODEL);
    putHalves(machine, CODE, [0x680c, 0x600c, 0xb430]); // ldr r4, [r1]; str r4, [r1] (waits 1); push {r4, r5}
    machine.cpu.setCpsr(0xf3);
    machine.cpu.setRegister(1, DATA);
    machine.cpu.setRegister(13, DATA + 0x1000);
    machine.run(1);
    assert.equal(machine.ticks, 31);
    machine.run(1);
    assert.equal(machine.ticks, 33);
    machine.run(1);
    assert.equal(machine.ticks, 33 + 2 + 10);
  });

  describe('in snapshots', () => {
    /** ldr r4, [r1, r2]; add r2, r2, #0x410; bic r2, r2, #0x18000; str r2, [r3, r2, lsr #2]; b: misses and hits for ever. */
    const WALKER = [0xe7914002, 0xe2822e41, 0xe3c22906, 0xe7832122, 0xeafffffa];
    const walker = (): TestMachine => {
      const made = machineWith(WALKER, MODEL);
      made.machine.cpu.setRegister(1, DATA);
      made.machine.cpu.setRegister(3, DATA + 0x40000);
      return made;
    };

    it('a restored machine, the same or a new one, goes on with equal ticks', () => {
      const { machine } = walker();
      machine.run(1237);
      const snapshot = structuredClone(machine.snapshot());
      machine.run(5000);
      const end = machine.snapshot();
      machine.restore(snapshot);
      machine.run(5000);
      assert.deepEqual(machine.snapshot(), end);
      const other = walker().machine;
      other.run(77);
      other.restore(snapshot);
      other.run(5000);
      assert.equal(other.ticks, machine.ticks);
      assert.deepEqual(other.snapshot(), end);
    });

    it('ticks do not depend on where runs are cut', () => {
      const whole = walker().machine;
      const pieces = walker().machine;
      whole.run(3000);
      for (let done = 0; done < 3000; done += 3) pieces.run(3);
      assert.equal(pieces.ticks, whole.ticks);
      assert.ok(whole.ticks > 3000 * 5);
    });

    it('a snapshot with ticks of another model is refused', () => {
      const snapshot = machineWith([]).machine.snapshot();
      assert.throws(() => walker().machine.restore(snapshot), /tick model "goldfish"; .* "goldfish-dcache"/);
    });
  });

  it('forgets everything when the machine is booted again', () => {
    const { machine } = machineWith([0xe5914000], MODEL);
    machine.cpu.setRegister(1, DATA);
    machine.run(1);
    const first = machine.ticks;
    machine.boot({ entry: CODE });
    machine.cpu.setRegister(1, DATA);
    machine.run(1);
    assert.equal(machine.ticks - first, 31);
  });
});
