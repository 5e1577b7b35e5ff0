/**
 * The tags of one cache of the ARM926EJ-S: set-associative by modified virtual address, two dirty bits per line, lockdown
 * by way, replacement. No data and no time: those who use it (caches with data, tags for counting, the tick model) add them.
 */
import { HALF_BYTES, LINE_BYTES, LINE_SHIFT, WAYS, setsOf } from './geometry';

const VALID = 1;
/** Dirty bits of the two halves of a line. */
const DIRTY = [2, 4] as const;
const HALVES = DIRTY[0] | DIRTY[1];
/** Start of the shift register for pseudo-random replacement (taps 16, 14, 13, 11, which give the longest cycle). */
const SEED = 0xace1;

export interface CacheTagsState {
  readonly tags: Int32Array;
  readonly flags: Uint8Array;
  readonly random: number;
  readonly robin: number;
  readonly hits: number;
  readonly misses: number;
}

export class CacheTags {
  readonly sets: number;
  private readonly tags: Int32Array;
  private readonly flags: Uint8Array;
  private random = SEED;
  private robin = 0;
  hits = 0;
  misses = 0;

  constructor(bytes: number) {
    this.sets = setsOf(bytes);
    this.tags = new Int32Array(this.sets * WAYS);
    this.flags = new Uint8Array(this.sets * WAYS);
  }

  reset(): void {
    this.invalidateAll();
    this.random = SEED;
    this.robin = 0;
    this.hits = this.misses = 0;
  }

  invalidateAll(): void {
    this.flags.fill(0);
  }

  /** Place of the line that holds `mva`, or -1. */
  find(mva: number): number {
    const line = mva >>> LINE_SHIFT;
    const first = (line & (this.sets - 1)) * WAYS;
    for (let place = first; place < first + WAYS; place++) {
      if (this.tags[place] === line && (this.flags[place]! & VALID) !== 0) return place;
    }
    return -1;
  }

  /** The same for an access, which is counted. */
  lookUp(mva: number): number {
    const place = this.find(mva);
    if (place < 0) this.misses++;
    else this.hits++;
    return place;
  }

  /** Place of a line by the set and way that a CP15 operation gives (ARM DDI 0198D table 2-19). */
  bySetAndWay(value: number): number {
    return ((value >>> LINE_SHIFT) & (this.sets - 1)) * WAYS + (value >>> 30);
  }

  /**
   * The place that the line of `mva` will take, -1 when all ways are locked. `locked`: one bit per way that may not be
   * taken; `roundRobin`: SCTLR.RR. The replacement moves on.
   */
  victim(mva: number, locked: number, roundRobin: boolean): number {
    const first = ((mva >>> LINE_SHIFT) & (this.sets - 1)) * WAYS;
    const open = ~locked & ((1 << WAYS) - 1);
    if (open === 0) return -1;
    let way = 0;
    while (way < WAYS && ((open & (1 << way)) === 0 || (this.flags[first + way]! & VALID) !== 0)) way++;
    if (way === WAYS) {
      way = roundRobin ? this.nextRobin() : this.nextRandom();
      while ((open & (1 << way)) === 0) way = (way + 1) % WAYS;
    }
    return first + way;
  }

  /** The line of `mva`, clean, is at `place` from now on. */
  enter(place: number, mva: number): void {
    this.tags[place] = mva >>> LINE_SHIFT;
    this.flags[place] = VALID;
  }

  isValid(place: number): boolean {
    return (this.flags[place]! & VALID) !== 0;
  }

  /** Modified virtual address of the first byte of a line. */
  addressOf(place: number): number {
    return (this.tags[place]! << LINE_SHIFT) >>> 0;
  }

  markDirty(place: number, mva: number): void {
    this.flags[place]! |= DIRTY[(mva & (LINE_BYTES - 1)) < HALF_BYTES ? 0 : 1];
  }

  /** Dirty halves of a line: 1 for the lower, 2 for the upper. Never of a line that is not valid. */
  dirtyHalves(place: number): number {
    return this.flags[place]! >>> 1;
  }

  markClean(place: number): void {
    this.flags[place]! &= ~HALVES;
  }

  invalidate(place: number): void {
    if (place >= 0) this.flags[place] = 0;
  }

  /** First place at or after `from` whose line is dirty; -1 when there is none. */
  nextDirty(from: number): number {
    for (let place = from; place < this.flags.length; place++) if ((this.flags[place]! & HALVES) !== 0) return place;
    return -1;
  }

  /** Number of places, for operations on all lines. */
  get places(): number {
    return this.tags.length;
  }

  private nextRobin(): number {
    const way = this.robin;
    this.robin = (this.robin + 1) % WAYS;
    return way;
  }

  private nextRandom(): number {
    const r = this.random;
    const bit = (r ^ (r >>> 2) ^ (r >>> 3) ^ (r >>> 5)) & 1;
    this.random = (r >>> 1) | (bit << 15);
    return this.random % WAYS;
  }

  capture(): CacheTagsState {
    const { random, robin, hits, misses } = this;
    return { tags: this.tags.slice(), flags: this.flags.slice(), random, robin, hits, misses };
  }

  restore(state: CacheTagsState): void {
    this.tags.set(state.tags);
    this.flags.set(state.flags);
    ({ random: this.random, robin: this.robin, hits: this.hits, misses: this.misses } = state);
  }
}
