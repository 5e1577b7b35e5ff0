/**
 * What translated code knows of the caches: direct-mapped by virtual address, lines of which an access is a hit that changes nothing but a
 * count, and half lines to which a store is one, or misses. An address that is not here says nothing; whoever comes upon it asks tagCaches.ts. In the
 * machine's memory, and no machine state.
 */
import { HINTS } from '../layout';
import { HALF_BYTES, LINE_BYTES, LINE_SHIFT } from './geometry';

/** No line: their low bits are 0. */
const NONE = -1;
/** Low bits of a hint for stores: the half line is dirty, or its line is not in the cache. */
export const STORE_HITS = 1;
export const STORE_MISSES = 2;

const HALF_SHIFT = LINE_SHIFT - 1;
const [LINE_MASK, HALF_MASK] = [-LINE_BYTES, -HALF_BYTES];

interface Place {
  readonly OFFSET: number;
  readonly WORDS: number;
}

const wordsAt = (memory: Int32Array, { OFFSET, WORDS }: Place): Int32Array =>
  memory.subarray(OFFSET >>> 2, (OFFSET >>> 2) + WORDS).fill(NONE);

/** Lines of one cache, by virtual addresses, as code has them. */
export interface LineHints {
  /** Nothing is known any more of the line that holds a virtual address. */
  forget(virtual: number): void;
  forgetAll(): void;
}

export class FetchHints implements LineHints {
  private readonly lines: Int32Array;

  /** `memory`: the machine's memory as words. */
  constructor(memory: Int32Array) {
    this.lines = wordsAt(memory, HINTS.FETCHES);
  }

  has(virtual: number): boolean {
    return this.lines[(virtual >>> LINE_SHIFT) & (HINTS.FETCHES.WORDS - 1)] === (virtual & LINE_MASK);
  }

  fetchHits(virtual: number): void {
    this.lines[(virtual >>> LINE_SHIFT) & (HINTS.FETCHES.WORDS - 1)] = virtual & LINE_MASK;
  }

  forget(virtual: number): void {
    const index = (virtual >>> LINE_SHIFT) & (HINTS.FETCHES.WORDS - 1);
    if (this.lines[index] === (virtual & LINE_MASK)) this.lines[index] = NONE;
  }

  forgetAll(): void {
    this.lines.fill(NONE);
  }
}

export class DataHints implements LineHints {
  private readonly lines: Int32Array;
  private readonly halves: Int32Array;

  /** `memory`: the machine's memory as words. */
  constructor(memory: Int32Array) {
    this.lines = wordsAt(memory, HINTS.LOADS);
    this.halves = wordsAt(memory, HINTS.STORES);
  }

  /** Of loads. */
  has(virtual: number): boolean {
    return this.lines[(virtual >>> LINE_SHIFT) & (HINTS.LOADS.WORDS - 1)] === (virtual & LINE_MASK);
  }

  loadHits(virtual: number): void {
    this.lines[(virtual >>> LINE_SHIFT) & (HINTS.LOADS.WORDS - 1)] = virtual & LINE_MASK;
  }

  /** The half line is dirty. */
  storeHits(virtual: number): void {
    this.halves[(virtual >>> HALF_SHIFT) & (HINTS.STORES.WORDS - 1)] = (virtual & HALF_MASK) | STORE_HITS;
  }

  /** The line is not in the cache. */
  storesMiss(virtual: number): void {
    const { halves } = this;
    const line = virtual & LINE_MASK;
    const half = (line >>> HALF_SHIFT) & (HINTS.STORES.WORDS - 1);
    halves[half] = line | STORE_MISSES;
    halves[half + 1] = line | HALF_BYTES | STORE_MISSES;
  }

  forget(virtual: number): void {
    const line = virtual & LINE_MASK;
    const index = (virtual >>> LINE_SHIFT) & (HINTS.LOADS.WORDS - 1);
    if (this.lines[index] === line) this.lines[index] = NONE;
    const { halves } = this;
    const half = (line >>> HALF_SHIFT) & (HINTS.STORES.WORDS - 1);
    if ((halves[half]! & HALF_MASK) === line) halves[half] = NONE;
    if ((halves[half + 1]! & HALF_MASK) === (line | HALF_BYTES)) halves[half + 1] = NONE;
  }

  forgetAll(): void {
    this.lines.fill(NONE);
    this.halves.fill(NONE);
  }
}
