/**
 * Lists as kernels keep them: a struct with a pointer to the next of its own kind. Finds the elements of one; hostile memory may make a
 * list a ring or lead it nowhere, so that its end is bounded. Shows nothing.
 */
import { memberPlace, stripType } from '../../hypervisor/typedMemory';
import type { CType } from '../../image/types';

/** Whoever looks at a longer list wants its beginning. */
export const MOST_ELEMENTS = 256;
/** What the link to the next one is called: `next`, `next_in_list`, `link_next`. */
const NEXT = /(^|_)next(_|$)/;

type StructType = Extract<CType, { kind: 'struct' | 'union' }>;

/** The member of a struct that leads to the next of its kind; undefined for one that is in no such list. */
export function nextMember(type: CType): StructType['members'][number] | undefined {
  const bare = stripType(type);
  if (bare.kind !== 'struct' || bare.incomplete) return undefined;
  return bare.members.find((member) => {
    if (!NEXT.test(member.name)) return false;
    const pointer = stripType(member.type);
    return pointer.kind === 'pointer' && stripType(pointer.target) === bare;
  });
}

/**
 * Addresses of the elements, from the first on.
 * @param word reads a pointer; undefined where there is no memory
 */
export function elementsOfList(
  first: number,
  type: CType,
  word: (address: number) => number | undefined,
): readonly number[] {
  const member = nextMember(type);
  if (!member) return [];
  const found = new Set<number>();
  for (let at: number | undefined = first; at && !found.has(at) && found.size < MOST_ELEMENTS;) {
    const next: number | undefined = word(memberPlace({ address: at, type }, member).address);
    if (next === undefined) break;
    found.add(at);
    at = next;
  }
  return [...found];
}
