/**
 * The data cache of the goldfish emulator's trace facility (goldfish.md B5) and the model that adds it to the static
 * ticks. Only tags, by virtual address, for timing: no data is kept, and nothing ever empties it (no CP15 operation, no
 * change of address space). Devices are cached like memory. Not the cache of the chip.
 */
import { createGoldfishModel } from './goldfish';
import type { TickModel, TickObserver } from './model';

/** goldfish.md B5: geometry, and the defaults of -dcache_load_miss and -dcache_store_miss. */
export const DATA_CACHE = { WAYS: 4, ROWS: 128, LINE_SHIFT: 5, LOAD_MISS_TICKS: 30, STORE_MISS_TICKS: 5 } as const;
/** The replacement that makes the way pointer advance once more. */
const EXTRA_ADVANCE_EVERY = 13;
/** No line: tags of real addresses have 27 bits. */
const NO_TAG = -1;

interface DataCacheState {
  readonly tags: Int32Array;
  readonly pointer: number;
  /** Replacements since the pointer last advanced twice. */
  readonly replacements: number;
}

export class GoldfishDataCache implements TickObserver {
  /** The ways of row 0, those of row 1, ... */
  private readonly tags = new Int32Array(DATA_CACHE.ROWS * DATA_CACHE.WAYS);
  /** Way that the next miss replaces, whatever its row and whether or not the row has a free one. */
  private pointer = 0;
  private replacements = 0;

  constructor() {
    this.reset();
  }

  reset(): void {
    this.tags.fill(NO_TAG);
    this.pointer = 0;
    this.replacements = 0;
  }

  /** A load that misses brings its line in; a store that misses does not. */
  data(virtual: number, write: boolean): number {
    const { tags } = this;
    const tag = virtual >>> DATA_CACHE.LINE_SHIFT;
    const row = (tag & (DATA_CACHE.ROWS - 1)) * DATA_CACHE.WAYS;
    if (tags[row] === tag || tags[row + 1] === tag || tags[row + 2] === tag || tags[row + 3] === tag) return 0;
    if (write) return DATA_CACHE.STORE_MISS_TICKS;
    tags[row + this.pointer] = tag;
    this.replacements++;
    const steps = this.replacements === EXTRA_ADVANCE_EVERY ? 2 : 1;
    if (steps === 2) this.replacements = 0;
    this.pointer = (this.pointer + steps) % DATA_CACHE.WAYS;
    return DATA_CACHE.LOAD_MISS_TICKS;
  }

  capture(): DataCacheState {
    return { tags: this.tags.slice(), pointer: this.pointer, replacements: this.replacements };
  }

  restore(state: unknown): void {
    const { tags, pointer, replacements } = state as DataCacheState;
    this.tags.set(tags);
    this.pointer = pointer;
    this.replacements = replacements;
  }
}

export function createGoldfishDataCacheModel(): TickModel {
  return { ...createGoldfishModel(), name: 'goldfish-dcache', observer: new GoldfishDataCache() };
}
