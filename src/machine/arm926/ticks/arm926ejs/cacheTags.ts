/**
 * The tags of one cache of the ARM926EJ-S: set-associative by modified virtual address, two dirty bits per line, lockdown
 * by way. Timing only: no data is kept. The sizes come from parameters.ts.
 */
import { PARAMETERS } from './parameters';

const VALID = 1;
/** Dirty bits of the two halves of a line. */
const DIRTY = [2, 4] as const;
const HALVES = DIRTY[0] | DIRTY[1];
const LINE_SHIFT = 31 - Math.clz32(PARAMETERS.cacheLine.value);
const HALF_SHIFT = LINE_SHIFT - 1;
const WAYS = PARAMETERS.cacheWays.value;
/** Start of the shift register for pseudo-random replacement (taps 16, 14, 13, 11, which give the longest cycle). */
const SEED = 0xace1;

export interface CacheTagsState {
  readonly tags: Int32Array;
  readonly flags: Uint8Array;
  readonly random: number;
  readonly robin: number;
}

export class CacheTags {
  private readonly sets: number;
  private readonly tags: Int32Array;
  private readonly flags: Uint8Array;
  private random = SEED;
  private robin = 0;

  constructor(bytes: number) {
    this.sets = bytes / (WAYS * PARAMETERS.cacheLine.value);
    this.tags = new Int32Array(this.sets * WAYS);
    this.flags = new Uint8Array(this.sets * WAYS);
  }

  reset(): void {
    this.invalidateAll();
    this.random = SEED;
    this.robin = 0;
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

  /** Place of a line by the set and way that a CP15 operation gives (ARM DDI 0198D table 2-19). */
  bySetAndWay(value: number): number {
    return ((value >>> LINE_SHIFT) & (this.sets - 1)) * WAYS + (value >>> 30);
  }

  /**
   * Makes place for the line of `mva`. Gives the number of dirty halves that it drove out. `locked`: one bit per way
   * that may not be taken; `roundRobin`: SCTLR.RR.
   */
  allocate(mva: number, locked: number, roundRobin: boolean): number {
    const line = mva >>> LINE_SHIFT;
    const first = (line & (this.sets - 1)) * WAYS;
    const open = ~locked & ((1 << WAYS) - 1);
    if (open === 0) return 0;
    let way = 0;
    while (way < WAYS && ((open & (1 << way)) === 0 || (this.flags[first + way]! & VALID) !== 0)) way++;
    if (way === WAYS) {
      way = roundRobin ? this.nextRobin() : this.nextRandom();
      while ((open & (1 << way)) === 0) way = (way + 1) % WAYS;
    }
    const place = first + way;
    const dirty = this.dirtyHalves(place);
    this.tags[place] = line;
    this.flags[place] = VALID;
    return dirty;
  }

  markDirty(place: number, mva: number): void {
    this.flags[place]! |= DIRTY[(mva >>> HALF_SHIFT) & 1]!;
  }

  private dirtyHalves(place: number): number {
    const flags = this.flags[place]!;
    return ((flags >>> 1) & 1) + ((flags >>> 2) & 1);
  }

  /** Cleans a line; gives how many halves have to be written. Nothing for place -1. */
  clean(place: number): number {
    if (place < 0) return 0;
    const dirty = this.dirtyHalves(place);
    this.flags[place]! &= ~HALVES;
    return dirty;
  }

  invalidate(place: number): void {
    if (place >= 0) this.flags[place] = 0;
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
    return { tags: this.tags.slice(), flags: this.flags.slice(), random: this.random, robin: this.robin };
  }

  restore(state: CacheTagsState): void {
    this.tags.set(state.tags);
    this.flags.set(state.flags);
    this.random = state.random;
    this.robin = state.robin;
  }
}
