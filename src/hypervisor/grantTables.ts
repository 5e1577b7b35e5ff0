/**
 * What a domain grants to others, and what it has mapped of theirs: the entries of its grant table with what the hypervisor keeps of
 * each. The guest writes the entries; what is mapped is the hypervisor's own knowledge.
 */
import type { MachineFace } from '../machine/types';
import type { TypedMemory, TypedPlace } from './typedMemory';
import { isMissing, type OrMissing } from './types';

/** `grant_entry.flags` (public/grant_table.h of the 2008 ABI). */
const TYPE_MASK = 3;
const TYPES = ['invalid', 'access', 'transfer', 'type 3'] as const;
const READ_ONLY = 4;
/** Bits of an access entry that the hypervisor sets while somebody maps it. */
const IN_USE: readonly (readonly [number, string])[] = [
  [8, 'reading'],
  [16, 'writing'],
];
/** The same bits of an entry that accepts a frame. */
const TRANSFER: readonly (readonly [number, string])[] = [
  [4, 'committed'],
  [8, 'completed'],
];
const ENTRY_BYTES = 8;
const FRAME_BYTES = 4096;
const ENTRIES_PER_FRAME = FRAME_BYTES / ENTRY_BYTES;
const MAPPING_READ_ONLY = 4;
const MAPPINGS_PER_PAGE = 256;

export interface Grant {
  readonly ref: number;
  readonly to: number;
  readonly frame: number;
  /** `access`, `access, read only, reading` */
  readonly flags: string;
  /** How many mappings of it there are; undefined where the hypervisor does not say. */
  readonly maps?: number;
}

export interface GrantMapping {
  readonly handle: number;
  readonly granter: number;
  readonly ref: number;
  readonly frame: number;
  /** Virtual address in the domain that maps it; 0 for none. */
  readonly address: number;
  readonly readOnly: boolean;
}

/** The valid entries of a domain's table, by reference. */
export function readGrants(machine: MachineFace, memory: TypedMemory, domain: TypedPlace): OrMissing<readonly Grant[]> {
  const table = memory.follow(domain, 'grant_table');
  const frames = memory.number(table, 'nr_frames');
  if (isMissing(frames)) return frames;
  const grants: Grant[] = [];
  for (let index = 0; index < frames; index++) {
    const mfn = memory.number(table, `shared_mfn[${index}]`);
    if (isMissing(mfn)) return mfn;
    const bytes = machine.readPhysical(mfn * FRAME_BYTES, FRAME_BYTES);
    if (!bytes) return { missing: `frame 0x${mfn.toString(16)} of the table is not memory` };
    const view = new DataView(bytes.buffer, bytes.byteOffset, FRAME_BYTES);
    for (let entry = 0; entry < ENTRIES_PER_FRAME; entry++) {
      const flags = view.getUint16(entry * ENTRY_BYTES, true);
      if ((flags & TYPE_MASK) === 0) continue;
      const maps = memory.number(table, `active[${index}][${entry}].maps`);
      grants.push({
        ref: index * ENTRIES_PER_FRAME + entry,
        to: view.getUint16(entry * ENTRY_BYTES + 2, true),
        frame: view.getUint32(entry * ENTRY_BYTES + 4, true),
        flags: flagWords(flags),
        ...(isMissing(maps) ? {} : { maps }),
      });
    }
  }
  return grants;
}

function flagWords(flags: number): string {
  const transfer = (flags & TYPE_MASK) === 2;
  const bits = transfer ? TRANSFER : IN_USE;
  const words = bits.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);
  const readOnly = !transfer && (flags & READ_ONLY) !== 0 ? ['read only'] : [];
  return [TYPES[flags & TYPE_MASK]!, ...readOnly, ...words].join(', ');
}

/** What the domain has mapped of others' grants, by handle. */
export function readGrantMappings(memory: TypedMemory, domain: TypedPlace): OrMissing<readonly GrantMapping[]> {
  const pages = memory.follow(domain, 'grant_table.maptrack');
  if (isMissing(pages)) return pages;
  const mappings: GrantMapping[] = [];
  const count = pages.type.kind === 'array' ? (pages.type.count ?? 0) : 0;
  for (let page = 0; page < count; page++) {
    const first = memory.follow(pages, `[${page}]`);
    if (isMissing(memory.target(first))) continue;
    for (let index = 0; index < MAPPINGS_PER_PAGE; index++) {
      const place = memory.follow(first, `[${index}]`);
      const field = (name: string): number => {
        const value = memory.number(place, name);
        return isMissing(value) ? 0 : value;
      };
      const flags = field('flags');
      if (flags === 0) continue;
      mappings.push({
        handle: page * MAPPINGS_PER_PAGE + index,
        granter: field('granter'),
        ref: field('ref'),
        frame: field('frame'),
        address: field('host_addr'),
        readOnly: (flags & MAPPING_READ_ONLY) !== 0,
      });
    }
  }
  return mappings;
}
