/**
 * Finds what is translated together: from one entry, the blocks of decoded code that static branches reach. Blocks are those
 * of the interpreter's cache, so that ticks, which depend on where blocks begin, come from the same place. Nothing is changed
 * in the machine: another page is only followed when the TLB maps it already.
 */
import { Form, FORM_NAMES } from '../decodeArm';
import type { BlockCache } from '../blocks';
import type { BlockPlace } from './intermediate';

export const Limit = {
  /** Beyond these a region ends in exits: bigger ones overlap more and warm up more slowly (docs/translator.md has the figures). */
  BLOCKS: 24,
  INSTRUCTIONS: 200,
} as const;

/** One decoded block. */
export interface GuestBlock extends BlockPlace {
  readonly step: 2 | 4;
  /** Per instruction: form or handler number, word, immediate, ticks (spent when its condition passes). */
  readonly forms: Int32Array;
  readonly words: Int32Array;
  readonly extras: Int32Array;
  readonly ticks: Int32Array;
  readonly length: number;
}

/** Place in the memory of the page of a virtual address, when it can be known without a walk; else -1. */
export type PlaceOf = (virtual: number) => number;

/** Reads a block from the cache; decodes it there when needed. */
export function readBlock(blocks: BlockCache, pc: number, place: number, thumb: boolean): GuestBlock {
  const at = blocks.find(place, thumb) + blocks.lead;
  const length = blocks.length(at - blocks.lead);
  const forms = new Int32Array(length);
  const ticks = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    forms[i] = blocks.forms[at + i]! & 0xffff;
    ticks[i] = blocks.forms[at + i]! >>> 16;
  }
  return {
    pc,
    place,
    thumb,
    step: thumb ? 2 : 4,
    forms,
    words: blocks.instructions.slice(at, at + length),
    extras: blocks.extras.slice(at, at + length),
    ticks,
    length,
  };
}

/** Where static control flow may go after a block; virtual addresses. */
export function successors({ pc, step, forms, words, extras, length }: GuestBlock): readonly number[] {
  const last = length - 1;
  const at = (pc + last * step) | 0;
  const next = (at + step) | 0;
  const word = words[last]!;
  const conditional = word >>> 28 !== 14;
  switch (forms[last]) {
    case Form.BRANCH: {
      const target = (at + 8 + extras[last]!) | 0;
      return conditional ? [target, next] : [target];
    }
    case Form.THUMB_BRANCH: {
      const target = (at + 4 + ((word << 8) >> 8)) | 0;
      return ((word >>> 24) & 15) === 14 ? [target] : [target, next];
    }
    default:
      return endsForGood(forms[last]!, word) && !conditional ? [] : [next];
  }
}

const JUMPS: ReadonlySet<string> = new Set(['BX', 'BXJ', 'LDR pc', 'SWI', 'Thumb SWI']);

/** Whether nothing can come behind an instruction in line, as far as that is cheap to know; a call comes back. */
function endsForGood(form: number, word: number): boolean {
  const name = FORM_NAMES[form] ?? '';
  if (JUMPS.has(name) || name.startsWith('undefined')) return true;
  if (name === 'LDM') return (word & 0x8000) !== 0;
  return form <= Form.DATA_REGISTER_SHIFTED && ((word >>> 12) & 15) === 15 && ((word >>> 23) & 3) !== 2;
}

/** All blocks of the region at an entry, by virtual address, the entry first. `avoid`: blocks that must not be translated. */
export function discover(
  blocks: BlockCache,
  entry: BlockPlace,
  placeOf: PlaceOf,
  avoid: (block: GuestBlock) => boolean,
): ReadonlyMap<number, GuestBlock> {
  const found = new Map<number, GuestBlock>();
  const queue: BlockPlace[] = [entry];
  const pages = new Map<number, number>([[entry.pc & ~0x3ff, entry.place & ~0x3ff]]);
  let instructions = 0;
  for (let i = 0; i < queue.length && found.size < Limit.BLOCKS && instructions < Limit.INSTRUCTIONS; i++) {
    const { pc, place, thumb } = queue[i]!;
    if (found.has(pc)) continue;
    const block = readBlock(blocks, pc, place, thumb);
    if (avoid(block)) continue;
    found.set(pc, block);
    instructions += block.length;
    for (const next of successors(block)) {
      const page = next & ~0x3ff;
      let pagePlace = pages.get(page);
      if (pagePlace === undefined) pages.set(page, (pagePlace = placeOf(page)));
      if (pagePlace >= 0) queue.push({ pc: next, place: pagePlace + (next & 0x3ff), thumb });
    }
  }
  return found;
}
