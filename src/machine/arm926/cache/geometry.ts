/**
 * The geometry of the two caches: four ways of 32-byte lines as in every ARM926EJ-S, sizes as the machine is asked for
 * (ARM DDI 0198D 4.1). The one place that knows it, for caches with data, for tags and for the tick model.
 */
import type { CacheSizes } from '../../types';
import { PARAMETERS } from '../ticks/arm926ejs/parameters';

export const LINE_BYTES = PARAMETERS.cacheLine.value;
export const LINE_SHIFT = 31 - Math.clz32(LINE_BYTES);
export const HALF_BYTES = LINE_BYTES / 2;
export const WAYS = PARAMETERS.cacheWays.value;

export const DEFAULT_SIZES: CacheSizes = {
  instructionBytes: PARAMETERS.instructionCache.value,
  dataBytes: PARAMETERS.dataCache.value,
};
const LEAST_BYTES = 0x1000;
const MOST_BYTES = 0x20000;

/** Both sizes, or an error that says what a size can be. */
export function cacheSizes(asked: Partial<CacheSizes> = {}): CacheSizes {
  const sizes: CacheSizes = {
    instructionBytes: asked.instructionBytes ?? DEFAULT_SIZES.instructionBytes,
    dataBytes: asked.dataBytes ?? DEFAULT_SIZES.dataBytes,
  };
  for (const [name, bytes] of Object.entries(sizes) as [string, number][]) {
    if (!Number.isInteger(bytes) || bytes < LEAST_BYTES || bytes > MOST_BYTES || (bytes & (bytes - 1)) !== 0) {
      throw new RangeError(`The cache size ${name} = ${bytes} is not a power of two from 4096 to 131072 bytes.`);
    }
  }
  return sizes;
}

export function setsOf(bytes: number): number {
  return bytes / (WAYS * LINE_BYTES);
}

/** Size field of the cache type register (ARM DDI 0198D table 2-6): 3 for 4 KB, one more for each doubling. */
const sizeField = (bytes: number): number => 31 - Math.clz32(bytes) - 9;
const FOUR_WAYS = 2 << 3;
const EIGHT_WORDS = 2;
const halfOf = (bytes: number): number => (sizeField(bytes) << 6) | FOUR_WAYS | EIGHT_WORDS;

/** The cache type register c0 for these caches: type b1110 (write-back, lockdown format C), separate caches. */
export function cacheTypeOf({ instructionBytes, dataBytes }: CacheSizes): number {
  return 0x1d000000 | (halfOf(dataBytes) << 12) | halfOf(instructionBytes);
}
