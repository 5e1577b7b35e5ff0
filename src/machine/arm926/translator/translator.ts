/**
 * ARM code translated to WebAssembly, region by region: counts how often blocks are entered, translates from those that
 * are entered often, runs what is translated. The interpreter's loop calls `enter` at the head of each block and goes on where
 * translated code has left. Off where each access or fetch has to be looked at one by one.
 */
import type { BlockCache } from '../blocks';
import type { Core } from '../core';
import type { TagsAlone } from '../cache/caches';
import { fetchIsCached } from '../cache/regime';
import { Word } from '../layout';
import type { Translations, TranslatorCounts } from '../interpreter';
import type { TickModel } from '../ticks/model';
import { ATTRIBUTE_CACHEABLE, ENTRY_VALID, Tlb } from '../tlb';
import { Batch } from './batch';
import { createDispatcher, type Dispatcher } from './dispatch';
import { discover, type GuestBlock } from './discover';
import { ignoredRights, type RegionFacts } from './context';
import { emitRegion } from './emit';
import { formsOf, usesOperands } from './flags';
import type { ImportedFunctions, Leave } from './intermediate';
import { lowerBlock } from './lower';
import { Regions, type Region } from './regions';
import { structure } from './structure';

/** A block is translated when it has been entered this often by a jump back, a call, or from translated code, and compiled with others. */
const TRANSLATE_AFTER = 300;
/** It is compiled without more delay when it has been entered so many times as often. */
const HOT = 4;
/**
 * Blocks that are entered before anything is translated. What runs once after reset, clearing memory above all, is over before its
 * translation would be ready, and stands between a person and the first stop.
 */
const WARM_UP_BLOCKS = 10_000;
/** Entering in line or by a jump forward weighs so much less: loops and functions make the better entries. */
const ANCHOR_WEIGHT = 64;
/** Most instructions of one call: V8 replaces the code of a function that runs only when it is called anew. */
const MOST_INSTRUCTIONS = 1 << 20;
/** Marks a block that cannot be translated, in place of its count. */
const NEVER = -1;
/** Calls that did nothing before a region is given up, and only when they are most of its calls. */
const MOST_IDLE = 64;
const MOST_BYTES = 64 << 20;
const SLOT_MASK = 0x0fffffff;
const ALWAYS = 0xe0000000 | 0;

/** What is left out has its default. */
export interface TranslationSettings {
  /** How often a block is entered before it is translated; code is then translated from the first instruction on. */
  readonly after?: number;
  /** Most code in all regions, in bytes of WebAssembly; beyond it, what has run least goes. */
  readonly mostBytes?: number;
}

/** What translated code calls of caches that are tags alone. */
function importsOf(tags: TagsAlone): ImportedFunctions {
  return {
    loads: (virtual, words) => tags.loads(virtual!, words!),
    stores: (virtual, words, attributes) => tags.stores(virtual!, words!, attributes!),
  };
}

/** Whether there is no one who has to look at each access or fetch: a tick model, caches with data, the chip's own TLB. */
export function canTranslate({ memory: { caches, mainTlb } }: Core, { observer }: TickModel): boolean {
  const keepsData = caches !== undefined && caches.tagsAlone === undefined;
  return observer === undefined && !keepsData && mainTlb === undefined;
}

export class Translator implements Translations {
  private readonly tags: TagsAlone | undefined;
  /** ATTRIBUTE_CACHEABLE where caches are modelled. */
  private readonly cacheable: number;
  private readonly ignored: number;
  private readonly regions: Regions;
  private readonly batch: Batch;
  private readonly dispatcher: Dispatcher;
  private armed: ReadonlyMap<number, readonly number[]> = new Map();
  private lastPc = 0;
  private lastLink = 0;
  /** The last block was left by translated code. */
  private fromRegion = false;
  /** Counts of a block at which it is translated, and at which it is not to wait for others. */
  private readonly warm: number;
  private readonly hot: number;
  private warmUp: number;
  private readonly total = { regions: 0, instructions: 0, bytes: 0, calls: 0, translated: 0 };

  constructor(
    private readonly core: Core,
    private readonly blocks: BlockCache,
    { after, mostBytes }: TranslationSettings,
  ) {
    this.warm = (after ?? TRANSLATE_AFTER) * ANCHOR_WEIGHT;
    this.hot = this.warm * HOT;
    this.warmUp = after === undefined ? WARM_UP_BLOCKS : 0;
    const { ram } = core;
    const tags = core.memory.caches?.tagsAlone;
    this.tags = tags;
    this.cacheable = tags === undefined ? 0 : ATTRIBUTE_CACHEABLE;
    this.ignored = ignoredRights(tags !== undefined);
    this.dispatcher = createDispatcher(ram.memory, this.ignored);
    this.batch = new Batch(ram.memory, tags && importsOf(tags));
    this.regions = new Regions(ram, this.dispatcher, mostBytes ?? MOST_BYTES);
  }

  get counts(): TranslatorCounts {
    return { ...this.total, liveBytes: this.regions.liveBytes };
  }

  enter(at: number, pc: number, place: number, attributes: number): boolean {
    const cacheable = attributes & this.cacheable;
    const slot = this.blocks.instructions[at]! & SLOT_MASK;
    if (slot !== 0) {
      const region = this.regions.inSlot(slot);
      if (region !== undefined && this.isAt(region, pc, place, cacheable)) {
        this.regions.remember(region);
        return this.run(region);
      }
      this.blocks.instructions[at] = ALWAYS;
      this.blocks.extras[at] = 0;
    }
    return this.count(at, pc, place, cacheable);
  }

  /** A slot may have been given to another region since; physical and virtual address, instruction set and cacheability make one. */
  private isAt(region: Region, pc: number, place: number, cacheable: number): boolean {
    return (
      region.pc === pc && region.place === place && region.thumb === this.core.thumb && region.cacheable === cacheable
    );
  }

  private count(at: number, pc: number, place: number, cacheable: number): boolean {
    if (this.warmUp > 0) {
      this.warmUp--;
      return false;
    }
    const { extras } = this.blocks;
    const s = this.core.s;
    const anchor = this.fromRegion || pc >>> 0 <= this.lastPc >>> 0 || s[14] !== this.lastLink;
    this.fromRegion = false;
    this.lastPc = pc;
    this.lastLink = s[14]!;
    const before = extras[at]!;
    if (before === NEVER) return false;
    if (before >= this.hot) {
      // Its region was dropped before it ran, but not its block.
      extras[at] = 0;
      return false;
    }
    const now = before + (anchor ? ANCHOR_WEIGHT : 1);
    extras[at] = now;
    if (now < this.warm) return false;
    if (before < this.warm) this.translate(pc, place, cacheable);
    if (this.batch.isFull || (before < this.hot && now >= this.hot)) this.compile();
    return false;
  }

  /**
   * Runs translated code from region to region until it leaves inside of a block, or at one that is not translated. Between two
   * regions the interpreter's loop would only look where the next block stands, which `follow` does as well.
   */
  private run(first: Region): boolean {
    const { s } = this.core;
    const count = s[Word.COUNT]!;
    const given = Math.min(count, MOST_INSTRUCTIONS);
    const limit = s[Word.LIMIT]!;
    let left = given;
    let room = limit - s[Word.TICKS]!;
    if (left < first.needs.count || room < first.needs.ticks) return false;
    const { dispatcher } = this;
    let region: Region | undefined = first;
    let inside: number | undefined;
    let calls = 0;
    do {
      const before = left;
      const exit = dispatcher.run(region.slot, left, room);
      region = this.regions.inSlot(s[Word.REGION]!)!;
      calls++;
      left = s[Word.COUNT]!;
      room = s[Word.ROOM]!;
      if (exit === 0) {
        const target = s[Word.TARGET]!;
        s[15] = target & ~1;
        region = this.follow(region, target & ~1, (target & 1) !== 0, s[Word.BLOCK_START]!, s[Word.EXIT_PLACE]!);
      } else {
        const leave: Leave = region.leaves[exit - 1]!;
        const { block } = leave;
        left += leave.count;
        room += leave.ticks;
        s[15] = leave.pc;
        s[Word.BLOCK_START] = block.pc;
        s[Word.EXIT_PLACE] = block.place;
        inside = leave.inside;
        // Those of the block that were not executed were counted at its start.
        if (region.cachedFetches) s[Word.FETCH_HITS]! -= leave.count;
        if (left === before) this.noteIdle(region);
        region = inside === undefined ? this.follow(region, leave.pc, block.thumb, block.pc, block.place) : undefined;
        if (inside !== undefined) s[Word.BLOCK_AT] = this.blocks.find(block.place, block.thumb) + 1 + inside;
      }
    } while (region !== undefined && left >= region.needs.count && room >= region.needs.ticks);
    if (inside === undefined) s[Word.BLOCK_AT] = 0;
    s[Word.BLOCK_STALE] = 0;
    s[Word.COUNT] = count - given + left;
    s[Word.TICKS] = limit - room;
    this.fromRegion = true;
    this.tags?.takeCounts();
    this.total.calls += calls;
    this.total.translated += given - left;
    return true;
  }

  /** The region at `pc`, when one is there under the present mapping; `lastPc` and `lastPlace`: of the block of `last` that was executed last. */
  private follow(last: Region, pc: number, thumb: boolean, lastPc: number, lastPlace: number): Region | undefined {
    const region = this.regions.at(pc, thumb);
    if (region === undefined) return undefined;
    const { cacheable } = region;
    if (((pc ^ lastPc) & ~0x3ff) !== 0) return region.place === this.placeOf(pc, cacheable) ? region : undefined;
    return cacheable === last.cacheable && region.place === (lastPlace & ~0x3ff) + (pc & 0x3ff) ? region : undefined;
  }

  /** A call that did nothing. A region of which most calls do nothing is given up. */
  private noteIdle(region: Region): void {
    if (++region.idle <= MOST_IDLE || region.idle * 2 <= this.regions.callsOf(region)) return;
    this.regions.drop(region);
    this.avoid(region.place, region.thumb);
  }

  /** No region begins here until the block is decoded anew: its first instruction is not served, or mostly polls a device. */
  private avoid(place: number, thumb: boolean): void {
    const at = this.blocks.find(place, thumb);
    this.blocks.instructions[at] = ALWAYS;
    this.blocks.extras[at] = NEVER;
  }

  /** Makes the region of a block; it runs when it has been compiled. */
  private translate(pc: number, place: number, cacheable: number): void {
    const { thumb, s, ram } = this.core;
    const { generation } = this.blocks;
    const placeOf = (virtual: number): number => this.placeOf(virtual, cacheable);
    const found = discover(this.blocks, { pc, place, thumb }, placeOf, this.hasArmed);
    // The pool was emptied on the way: what was read first is no longer watched.
    if (this.blocks.generation !== generation || found.size === 0) return;
    const forms = formsOf(found);
    const caches = this.tags !== undefined;
    const cachedFetches = caches && fetchIsCached(s, cacheable);
    const facts: RegionFacts = { codeBits: ram.codeBitsOffset, caches, cachedFetches, cacheable };
    const lowered = new Map(
      [...found].map(([at, guest]) => [at, { guest, lowered: lowerBlock(guest, forms.get(at) ?? 'words', facts) }]),
    );
    if (lowered.get(pc)!.lowered.servesNothing) return this.avoid(place, thumb);
    const { statements, blocks, needs } = structure(lowered, facts);
    const { body, leaves } = emitRegion(statements, usesOperands(found), cachedFetches);
    this.batch.add(this.regions.add({ pc, place, thumb, cacheable, cachedFetches, leaves, blocks, needs }), body);
    this.total.regions++;
    this.total.instructions += blocks.reduce((sum, { length }) => sum + length, 0);
  }

  /** Compiles the regions that wait for it. */
  private compile(): void {
    const batch = this.batch.compile();
    this.regions.addCompiled(batch);
    this.total.bytes += batch.bytes;
    for (const [region] of batch.compiled) {
      if (!region.live) continue;
      this.regions.remember(region);
      this.blocks.instructions[this.blocks.find(region.place, region.thumb)] = ALWAYS | region.slot;
    }
  }

  /** Place in the memory of a virtual address when the TLB maps it, and as cacheable as it should be; else -1. */
  private placeOf(virtual: number, cacheable: number): number {
    const { s, ram } = this.core;
    const e = Tlb.entry(s[Word.TLB_BANK]!, virtual);
    const entry = ram.words[e + 3]! & ~this.ignored;
    return entry === ((virtual & 0xfffff000) | ENTRY_VALID | cacheable) ? (virtual + ram.words[e + 2]!) >>> 0 : -1;
  }

  private readonly hasArmed = ({ pc, length, step }: GuestBlock): boolean =>
    this.armed.get(pc & ~0x3ff)?.some((address) => address >= pc && address < pc + length * step) ?? false;

  dropKilobyte(offset: number): void {
    this.regions.dropKilobyte(offset);
  }

  dropAll(): void {
    this.batch.clear();
    this.regions.dropAll();
  }

  setArmed(armed: ReadonlyMap<number, readonly number[]>): void {
    this.armed = new Map(armed);
    this.regions.dropWhere(({ blocks }) => blocks.some(this.hasArmed));
  }
}
