/** The tick models by the names that the launch configuration gives them. */
import type { TickModelName } from '../../types';
import { createArm926Model } from './arm926ejs/model';
import { createGoldfishModel } from './goldfish';
import { createGoldfishDataCacheModel } from './goldfishDataCache';
import type { TickModel } from './model';

const MODELS: ReadonlyMap<TickModelName, () => TickModel> = new Map([
  ['goldfish', createGoldfishModel],
  ['goldfish-dcache', createGoldfishDataCacheModel],
  ['arm926ejs', createArm926Model],
]);

/** Throws with the list of those that exist: a model is never replaced by another. */
export function createTickModel(name: TickModelName): TickModel {
  const create = MODELS.get(name);
  if (create === undefined) {
    throw new Error(`The tick model "${name}" is not available; available: ${[...MODELS.keys()].join(', ')}.`);
  }
  return create();
}
