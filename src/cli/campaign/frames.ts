/**
 * Whose each machine frame is: for the hypervisor, Domain-0 and the victims taken down before the first adversary starts, and
 * believed of nobody afterwards; for the adversaries, which come and go, as the hypervisor's frame table says.
 */
import type { KernelMemory } from './kernelMemory';

const PAGE_SHIFT = 12;
const PAGE_INFO_WORDS = 6;
const COUNT_MASK = 0x1fffffff;
const TYPE_COUNT_MASK = 0xffff;
const TYPE_SHIFT = 29;
const VALIDATED = 0x10000000;

export const PAGE_TYPE = { none: 0, l1: 1, l2: 2, writable: 7 } as const;

export interface Owned {
  readonly domainId: number;
  readonly firstFrame: number;
  readonly frames: number;
}

export interface FrameInfo {
  readonly owner: number;
  readonly references: number;
  readonly type: number;
  readonly typeCount: number;
  readonly validated: boolean;
}

export class Frames {
  readonly total: number;
  /** Frames from here up to `end` are for domains; all others are the hypervisor's. */
  readonly first: number;
  readonly end: number;
  readonly honest: readonly Owned[];

  /** @param memory with the honest domains built, and no other */
  constructor(private readonly memory: KernelMemory) {
    this.total = memory.variable('max_page');
    this.first = memory.variable('first_domain_mfn');
    this.end = memory.variable('end_domain_mfn');
    this.honest = memory.domains().map((domain) => ({
      domainId: memory.domainId(domain),
      firstFrame: memory.member(domain, 'domain', 'min_mfn'),
      frames: memory.member(domain, 'domain', 'tot_pages'),
    }));
  }

  /** Where the frame table lies: paging_init puts it behind the domains' memory. */
  get tableAddress(): number {
    return this.end << PAGE_SHIFT;
  }

  /** Who is hurt when a guest can write to this frame; undefined for frames that adversaries may have. */
  honestOwner(frame: number): string | undefined {
    if (frame < this.first || (frame >= this.end && frame < this.total)) return 'the hypervisor';
    const owner = this.honest.find(({ firstFrame, frames }) => frame >= firstFrame && frame < firstFrame + frames);
    return owner && `Domain-${owner.domainId}`;
  }

  info(frame: number): FrameInfo {
    const words = this.memory.words(this.tableAddress + frame * PAGE_INFO_WORDS * 4, PAGE_INFO_WORDS);
    const type = words[4]!;
    return {
      owner: words[3]!,
      references: words[2]! & COUNT_MASK,
      type: type >>> TYPE_SHIFT,
      typeCount: type & TYPE_COUNT_MASK,
      validated: (type & VALIDATED) !== 0,
    };
  }

  /** How many frames for domains belong to nobody. */
  countFree(): number {
    const words = this.memory.words(this.tableAddress, this.total * PAGE_INFO_WORDS);
    let free = 0;
    for (let frame = this.first; frame < this.end; frame++) if (words[frame * PAGE_INFO_WORDS + 2] === 0) free++;
    return free;
  }

  /** Frames of domains other than the honest ones, with their entries of the frame table: [frame, owner, type]. */
  *others(): Generator<readonly [frame: number, owner: number, type: number]> {
    const words = this.memory.words(this.tableAddress, this.total * PAGE_INFO_WORDS);
    const honestEnd = Math.max(...this.honest.map(({ firstFrame, frames }) => firstFrame + frames));
    for (let frame = honestEnd; frame < this.end; frame++) {
      const owner = words[frame * PAGE_INFO_WORDS + 3]!;
      if (owner !== 0) yield [frame, owner, words[frame * PAGE_INFO_WORDS + 4]! >>> TYPE_SHIFT];
    }
  }

  /** Entries of frames that nobody owns and that still count something: mappings of what has been given back. */
  countStray(): number {
    const words = this.memory.words(this.tableAddress, this.total * PAGE_INFO_WORDS);
    let stray = 0;
    for (let at = 0; at < words.length; at += PAGE_INFO_WORDS)
      if (words[at + 3] === 0 && (words[at + 2] !== 0 || words[at + 4] !== 0)) stray++;
    return stray;
  }

  /** Pages in the hypervisor's heap that are free, by its list; -1 when that goes in a circle. */
  countFreeHeap(): number {
    let count = 0;
    for (let page = this.memory.variable('free_list'); page !== 0; page = this.memory.word(page))
      if (++count > this.total) return -1;
    return count;
  }
}
