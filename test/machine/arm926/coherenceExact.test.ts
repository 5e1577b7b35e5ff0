/**
 * The coherence check against a machine without caches, in lockstep: the plain machine reads what the most recent store wrote, so a
 * load differs from it exactly when a stale read is reported. Random accesses through all aliases, random maintenance, two
 * address spaces, device reads and writes.
 */
import assert from 'node:assert/strict';
import type { CacheMode } from '../../../src/machine/types';
import {
  ALIAS,
  BUFFERED,
  FRAMES,
  HOME,
  L1,
  OTHER_FRAMES,
  OTHER_L1,
  TEST_AND_CLEAN,
  TEST_CLEAN_INVALIDATE,
  THROUGH,
  UNCACHED,
  step,
  withHost,
} from './cacheMachine';
import type { TestMachine } from './testMachine';

const MAPPINGS = [HOME, ALIAS, THROUGH, BUFFERED, UNCACHED];
/** Lines that share sets with others and lines that do not. */
const OFFSETS = [0, 0x20, 0x1000, 0x2000, 0x3000, 0x4000, 0x5000];
const LOADS = [0xe5910000, 0xe5d10000, 0xe1d100b0];
const STORES = [0xe5810000, 0xe5c10000, 0xe1c100b0];
const STEPS = 4000;

/** Numerical Recipes' linear congruential generator; the high bits are used. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const stale = ({ machine }: TestMachine): number => machine.coherenceReports.reduce((sum, { count }) => sum + count, 0);

/** The operations of c7 that a program may use, as instructions on r0. */
const MAINTENANCE = [
  [6, 1],
  [10, 1],
  [14, 1],
  [10, 4],
  [14, 2],
  [6, 2],
].map(([crm, op2]) => (0xee070f10 | (op2! << 5) | crm!) >>> 0);

function compare(seed: number): { loads: number; differing: number } {
  const next = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const make = (cache: CacheMode): TestMachine => withHost({ cache });
  const [plain, cached] = [make('off'), make('coherence')];
  const both = (instruction: number, r0: number, r1: number): readonly [number, number] => [
    step(plain.machine, instruction, r0, r1),
    step(cached.machine, instruction, r0, r1),
  ];
  let differing = 0;
  let loads = 0;
  for (let i = 0; i < STEPS; i++) {
    const width = next(3);
    const within = width === 0 ? next(8) * 4 : width === 1 ? next(32) : next(16) * 2;
    const address = pick(MAPPINGS) + pick(OFFSETS) + within;
    const before = stale(cached);
    const kind = next(100);
    if (kind < 45) {
      const [right, read] = both(LOADS[width]!, 0, address);
      loads++;
      if (right !== read) differing++;
      assert.equal(
        stale(cached) - before,
        right === read ? 0 : 1,
        `step ${i}: ${read} for ${right} at ${address.toString(16)}`,
      );
    } else if (kind < 85) {
      both(STORES[width]!, next(0x7fffffff), address);
    } else if (kind < 93) {
      both(pick(MAINTENANCE), address & ~31, 0);
    } else if (kind < 95) {
      const instruction = pick([TEST_AND_CLEAN, TEST_CLEAN_INVALIDATE]);
      step(cached.machine, instruction);
    } else if (kind < 97) {
      both(0xee020f10, pick([L1, OTHER_L1]), 0);
      both(0xee080f17, 0, 0);
    } else {
      const physical = pick([FRAMES, OTHER_FRAMES]) + pick(OFFSETS) + (within & ~3);
      if (kind === 97) {
        const bytes = Uint8Array.from({ length: 8 }, () => next(256));
        for (const { host } of [plain, cached]) assert.ok(host.writePhysical(physical, bytes));
      } else {
        const [right, read] = [plain, cached].map(({ host }) => host.readPhysical(physical, 4));
        assert.equal(stale(cached) - before > 0, String(right) !== String(read), `step ${i}: device read`);
      }
    }
  }
  return { loads, differing };
}

describe('The coherence check, in lockstep with a machine without caches', () => {
  it('reports a read exactly when its value is not what was stored last', function () {
    this.timeout(60_000);
    for (const seed of [1, 2, 3]) {
      const { loads, differing } = compare(seed);
      assert.ok(differing > loads / 50 && differing < loads / 2, `${differing} of ${loads} loads were stale`);
    }
  });
});
