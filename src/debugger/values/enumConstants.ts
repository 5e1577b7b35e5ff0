/** Enumerators of an image by name, collected from the types of its global variables and their members. Computed once for each image. */
import type { ImageFace } from '../../image/face';
import type { CType } from '../../image/types';

const known = new WeakMap<ImageFace, ReadonlyMap<string, number>>();
/** Types nest deeply and in cycles; this many are enough for every hypervisor and bound the walk. */
const MOST_TYPES = 20_000;

export function enumConstants(image: ImageFace): ReadonlyMap<string, number> {
  const cached = known.get(image);
  if (cached) return cached;
  const constants = new Map<string, number>();
  const seen = new Set<CType>();
  const queue: CType[] = image.globals().map((variable) => variable.type);
  for (let index = 0; index < queue.length && seen.size < MOST_TYPES; index++) {
    const type = queue[index]!;
    if (seen.has(type)) continue;
    seen.add(type);
    if (type.kind === 'enum') for (const { name, value } of type.values) constants.set(name, value);
    queue.push(...innerTypes(type));
  }
  known.set(image, constants);
  return constants;
}

function innerTypes(type: CType): readonly CType[] {
  switch (type.kind) {
    case 'pointer':
    case 'typedef':
    case 'qualified':
      return [type.target];
    case 'array':
      return [type.element];
    case 'struct':
    case 'union':
      return type.members.map((member) => member.type);
    default:
      return [];
  }
}
