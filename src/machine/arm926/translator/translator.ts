/**
 * ARM code translated to WebAssembly, region by region: counts how often blocks are entered, translates from those that
 * are entered often, runs what is translated. The interpreter's loop calls `enter` at the head of each block and goes on where
 * translated code has left. Off where each access or fetch has to be looked at one by one.
 */
import type { BlockCache } from '../blocks';
import type { Core } from '../core';
import { JUMP_ENTRIES, JUMP_ENTRY_WORDS, JUMP_OFFSET, REGION_CALLS_OFFSET, REGION_SLOTS, Word } from '../layout';
import type { Translations, TranslatorCounts } from '../interpreter';
import { ENTRY_ATTRIBUTES, ENTRY_VALID, ENTRY_WRITABLE, Tlb } from '../tlb';
import { createDispatcher, type Dispatcher, type RegionFunction } from './dispatch';
import { discover, type GuestBlock } from './discover';
import { emitRegion } from './emit';
import { formsOf, usesOperands } from './flags';
import type { Leave } from './intermediate';
import { lowerBlock } from './lower';
import { structure } from './structure';

/** A block is translated when it has been entered this often by a jump back, a call, or from translated code. */
const TRANSLATE_AFTER = 30;
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
/** Of the most bytes, what is left after regions had to go: making room is worth its sorting only for many at once. */
const KEPT = 0.75;
const JUMP_MASK = JUMP_ENTRIES - 1;
/** What no jump goes to: code is at even addresses, in ARM state at multiples of 4. */
const NO_TARGET = 2;
const SLOT_MASK = 0x0fffffff;
const ALWAYS = 0xe0000000 | 0;

interface Region {
  readonly slot: number;
  readonly pc: number;
  readonly place: number;
  readonly thumb: boolean;
  readonly bytes: number;
  readonly leaves: readonly Leave[];
  readonly blocks: readonly GuestBlock[];
  /** What it needs to begin. */
  readonly leastCount: number;
  readonly leastRoom: number;
  live: boolean;
  /** Calls up to the last time that regions had to go. */
  callsBefore: number;
  idle: number;
}

/** What is left out has its default. */
export interface TranslationSettings {
  /** How often a block is entered before it is translated; code is then translated from the first instruction on. */
  readonly after?: number;
  /** Most code in all regions, in bytes of WebAssembly; beyond it, what has run least goes. */
  readonly mostBytes?: number;
}

export class Translator implements Translations {
  readonly counts: TranslatorCounts = {
    regions: 0,
    instructions: 0,
    bytes: 0,
    liveBytes: 0,
    calls: 0,
    translated: 0,
  };
  /** By slot; slot 0 stays empty, it stands for "none". */
  private regions: (Region | undefined)[] = [undefined];
  /** Regions by their virtual address, direct-mapped; what stands here may be dropped. */
  private readonly jumps = new Array<Region | undefined>(JUMP_MASK + 1).fill(undefined);
  private readonly freeSlots: number[] = [];
  /** Regions with code in each kilobyte of the memory. */
  private readonly byKilobyte = new Map<number, Set<Region>>();
  private armed: ReadonlyMap<number, readonly number[]> = new Map();
  private readonly imports: WebAssembly.Imports;
  private readonly memoryPages: number;
  private readonly dispatcher: Dispatcher;
  private lastPc = 0;
  private lastLink = 0;
  /** The last block was left by translated code. */
  private fromRegion = false;
  private readonly threshold: number;
  private readonly mostBytes: number;
  private warmUp: number;

  constructor(
    private readonly core: Core,
    private readonly blocks: BlockCache,
    { after, mostBytes }: TranslationSettings,
  ) {
    this.threshold = (after ?? TRANSLATE_AFTER) * ANCHOR_WEIGHT;
    this.mostBytes = mostBytes ?? MOST_BYTES;
    this.warmUp = after === undefined ? WARM_UP_BLOCKS : 0;
    const { memory } = core.ram;
    this.memoryPages = memory.buffer.byteLength >>> 16;
    this.dispatcher = createDispatcher(memory);
    this.forgetJumps();
    this.imports = { e: { memory } };
  }

  enter(at: number, pc: number, place: number): boolean {
    const slot = this.blocks.instructions[at]! & SLOT_MASK;
    if (slot !== 0) {
      const region = this.regions[slot];
      // A slot may have been given to another region since; physical and virtual address and instruction set make one.
      if (region !== undefined && region.pc === pc && region.place === place && region.thumb === this.core.thumb) {
        this.remember(region);
        return this.run(region);
      }
      this.blocks.instructions[at] = ALWAYS;
      this.blocks.extras[at] = 0;
    }
    return this.count(at, pc, place);
  }

  private count(at: number, pc: number, place: number): boolean {
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
    if (extras[at] === NEVER) return false;
    extras[at]! += anchor ? ANCHOR_WEIGHT : 1;
    if (extras[at]! < this.threshold) return false;
    const region = this.translate(pc, place);
    if (region === undefined) return false;
    this.blocks.instructions[at] = ALWAYS | region.slot;
    return this.run(region);
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
    if (left < first.leastCount || room < first.leastRoom) return false;
    const { dispatcher } = this;
    let region: Region | undefined = first;
    let inside: number | undefined;
    let calls = 0;
    do {
      const before = left;
      const exit = dispatcher.run(region.slot, left, room);
      region = this.regions[s[Word.REGION]!]!;
      calls++;
      left = s[Word.COUNT]!;
      room = s[Word.ROOM]!;
      if (exit === 0) {
        const target = s[Word.TARGET]!;
        s[15] = target & ~1;
        region = this.follow(target & ~1, (target & 1) !== 0, s[Word.BLOCK_START]!, s[Word.EXIT_PLACE]!);
      } else {
        const leave: Leave = region.leaves[exit - 1]!;
        const { block } = leave;
        left += leave.count;
        room += leave.ticks;
        s[15] = leave.pc;
        s[Word.BLOCK_START] = block.pc;
        s[Word.EXIT_PLACE] = block.place;
        inside = leave.inside;
        if (left === before) this.noteIdle(region);
        region = inside === undefined ? this.follow(leave.pc, block.thumb, block.pc, block.place) : undefined;
        if (inside !== undefined) s[Word.BLOCK_AT] = this.blocks.find(block.place, block.thumb) + 1 + inside;
      }
    } while (region !== undefined && left >= region.leastCount && room >= region.leastRoom);
    if (inside === undefined) s[Word.BLOCK_AT] = 0;
    s[Word.BLOCK_STALE] = 0;
    s[Word.COUNT] = count - given + left;
    s[Word.TICKS] = limit - room;
    this.fromRegion = true;
    this.counts.calls += calls;
    this.counts.translated += given - left;
    return true;
  }

  /** The region at `pc`, when one is there under the present mapping; `lastPc` and `lastPlace`: of the block that was executed last. */
  private follow(pc: number, thumb: boolean, lastPc: number, lastPlace: number): Region | undefined {
    const region = this.jumps[(pc >>> 1) & JUMP_MASK];
    if (region === undefined || region.pc !== pc || region.thumb !== thumb || !region.live) return undefined;
    const near = ((pc ^ lastPc) & ~0x3ff) === 0;
    const place = near ? (lastPlace & ~0x3ff) + (pc & 0x3ff) : this.placeOf(pc);
    return region.place === place ? region : undefined;
  }

  /** Lets jumps lead to a region, from any other, as long as its page is mapped as it is now. */
  private remember(region: Region): void {
    const { pc, place, thumb, slot } = region;
    const index = (pc >>> 1) & JUMP_MASK;
    this.jumps[index] = region;
    const entry = (JUMP_OFFSET >>> 2) + index * JUMP_ENTRY_WORDS;
    const { words } = this.core.ram;
    words[entry] = thumb ? pc | 1 : pc;
    words[entry + 1] = slot;
    words[entry + 2] = place - pc;
  }

  private forgetJumps(): void {
    this.jumps.fill(undefined);
    const first = JUMP_OFFSET >>> 2;
    this.core.ram.words.fill(NO_TARGET, first, first + JUMP_ENTRIES * JUMP_ENTRY_WORDS);
  }

  private callsOf({ slot }: Region): number {
    return this.core.ram.words[(REGION_CALLS_OFFSET >>> 2) + slot]! >>> 0;
  }

  /** A call that did nothing. A region of which most calls do nothing is given up. */
  private noteIdle(region: Region): void {
    if (++region.idle <= MOST_IDLE || region.idle * 2 <= this.callsOf(region)) return;
    this.drop(region);
    this.avoid(region.place, region.thumb);
  }

  /** No region begins here until the block is decoded anew: its first instruction is not served, or mostly polls a device. */
  private avoid(place: number, thumb: boolean): void {
    const at = this.blocks.find(place, thumb);
    this.blocks.instructions[at] = ALWAYS;
    this.blocks.extras[at] = NEVER;
  }

  private translate(pc: number, place: number): Region | undefined {
    const { thumb } = this.core;
    const { generation } = this.blocks;
    const found = discover(this.blocks, { pc, place, thumb }, this.placeOf, this.hasArmed);
    // The pool was emptied on the way: what was read first is no longer watched.
    if (this.blocks.generation !== generation || found.size === 0) return undefined;
    const forms = formsOf(found);
    const lowered = new Map(
      [...found].map(([at, guest]) => [
        at,
        { guest, lowered: lowerBlock(guest, forms.get(at) ?? 'words', this.core.ram.codeBitsOffset) },
      ]),
    );
    if (lowered.get(pc)!.lowered.statements[0]?.kind === 'leave') {
      this.avoid(place, thumb);
      return undefined;
    }
    const { statements, blocks, needs } = structure(lowered);
    const { module, leaves } = emitRegion(statements, this.memoryPages, usesOperands(found));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module), this.imports);
    if (this.counts.liveBytes + module.length > this.mostBytes || this.regions.length === REGION_SLOTS) this.makeRoom();
    const slot = this.freeSlots.pop() ?? this.regions.length;
    this.core.ram.words[(REGION_CALLS_OFFSET >>> 2) + slot] = 0;
    this.dispatcher.put(slot, instance.exports.run as RegionFunction);
    const region: Region = {
      slot,
      pc,
      place,
      thumb,
      bytes: module.length,
      leaves,
      blocks,
      leastCount: needs.count,
      leastRoom: needs.ticks,
      live: true,
      callsBefore: 0,
      idle: 0,
    };
    this.regions[slot] = region;
    this.remember(region);
    this.counts.liveBytes += module.length;
    for (const block of blocks) {
      const kilobyte = block.place >>> 10;
      const set = this.byKilobyte.get(kilobyte);
      if (set === undefined) this.byKilobyte.set(kilobyte, new Set([region]));
      else set.add(region);
    }
    this.counts.regions++;
    this.counts.instructions += blocks.reduce((sum, { length }) => sum + length, 0);
    this.counts.bytes += module.length;
    return region;
  }

  private readonly placeOf = (virtual: number): number => {
    const { s, ram } = this.core;
    const e = Tlb.entry(s[Word.TLB_BANK]!, virtual);
    const entry = ram.words[e + 3]! & ~(ENTRY_WRITABLE | ENTRY_ATTRIBUTES);
    return entry === ((virtual & 0xfffff000) | ENTRY_VALID) ? (virtual + ram.words[e + 2]!) >>> 0 : -1;
  };

  private readonly hasArmed = ({ pc, length, step }: GuestBlock): boolean =>
    this.armed.get(pc & ~0x3ff)?.some((address) => address >= pc && address < pc + length * step) ?? false;

  dropKilobyte(offset: number): void {
    const regions = this.byKilobyte.get(offset >>> 10);
    if (regions !== undefined) for (const region of regions) this.drop(region);
  }

  private drop(region: Region): void {
    if (this.regions[region.slot] !== region) return;
    this.regions[region.slot] = undefined;
    region.live = false;
    this.freeSlots.push(region.slot);
    this.dispatcher.put(region.slot, null);
    const index = (region.pc >>> 1) & JUMP_MASK;
    if (this.jumps[index] === region) {
      this.jumps[index] = undefined;
      this.core.ram.words[(JUMP_OFFSET >>> 2) + index * JUMP_ENTRY_WORDS] = NO_TARGET;
    }
    this.counts.liveBytes -= region.bytes;
    for (const { place } of region.blocks) this.byKilobyte.get(place >>> 10)?.delete(region);
  }

  /** Drops what has been called least since the last time, down to a part of what may be there. */
  private makeRoom(): void {
    const live = this.regions.filter((region) => region !== undefined);
    const recent = new Map(live.map((region) => [region, (this.callsOf(region) - region.callsBefore) >>> 0]));
    for (const region of live.sort((a, b) => recent.get(a)! - recent.get(b)!)) {
      if (this.counts.liveBytes <= this.mostBytes * KEPT) region.callsBefore = this.callsOf(region);
      else this.drop(region);
    }
  }

  dropAll(): void {
    for (const region of this.regions) {
      if (region === undefined) continue;
      region.live = false;
      this.dispatcher.put(region.slot, null);
    }
    this.forgetJumps();
    this.byKilobyte.clear();
    this.freeSlots.length = 0;
    this.regions = [undefined];
    this.counts.liveBytes = 0;
  }

  setArmed(armed: ReadonlyMap<number, readonly number[]>): void {
    this.armed = new Map(armed);
    for (const regions of this.byKilobyte.values()) {
      for (const region of regions) if (region.blocks.some(this.hasArmed)) this.drop(region);
    }
  }
}
