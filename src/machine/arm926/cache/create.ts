/** The caches by the names that the launch configuration gives them. */
import type { CacheMode, CacheSizes } from '../../types';
import type { Core } from '../core';
import type { Caches } from './caches';
import { CoherentCaches } from './coherentCaches';
import { TagCaches } from './tagCaches';

export const CACHE_MODES: readonly CacheMode[] = ['off', 'timing', 'coherence'];

/** Undefined for `off`. `instructionCount`: how many instructions have begun, the one that executes included. */
export function createCaches(
  mode: CacheMode,
  core: Core,
  sizes: CacheSizes,
  instructionCount: () => number,
): Caches | undefined {
  if (mode === 'off') return undefined;
  return mode === 'timing' ? new TagCaches(core, sizes) : new CoherentCaches(core, sizes, instructionCount);
}
