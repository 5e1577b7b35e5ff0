/**
 * The cache of regions: which there are, where the dispatcher and the interpreter find them, and which have to go when code is written or
 * when they take too much memory. Translates nothing and runs nothing.
 */
import type { Ram } from '../../ram';
import { JUMP_ENTRIES, JUMP_ENTRY_WORDS, JUMP_OFFSET, REGION_CALLS_OFFSET, REGION_SLOTS } from '../layout';
import type { CompiledBatch } from './batch';
import type { Dispatcher } from './dispatch';
import type { GuestBlock } from './discover';
import type { Leave } from './intermediate';
import type { Needs } from './structure';

/** Of the most bytes, what is left after regions had to go: making room is worth its sorting only for many at once. */
const KEPT = 0.75;
const JUMP_MASK = JUMP_ENTRIES - 1;
const FIRST_JUMP_WORD = JUMP_OFFSET >>> 2;
const FIRST_CALLS_WORD = REGION_CALLS_OFFSET >>> 2;
/** By the word: ARM code uses all entries, and what Thumb code jumps to is seldom side by side. */
const indexOf = (pc: number): number => (pc >>> 2) & JUMP_MASK;
/** What no jump goes to: code is at even addresses, in ARM state at multiples of 4. */
const NO_TARGET = 2;

/** Code that is translated together; what it assumes is its key: virtual address, place in the memory, instruction set, and whether it is cached. */
export interface Region {
  readonly slot: number;
  readonly pc: number;
  readonly place: number;
  readonly thumb: boolean;
  /** C of its pages, where caches are modelled; else 0. */
  readonly cacheable: number;
  /** Its instructions are looked up in the instruction cache. */
  readonly cachedFetches: boolean;
  readonly leaves: readonly Leave[];
  readonly blocks: readonly GuestBlock[];
  /** What it needs to begin. */
  readonly needs: Needs;
  /** Undefined while it waits to be compiled. */
  module: LiveModule | undefined;
  live: boolean;
  /** Calls that did nothing. */
  idle: number;
}

/** A module of WebAssembly with regions that are there. */
interface LiveModule {
  readonly bytes: number;
  readonly regions: Set<Region>;
  /** Calls of its regions up to the last time that some had to go. */
  callsBefore: number;
}

export type NewRegion = Omit<Region, 'slot' | 'module' | 'live' | 'idle'>;

export class Regions {
  /** WebAssembly of all that is there, in bytes. */
  liveBytes = 0;
  /** By slot; slot 0 stays empty, it stands for "none". */
  private slots: (Region | undefined)[] = [undefined];
  private readonly freeSlots: number[] = [];
  private readonly modules = new Set<LiveModule>();
  /** Those with code in each kilobyte of the memory. */
  private readonly byKilobyte = new Map<number, Set<Region>>();
  /** By virtual address, direct-mapped, as the dispatcher has them. */
  private readonly jumps = new Array<Region | undefined>(JUMP_ENTRIES).fill(undefined);

  constructor(
    private readonly ram: Ram,
    private readonly dispatcher: Dispatcher,
    private readonly mostBytes: number,
  ) {
    this.forgetJumps();
  }

  inSlot(slot: number): Region | undefined {
    return this.slots[slot];
  }

  /** The region that jumps to a virtual address lead to. */
  at(pc: number, thumb: boolean): Region | undefined {
    const region = this.jumps[indexOf(pc)];
    return region !== undefined && region.pc === pc && region.thumb === thumb ? region : undefined;
  }

  /** How often it was called; wraps after 2^32. */
  callsOf({ slot }: Region): number {
    return this.ram.words[FIRST_CALLS_WORD + slot]! >>> 0;
  }

  /** From now on it is dropped when its code is written, compiled or not. */
  add({ pc, place, thumb, cacheable, cachedFetches, leaves, blocks, needs }: NewRegion): Region {
    if (this.freeSlots.length === 0 && this.slots.length === REGION_SLOTS) this.makeRoom(0);
    const slot = this.freeSlots.pop() ?? this.slots.length;
    this.ram.words[FIRST_CALLS_WORD + slot] = 0;
    // Written out: V8 gives copies of other objects' properties a slow form, and whoever runs regions looks at these all the time.
    const region: Region = {
      slot,
      pc,
      place,
      thumb,
      cacheable,
      cachedFetches,
      leaves,
      blocks,
      needs,
      module: undefined,
      live: true,
      idle: 0,
    };
    this.slots[slot] = region;
    for (const block of blocks) {
      const kilobyte = block.place >>> 10;
      const known = this.byKilobyte.get(kilobyte);
      if (known === undefined) this.byKilobyte.set(kilobyte, new Set([region]));
      else known.add(region);
    }
    return region;
  }

  /** They can be called. Others may have to go for them. */
  addCompiled({ bytes, compiled }: CompiledBatch): void {
    if (this.liveBytes + bytes > this.mostBytes) this.makeRoom(Math.min(this.mostBytes * KEPT, this.mostBytes - bytes));
    const module: LiveModule = { bytes, regions: new Set(), callsBefore: 0 };
    for (const [region, run] of compiled) {
      if (!region.live) continue;
      region.module = module;
      module.regions.add(region);
      this.dispatcher.put(region.slot, run);
    }
    if (module.regions.size === 0) return;
    this.modules.add(module);
    this.liveBytes += bytes;
  }

  /** Lets jumps lead to a region, from any other, as long as its page is mapped as it is now. */
  remember(region: Region): void {
    const { pc, place, thumb, slot, cacheable } = region;
    const index = indexOf(pc);
    this.jumps[index] = region;
    const entry = FIRST_JUMP_WORD + index * JUMP_ENTRY_WORDS;
    const { words } = this.ram;
    words[entry] = thumb ? pc | 1 : pc;
    words[entry + 1] = slot;
    words[entry + 2] = place - pc;
    words[entry + 3] = cacheable;
  }

  drop(region: Region): void {
    if (!region.live) return;
    const { slot, pc, module } = region;
    region.live = false;
    this.slots[slot] = undefined;
    this.freeSlots.push(slot);
    this.dispatcher.put(slot, null);
    const index = indexOf(pc);
    if (this.jumps[index] === region) {
      this.jumps[index] = undefined;
      this.ram.words[FIRST_JUMP_WORD + index * JUMP_ENTRY_WORDS] = NO_TARGET;
    }
    for (const { place } of region.blocks) this.byKilobyte.get(place >>> 10)?.delete(region);
    if (module === undefined) return;
    module.regions.delete(region);
    if (module.regions.size > 0) return;
    this.modules.delete(module);
    this.liveBytes -= module.bytes;
  }

  /** Code in the kilobyte at a memory offset was written. */
  dropKilobyte(offset: number): void {
    const regions = this.byKilobyte.get(offset >>> 10);
    if (regions !== undefined) for (const region of regions) this.drop(region);
  }

  dropWhere(chosen: (region: Region) => boolean): void {
    for (const region of this.slots) if (region !== undefined && chosen(region)) this.drop(region);
  }

  dropAll(): void {
    for (const region of this.slots) {
      if (region === undefined) continue;
      region.live = false;
      this.dispatcher.put(region.slot, null);
    }
    this.forgetJumps();
    this.byKilobyte.clear();
    this.modules.clear();
    this.freeSlots.length = 0;
    this.slots = [undefined];
    this.liveBytes = 0;
  }

  /** Drops the modules that have been called least since the last time, until no more than `bytes` are left. */
  private makeRoom(bytes: number): void {
    const calls = new Map<LiveModule, number>();
    for (const module of this.modules) {
      let sum = 0;
      for (const region of module.regions) sum += this.callsOf(region);
      calls.set(module, sum);
    }
    const recent = (module: LiveModule): number => calls.get(module)! - module.callsBefore;
    for (const module of [...this.modules].sort((a, b) => recent(a) - recent(b))) {
      if (this.liveBytes <= bytes) module.callsBefore = calls.get(module)!;
      else for (const region of module.regions) this.drop(region);
    }
  }

  private forgetJumps(): void {
    this.jumps.fill(undefined);
    this.ram.words.fill(NO_TARGET, FIRST_JUMP_WORD, FIRST_JUMP_WORD + JUMP_ENTRIES * JUMP_ENTRY_WORDS);
  }
}
