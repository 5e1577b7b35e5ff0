import assert from 'node:assert/strict';
import type { Machine } from '../../../src/machine/machine';
import type { CacheLine, CacheMode } from '../../../src/machine/types';
import {
  BUFFERED,
  CLEAN_LINE,
  D_CACHE,
  DRAIN,
  FRAMES,
  HOME,
  I_CACHE,
  MMU,
  ROUND_ROBIN,
  TEST_AND_CLEAN,
  TEST_CLEAN_INVALIDATE,
  THROUGH,
  UNCACHED,
  cacheMachine,
  load,
  memory,
  operation,
  step,
  store,
  write,
} from './cacheMachine';
import { CODE, machineWith, put } from './testMachine';

const D_LOCKDOWN = [9, 0, 0] as const;
/** Addresses this far apart are in one set of a 16 KB cache. */
const SAME_SET = 0x1000;
const READ_TYPE = 0xee100f30; // mrc p15, 0, r0, c0, c0, 1
const setWay = (set: number, way: number): number => (way << 30) | (set << 5);

const dataLines = (machine: Machine): readonly CacheLine[] => machine.caches!.data.lines();
const cached = (machine: Machine, address: number): CacheLine | undefined =>
  dataLines(machine).find(({ modifiedVirtualAddress: at }) => at === address);

describe('The caches', () => {
  it('have the asked sizes, and the cache type register tells them', () => {
    const machine = cacheMachine({ cacheSizes: { instructionBytes: 0x2000, dataBytes: 0x20000 } });
    const { instruction, data } = machine.caches!;
    assert.deepEqual([instruction.bytes, instruction.sets, instruction.ways], [0x2000, 64, 4]);
    assert.deepEqual([data.bytes, data.sets, data.lineBytes], [0x20000, 1024, 32]);
    assert.equal(step(machine, READ_TYPE), 0x1d212112);
    assert.equal(step(cacheMachine(), READ_TYPE), 0x1d152152);
    const without = cacheMachine({ cache: 'off', cacheSizes: { instructionBytes: 0x8000, dataBytes: undefined } });
    assert.equal(without.caches, undefined);
    assert.equal(step(without, READ_TYPE), 0x1d152192);
  });

  it('refuse sizes and modes that are not there', () => {
    for (const dataBytes of [0x800, 0x3000, 0x40000, NaN]) {
      assert.throws(() => cacheMachine({ cacheSizes: { dataBytes } }), /not a power of two from 4096 to 131072/);
    }
    assert.throws(
      () => machineWith([], { cache: 'some' as CacheMode }),
      /"some" is not available; available: off, timing, coherence/,
    );
  });

  for (const cache of ['timing', 'coherence'] as const) {
    it(`${cache}: a load brings its line in, a store that misses does not`, () => {
      const machine = cacheMachine({ cache });
      store(machine, HOME + 0x40, 1);
      assert.equal(cached(machine, HOME + 0x40), undefined);
      assert.equal(load(machine, HOME + 0x5c), 0);
      assert.deepEqual(cached(machine, HOME + 0x40)!.dirty, [false, false]);
      assert.equal(load(machine, HOME + 0x40), 1);
      const { hits, misses } = machine.caches!.data;
      assert.deepEqual([hits, misses], [1, 2]);
    });

    it(`${cache}: a write-back line is dirty by halves, a write-through line never`, () => {
      const machine = cacheMachine({ cache });
      for (const base of [HOME, THROUGH]) {
        load(machine, base + 0x40);
        store(machine, base + 0x50, 1);
        const line = cached(machine, base + 0x40)!;
        assert.deepEqual(line.dirty, [false, base === HOME]);
        operation(machine, ...CLEAN_LINE, base + 0x40);
        assert.deepEqual(cached(machine, base + 0x40)!.dirty, [false, false]);
      }
    });

    it(`${cache}: test-and-clean cleans a line at each turn and says when none is dirty; with invalidate all then goes`, () => {
      const machine = cacheMachine({ cache });
      const dirty = (): void => {
        for (const at of [0, 0x20, 0x400]) {
          load(machine, HOME + at);
          store(machine, HOME + at, at + 1);
        }
      };
      dirty();
      assert.deepEqual(
        [1, 2, 3, 4].map(() => step(machine, TEST_AND_CLEAN) >>> 30),
        [0, 0, 1, 1],
      );
      assert.equal(dataLines(machine).length, 3);
      dirty();
      assert.deepEqual(
        [1, 2].map(() => step(machine, TEST_CLEAN_INVALIDATE) >>> 30),
        [0, 0],
      );
      assert.equal(dataLines(machine).length, 3);
      assert.equal(step(machine, TEST_CLEAN_INVALIDATE) >>> 30, 1);
      assert.equal(dataLines(machine).length, 0);
      assert.equal(load(machine, UNCACHED + 0x400), 0x401);
    });

    it(`${cache}: locked ways take no new lines and keep those that they have`, () => {
      const machine = cacheMachine({ cache });
      write(machine, ...D_LOCKDOWN, 0b1110);
      load(machine, HOME);
      write(machine, ...D_LOCKDOWN, 0b0001);
      assert.equal(machine.caches!.data.lockedWays, 1);
      for (let i = 1; i <= 12; i++) load(machine, HOME + i * SAME_SET);
      assert.deepEqual([cached(machine, HOME)!.set, cached(machine, HOME)!.way], [0, 0]);
      write(machine, ...D_LOCKDOWN, 0b1111);
      load(machine, HOME + 13 * SAME_SET);
      assert.equal(cached(machine, HOME + 13 * SAME_SET), undefined, 'with all ways locked it is read from memory');
    });

    it(`${cache}: lines are replaced in turn with SCTLR.RR, else pseudo-randomly and the same in every run`, () => {
      const ways = (control: number): (number | undefined)[] => {
        const machine = cacheMachine({ cache }, MMU | D_CACHE | I_CACHE | control);
        return Array.from({ length: 12 }, (_, i) => {
          load(machine, HOME + i * SAME_SET);
          return cached(machine, HOME + i * SAME_SET)!.way;
        });
      };
      assert.deepEqual(ways(ROUND_ROBIN), [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
      assert.deepEqual(ways(0).slice(0, 4), [0, 1, 2, 3]);
      assert.deepEqual(ways(0), ways(0));
      assert.notDeepEqual(ways(0), ways(ROUND_ROBIN));
    });

    it(`${cache}: operations by set and way reach the line there`, () => {
      const machine = cacheMachine({ cache });
      for (const at of [0x40, 0x40 + SAME_SET]) {
        load(machine, HOME + at);
        store(machine, HOME + at, 1);
      }
      operation(machine, 10, 2, setWay(2, 1));
      assert.deepEqual(
        dataLines(machine).map(({ way, dirty }) => [way, dirty[0]]),
        [
          [0, true],
          [1, false],
        ],
      );
      operation(machine, 14, 2, setWay(2, 0));
      operation(machine, 6, 2, setWay(2, 1));
      assert.deepEqual(dataLines(machine), []);
      operation(machine, ...DRAIN);
      assert.equal(load(machine, UNCACHED + 0x40), 1);
    });

    it(`${cache}: nothing is cached with SCTLR.C or I clear; with the MMU off only code is`, () => {
      const without = cacheMachine({ cache }, MMU);
      load(without, HOME);
      assert.deepEqual([without.caches!.data.misses, without.caches!.instruction.misses], [0, 0]);
      const unmapped = cacheMachine({ cache }, D_CACHE | I_CACHE);
      load(unmapped, FRAMES);
      assert.equal(unmapped.caches!.data.misses, 0);
      assert.equal(unmapped.caches!.instruction.lines()[0]!.modifiedVirtualAddress, CODE);
    });

    it(`${cache}: an I line can be fetched ahead`, () => {
      const machine = cacheMachine({ cache });
      operation(machine, 13, 1, HOME + 0x80);
      const lines = machine.caches!.instruction.lines().map(({ modifiedVirtualAddress }) => modifiedVirtualAddress);
      assert.ok(lines.includes(HOME + 0x80));
    });
  }

  it('a prefetch whose page is not there sets IFSR and aborts nothing', () => {
    const machine = cacheMachine();
    operation(machine, 13, 1, 0x70000000);
    assert.equal(machine.cpu.mode, 'svc');
    assert.equal(machine.cpu.getCp15().ifsr, 0x05);
  });

  it('a write-through store is in the line at once and in memory after the write buffer', () => {
    const machine = cacheMachine();
    load(machine, THROUGH + 0x40);
    store(machine, THROUGH + 0x40, 5);
    assert.equal(memory(machine, FRAMES + 0x40), 0);
    assert.equal(cached(machine, THROUGH + 0x40)!.data![0], 5);
    operation(machine, ...DRAIN);
    assert.equal(memory(machine, FRAMES + 0x40), 5);
  });

  it('the write buffer holds four addresses or sixteen words, and empties before an uncached read', () => {
    const machine = cacheMachine();
    // mov r2, #1; then five stores 64 bytes apart: str r2, [r1, #n]
    put(machine, CODE, [0xe3a02001, ...[0, 64, 128, 192, 256].map((n) => 0xe5812000 | n)]);
    load(machine, CODE + 0x20); // its line and those of the code are another matter
    put(machine, CODE, [0xe3a02001]);
    machine.cpu.setRegister(15, CODE);
    machine.cpu.setRegister(1, BUFFERED);
    machine.run(6);
    const inMemory = (): number[] => [0, 64, 128, 192, 256].map((n) => memory(machine, FRAMES + n));
    assert.deepEqual(inMemory(), [1, 0, 0, 0, 0]);
    assert.equal(load(machine, UNCACHED + 256), 1);
    assert.deepEqual(inMemory(), [1, 1, 1, 1, 1]);
  });

  it('goldfish ticks are the same with caches as without, wherever the run is cut', () => {
    // A loop with loads, interlocks, conditions, a call and a Thumb stretch.
    const program = [
      0xe5910000, 0xe0800000, 0xe2522001, 0x05910004, 0xe0030392, 0xeb000001, 0x1afffff8, 0xeafffff6, 0xe59f1014,
      0xe28fc001, 0xe12fff1c,
    ];
    const run = (cache: CacheMode, tickModel: 'goldfish' | 'goldfish-dcache', slice: number): number[] => {
      const machine = cacheMachine({ cache, tickModel });
      put(machine, CODE, program);
      put(machine, CODE + 44, [0x68086809, 0x18403001, 0x46c0e000, 0x47701c00]);
      machine.cpu.setRegister(15, CODE);
      machine.cpu.setRegister(1, HOME);
      machine.cpu.setRegister(2, 9);
      const ticks: number[] = [];
      for (let left = 600; left > 0; left -= slice) {
        machine.run(slice);
        if (left % 60 === 0) ticks.push(machine.ticks);
      }
      return [...ticks, machine.ticks, machine.cpu.getRegister(15), machine.cpu.getCpsr()];
    };
    for (const model of ['goldfish', 'goldfish-dcache'] as const) {
      const plain = run('off', model, 60);
      assert.deepEqual(run('timing', model, 60), plain);
      assert.deepEqual(run('coherence', model, 60), plain);
      assert.deepEqual(run('coherence', model, 1).at(-3), plain.at(-3));
    }
  });

  it('breakpoints leave no trace in the caches', () => {
    const run = (armed: readonly number[]): unknown => {
      const machine = cacheMachine();
      put(machine, CODE, [0xe5910000, 0xe2811020, 0xe5810000, 0xeafffffb]);
      machine.cpu.setRegister(15, CODE);
      machine.cpu.setRegister(1, HOME);
      machine.setBreakpoints(armed);
      while (machine.instructionCount < 2000) machine.run(2000 - machine.instructionCount);
      const { caches, ticks } = machine;
      return [caches!.instruction.hits, caches!.instruction.misses, caches!.data.lines(), ticks];
    };
    assert.deepEqual(run([CODE + 4, CODE + 12]), run([]));
  });

  it('the tick model of the chip goes on with either cache mode and either TLB', () => {
    for (const tlb of ['fast', 'arm926'] as const) {
      const ticks = (['off', 'timing', 'coherence'] as const).map((cache) => {
        const machine = cacheMachine({ cache, tlb, tickModel: 'arm926ejs' });
        put(machine, CODE, [0xe5910000, 0xe2811e21, 0xe5810000, 0xeafffffb]);
        machine.cpu.setRegister(15, CODE);
        machine.cpu.setRegister(1, HOME);
        machine.run(1000);
        return machine.ticks;
      });
      assert.deepEqual([ticks[1], ticks[2]], [ticks[0], ticks[0]]);
    }
  });
});
