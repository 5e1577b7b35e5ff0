/**
 * What fetches, loads and stores cost on the ARM926EJ-S: TLB walks, the two caches, the write buffer, and the CP15
 * operations on them (ARM DDI 0198D chapters 2-4). It watches and counts; data and translations are the machine's own.
 */
import type { CacheSizes } from '../../../types';
import type { CacheOperations } from '../../cache/caches';
import { CacheTags, type CacheTagsState } from '../../cache/cacheTags';
import { HALF_BYTES, LINE_BYTES } from '../../cache/geometry';
import { cacheOperation } from '../../cache/operations';
import type { Core } from '../../core';
import { Word } from '../../layout';
import { MainTlb, type MainTlbState } from '../../mainTlb';
import { isPrivileged } from '../../modes';
import { Control, READ, WalkRecord, modifiedAddress, walk } from '../../walk';
import { Bus, type BusState } from './bus';

const LINE_WORDS = LINE_BYTES / 4;
const HALF_LINE_WORDS = HALF_BYTES / 4;
const CACHEABLE = 2;
/** C and B set; C alone is write-through, B alone buffered and not cached. */
const WRITE_BACK = 3;
/** No word and no line. */
const NOWHERE = -1;

export interface MemorySystemState {
  readonly instructions: CacheTagsState;
  readonly data: CacheTagsState;
  readonly tlb: MainTlbState;
  readonly bus: BusState;
  readonly fetchLine: number;
  readonly fetchWord: number;
  /** Walks that the machine has made and that no access has paid for yet: those of accesses that aborted. */
  readonly descriptorReads: number;
}

export class MemorySystem {
  private readonly instructions: CacheTags;
  private readonly data: CacheTags;
  /** For timing alone; asked while the machine has no TLB of the chip's geometry itself. */
  private readonly tlb = new MainTlb();
  private readonly bus = new Bus();
  private readonly record = new WalkRecord();
  private readonly regime = { control: 0, ttbr: 0, dacr: 0, fcsePid: 0 };
  private readonly s: Int32Array;
  /** Line, and word where it is not cached, of the fetch before: another fetch of it costs nothing. */
  private fetchLine = NOWHERE;
  private fetchWord = NOWHERE;
  /** Word that would go on with the burst of this instruction. */
  private burstNext = NOWHERE;

  constructor(
    private readonly core: Core,
    sizes: CacheSizes,
  ) {
    this.s = core.s;
    this.instructions = new CacheTags(sizes.instructionBytes);
    this.data = new CacheTags(sizes.dataBytes);
  }

  reset(): void {
    this.instructions.reset();
    this.data.reset();
    this.tlb.reset();
    this.bus.reset();
    this.fetchLine = this.fetchWord = NOWHERE;
  }

  private get now(): number {
    return this.core.sliceTicks + this.s[Word.TICKS]!;
  }

  private readonly readDescriptor = (physical: number): number | undefined => {
    const offset = this.core.ram.offsetOf(physical);
    return offset < 0 ? undefined : this.core.ram.words[offset >>> 2]!;
  };

  /** What the TLB said about the page of the last access: cycles that a walk took, and C and B as bits 1 and 0. */
  private walkWait = 0;
  private cacheBits = 0;

  /** Looks up `mva` in the TLB; walks when it is not there, and the page is then in it, unless there is none. */
  private translate(virtual: number, mva: number, now: number): void {
    const { s, regime, record } = this;
    const { mainTlb } = this.core.memory;
    this.walkWait = 0;
    if (mainTlb !== undefined) {
      // The machine has looked up and walked already.
      for (let i = 0; i < this.core.memory.descriptorReads; i++) this.walkWait += this.bus.read(now + this.walkWait, 1);
      this.core.memory.descriptorReads = 0;
      const entry = mainTlb.find(mva);
      this.cacheBits = entry < 0 ? 0 : mainTlb.cacheBits(entry);
      return;
    }
    const entry = this.tlb.find(mva);
    if (entry >= 0) {
      this.cacheBits = this.tlb.cacheBits(entry);
      return;
    }
    regime.control = s[Word.CONTROL]!;
    regime.ttbr = s[Word.TTBR]!;
    regime.dacr = s[Word.DACR]!;
    regime.fcsePid = s[Word.FCSE_PID]!;
    walk(record, this.readDescriptor, regime, virtual >>> 0, READ, isPrivileged(s));
    this.walkWait = this.bus.read(now, 1);
    if (record.level2Address >= 0) this.walkWait += this.bus.read(now + this.walkWait, 1);
    this.cacheBits = Math.max(0, record.cacheBits);
    if (record.pageBytes > 0) this.tlb.enter(this.tlb.place(record, s[Word.TLB_LOCKDOWN]!), record);
  }

  /** A new instruction at `pc`: what its fetch waits for. */
  fetch(pc: number): number {
    this.burstNext = NOWHERE;
    const { s } = this;
    const line = pc >>> 5;
    const control = s[Word.CONTROL]!;
    if (line === this.fetchLine) {
      if (this.fetchWord === NOWHERE || this.fetchWord === pc >>> 2) return 0;
      this.fetchWord = pc >>> 2;
      return this.bus.read(this.now, 1);
    }
    this.fetchLine = line;
    this.fetchWord = NOWHERE;
    const now = this.now;
    const mva = modifiedAddress(pc >>> 0, s[Word.FCSE_PID]!);
    let wait = 0;
    let bits: number = CACHEABLE;
    if ((control & Control.M) !== 0) {
      this.translate(pc, mva, now);
      wait = this.walkWait;
      bits = this.cacheBits;
    }
    if ((control & Control.I) !== 0 && (bits & CACHEABLE) !== 0) {
      if (this.instructions.find(mva) >= 0) return wait;
      const place = this.instructions.victim(mva, s[Word.I_CACHE_LOCKDOWN]! & 15, (control & Control.RR) !== 0);
      if (place >= 0) this.instructions.enter(place, mva);
      return wait + this.bus.read(now + wait, LINE_WORDS);
    }
    this.fetchWord = pc >>> 2;
    return wait + this.bus.read(now + wait, 1);
  }

  /** A load or store that has been made. */
  access(virtual: number, write: boolean): number {
    const { s } = this;
    const now = this.now;
    const control = s[Word.CONTROL]!;
    const mva = modifiedAddress(virtual >>> 0, s[Word.FCSE_PID]!);
    let wait = 0;
    let bits = 0;
    if ((control & Control.M) !== 0) {
      this.translate(virtual, mva, now);
      wait = this.walkWait;
      bits = this.cacheBits;
    }
    const cached = (control & Control.C) !== 0 && (bits & CACHEABLE) !== 0;
    return wait + (write ? this.store(mva, bits, cached, now + wait) : this.load(mva, cached, now + wait));
  }

  private load(mva: number, cached: boolean, now: number): number {
    if (!cached) return this.single(mva, now, false);
    if (this.data.find(mva) >= 0) return 0;
    const { s } = this;
    const place = this.data.victim(mva, s[Word.D_CACHE_LOCKDOWN]! & 15, (s[Word.CONTROL]! & Control.RR) !== 0);
    const wait = this.bus.read(now, LINE_WORDS);
    if (place < 0) return wait;
    const dirty = this.data.isValid(place) ? countHalves(this.data.dirtyHalves(place)) : 0;
    this.data.enter(place, mva);
    return wait + this.writeHalves(dirty, now + wait);
  }

  /** Only loads allocate; a store that misses goes to memory through the write buffer. */
  private store(mva: number, bits: number, cached: boolean, now: number): number {
    if (cached) {
      const place = this.data.find(mva);
      if (place >= 0 && bits === WRITE_BACK) {
        this.data.markDirty(place, mva);
        return 0;
      }
      return this.post(mva, now);
    }
    return bits !== 0 ? this.post(mva, now) : this.single(mva, now, true);
  }

  /** Whether this word goes on with the burst of the instruction's word before. */
  private goesOn(mva: number): boolean {
    const word = mva >>> 2;
    const goesOn = word === this.burstNext;
    this.burstNext = word + 1;
    return goesOn;
  }

  private post(mva: number, now: number): number {
    return this.goesOn(mva) ? this.bus.postOn(now) : this.bus.post(now, 1);
  }

  /** A word that goes past cache and write buffer. */
  private single(mva: number, now: number, write: boolean): number {
    if (this.goesOn(mva)) return this.bus.goOn(now);
    return write ? this.bus.writeThrough(now) : this.bus.read(now, 1);
  }

  private writeHalves(halves: number, now: number): number {
    let wait = 0;
    for (let i = 0; i < halves; i++) wait += this.bus.post(now + wait, HALF_LINE_WORDS);
    return wait;
  }

  private clean(place: number, now: number): number {
    if (place < 0) return 0;
    const halves = countHalves(this.data.dirtyHalves(place));
    this.data.markClean(place);
    return this.writeHalves(halves, now);
  }

  /** A test-and-clean: one line, or all at once where the machine has no caches and says that none is dirty. */
  private testAndClean(invalidate: boolean, now: number): number {
    const { data } = this;
    let wait = 0;
    do wait += this.clean(data.nextDirty(0), now + wait);
    while (this.core.memory.caches === undefined && data.nextDirty(0) >= 0);
    if (invalidate && data.nextDirty(0) < 0) data.invalidateAll();
    return wait;
  }

  /**
   * An MCR or MRC p15 that is about to execute, `after` cycles from now: what it does to caches, TLB and write buffer. In
   * User mode it traps and does nothing.
   */
  coprocessor(op: number, after: number): number {
    const crn = (op >>> 16) & 15;
    if (!isPrivileged(this.s) || ((op >>> 21) & 7) !== 0) return 0;
    // Translations or what is cached may be others from now on.
    this.fetchLine = NOWHERE;
    const op2 = (op >>> 5) & 7;
    const value = this.s[(op >>> 12) & 15]!;
    if (crn === 8) {
      if (op2 === 0) this.tlb.invalidateAll();
      else if (op2 === 1) this.tlb.invalidate(value >>> 0);
      return 0;
    }
    return crn === 7 ? this.cacheOperation(op, value >>> 0, this.now + after) : 0;
  }

  private cacheOperation(op: number, value: number, now: number): number {
    const crm = op & 15;
    const op2 = (op >>> 5) & 7;
    this.operationWait = 0;
    if (op2 === 3 && (crm === 10 || crm === 14)) return this.testAndClean(crm === 14, now);
    this.operationTicks = now;
    cacheOperation(crm, op2)?.apply(this.operations, value);
    return this.operationWait;
  }

  /** Ticks at which the operation that is priced begins, and what it takes. */
  private operationTicks = 0;
  private operationWait = 0;
  private readonly operations: CacheOperations = {
    invalidateInstructions: () => this.instructions.invalidateAll(),
    invalidateInstructionLine: (mva) => this.instructions.invalidate(this.instructions.find(mva)),
    invalidateInstructionSetWay: (at) => this.instructions.invalidate(this.instructions.bySetAndWay(at)),
    prefetchInstructionLine: () => {},
    invalidateData: () => this.data.invalidateAll(),
    invalidateDataLine: (mva, clean) => this.invalidateData(this.data.find(mva), clean),
    invalidateDataSetWay: (at, clean) => this.invalidateData(this.data.bySetAndWay(at), clean),
    cleanDataLine: (mva) => this.cleanPlace(this.data.find(mva)),
    cleanDataSetWay: (at) => this.cleanPlace(this.data.bySetAndWay(at)),
    drainWriteBuffer: () => {
      this.operationWait = this.bus.drain(this.operationTicks);
    },
  };

  private cleanPlace(place: number): void {
    this.operationWait = this.clean(place, this.operationTicks);
  }

  private invalidateData(place: number, clean: boolean): void {
    if (clean) this.cleanPlace(place);
    this.data.invalidate(place);
  }

  capture(): MemorySystemState {
    return {
      instructions: this.instructions.capture(),
      data: this.data.capture(),
      tlb: this.tlb.capture(),
      bus: this.bus.capture(),
      fetchLine: this.fetchLine,
      fetchWord: this.fetchWord,
      descriptorReads: this.core.memory.mainTlb === undefined ? 0 : this.core.memory.descriptorReads,
    };
  }

  restore(state: MemorySystemState): void {
    this.instructions.restore(state.instructions);
    this.data.restore(state.data);
    this.tlb.restore(state.tlb);
    this.bus.restore(state.bus);
    this.fetchLine = state.fetchLine;
    this.fetchWord = state.fetchWord;
    this.core.memory.descriptorReads = state.descriptorReads;
  }
}

const countHalves = (dirty: number): number => (dirty & 1) + (dirty >>> 1);
