/** The tick models by the names that the launch configuration gives them. */
import type { CacheSizes, TickModelName } from '../../types';
import { DEFAULT_SIZES } from '../cache/geometry';
import { createArm926Model } from './arm926ejs/model';
import { createGoldfishModel } from './goldfish';
import { createGoldfishDataCacheModel } from './goldfishDataCache';
import type { TickModel } from './model';

const MODELS: ReadonlyMap<TickModelName, (sizes: CacheSizes) => TickModel> = new Map([
  ['goldfish', createGoldfishModel],
  ['goldfish-dcache', createGoldfishDataCacheModel],
  ['arm926ejs', createArm926Model],
]);

/** Throws with the list of those that exist: a model is never replaced by another. `sizes`: for those that time caches. */
export function createTickModel(name: TickModelName, sizes: CacheSizes = DEFAULT_SIZES): TickModel {
  const create = MODELS.get(name);
  if (create === undefined) {
    throw new Error(`The tick model "${name}" is not available; available: ${[...MODELS.keys()].join(', ')}.`);
  }
  return create(sizes);
}
