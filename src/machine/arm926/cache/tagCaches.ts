/**
 * Caches as tags alone: what hits and what misses is counted, and data always comes from memory, so that nothing is ever stale.
 * They follow the same rules as those with data (coherentCaches.ts).
 */
import type { AccessSize } from '../../bus';
import type { CacheSizes, CachesView } from '../../types';
import type { Core } from '../core';
import { Word } from '../layout';
import { modifiedAddress } from '../walk';
import type { CacheOperations, Caches, TagsAlone } from './caches';
import { CacheTags, type CacheTagsState } from './cacheTags';
import { DataHints, FetchHints, type LineHints } from './hints';
import { dataIsCached, fetchIsCached, isRoundRobin, isWriteBack, lockedData, lockedInstructions } from './regime';
import { viewOf } from './view';

interface TagCachesState {
  readonly instructions: CacheTagsState;
  readonly data: CacheTagsState;
}

/** Tags whose lines are also known by hints, which are forgotten when they would no longer be right. */
class HintedTags extends CacheTags {
  constructor(
    bytes: number,
    private readonly hints: LineHints,
    private readonly s: Int32Array,
  ) {
    super(bytes);
  }

  /** A line is known by its modified virtual address, and where the FCSE has a process below 32 MB by that as well. */
  private forget(mva: number): void {
    this.hints.forget(mva);
    const pid = this.s[Word.FCSE_PID]!;
    if (pid !== 0 && ((mva ^ pid) & 0xfe000000) === 0) this.hints.forget(mva & 0x01ffffff);
  }

  override enter(place: number, mva: number): void {
    if (this.isValid(place)) this.forget(this.addressOf(place) | 0);
    // Stores to it miss no longer.
    this.forget(mva);
    super.enter(place, mva);
  }

  override invalidate(place: number): void {
    if (place >= 0 && this.isValid(place)) this.forget(this.addressOf(place) | 0);
    super.invalidate(place);
  }

  override invalidateAll(): void {
    this.hints.forgetAll();
    super.invalidateAll();
  }

  override markClean(place: number): void {
    this.forget(this.addressOf(place) | 0);
    super.markClean(place);
  }

  override restore(state: CacheTagsState): void {
    this.hints.forgetAll();
    super.restore(state);
  }
}

export class TagCaches implements Caches, TagsAlone {
  readonly tagsAlone: TagsAlone = this;
  private readonly fetchHints: FetchHints;
  private readonly dataHints: DataHints;
  private readonly instructions: HintedTags;
  private readonly data: HintedTags;
  private readonly s: Int32Array;
  readonly view: CachesView;

  constructor(
    private readonly core: Core,
    sizes: CacheSizes,
  ) {
    const { s, ram } = core;
    this.s = s;
    this.fetchHints = new FetchHints(ram.words);
    this.dataHints = new DataHints(ram.words);
    this.instructions = new HintedTags(sizes.instructionBytes, this.fetchHints, s);
    this.data = new HintedTags(sizes.dataBytes, this.dataHints, s);
    this.view = {
      mode: 'timing',
      instruction: viewOf(this.instructions, () => lockedInstructions(this.s)),
      data: viewOf(this.data, () => lockedData(this.s)),
      readMemory: (address, byteLength) => {
        const offset = ram.offsetOfRange(address, byteLength);
        return offset < 0 ? undefined : ram.bytes.slice(offset, offset + byteLength);
      },
    };
  }

  private mva(virtual: number): number {
    return modifiedAddress(virtual >>> 0, this.s[Word.FCSE_PID]!) | 0;
  }

  execute(virtual: number, attributes: number): void {
    const { s, instructions, fetchHints } = this;
    if (!fetchIsCached(s, attributes)) return;
    if (fetchHints.has(virtual)) {
      instructions.hits++;
      return;
    }
    const mva = this.mva(virtual);
    if (instructions.lookUp(mva) < 0 && this.fillInstructions(mva) < 0) return;
    fetchHints.fetchHits(virtual);
  }

  fetch(virtual: number, offset: number, attributes: number): number {
    this.execute(virtual, attributes);
    return offset;
  }

  private fillInstructions(mva: number): number {
    const { s, instructions } = this;
    const place = instructions.victim(mva, lockedInstructions(s), isRoundRobin(s));
    if (place >= 0) instructions.enter(place, mva);
    return place;
  }

  private loadWord(virtual: number): void {
    if (this.dataHints.has(virtual)) this.data.hits++;
    else this.loadUnknown(virtual);
  }

  /** Of a word whose line no hint knows. */
  private loadUnknown(virtual: number): void {
    const { s, data, dataHints } = this;
    const mva = this.mva(virtual);
    if (data.lookUp(mva) < 0) {
      const place = data.victim(mva, lockedData(s), isRoundRobin(s));
      if (place < 0) return;
      data.enter(place, mva);
    }
    dataHints.loadHits(virtual);
  }

  loads(virtual: number, words: number): void {
    if (words === 1) return this.loadUnknown(virtual);
    this.loadWord(virtual);
    for (let i = 1; i < words; i++) this.loadWord((virtual + i * 4) | 0);
  }

  private storeWord(virtual: number, attributes: number): void {
    const { data, dataHints } = this;
    const mva = this.mva(virtual);
    const place = data.lookUp(mva);
    if (place < 0) dataHints.storesMiss(virtual);
    else if (isWriteBack(attributes)) {
      data.markDirty(place, mva);
      dataHints.storeHits(virtual);
    }
  }

  stores(virtual: number, words: number, attributes: number): void {
    this.storeWord(virtual, attributes);
    for (let i = 1; i < words; i++) this.storeWord((virtual + i * 4) | 0, attributes);
  }

  forgetHints(): void {
    this.fetchHints.forgetAll();
    this.dataHints.forgetAll();
  }

  takeCounts(): void {
    const { s, data, instructions } = this;
    data.hits += s[Word.DATA_HITS]!;
    data.misses += s[Word.DATA_MISSES]!;
    instructions.hits += s[Word.FETCH_HITS]!;
    s[Word.DATA_HITS] = s[Word.DATA_MISSES] = s[Word.FETCH_HITS] = 0;
  }

  load(virtual: number, offset: number, size: AccessSize, attributes: number): number {
    if (dataIsCached(this.s, attributes)) this.loadWord(virtual);
    const { ram } = this.core;
    return size === 4 ? ram.words[offset >>> 2]! : size === 2 ? ram.halves[offset >>> 1]! : ram.bytes[offset]!;
  }

  store(virtual: number, offset: number, size: AccessSize, value: number, attributes: number): void {
    if (dataIsCached(this.s, attributes)) this.stores(virtual, 1, attributes);
    const { ram } = this.core;
    if (size === 4) ram.words[offset >>> 2] = value;
    else if (size === 2) ram.halves[offset >>> 1] = value;
    else ram.bytes[offset] = value;
    ram.noteWrite(offset);
  }

  readonly operations: CacheOperations = {
    invalidateInstructions: () => this.instructions.invalidateAll(),
    invalidateInstructionLine: (mva) => this.instructions.invalidate(this.instructions.find(mva)),
    invalidateInstructionSetWay: (at) => this.instructions.invalidate(this.instructions.bySetAndWay(at)),
    prefetchInstructionLine: (mva) => (this.instructions.find(mva) < 0 ? this.fillInstructions(mva) : undefined),
    invalidateData: () => this.data.invalidateAll(),
    invalidateDataLine: (mva) => this.data.invalidate(this.data.find(mva)),
    invalidateDataSetWay: (at) => this.data.invalidate(this.data.bySetAndWay(at)),
    cleanDataLine: (mva) => this.clean(this.data.find(mva)),
    cleanDataSetWay: (at) => this.clean(this.data.bySetAndWay(at)),
    drainWriteBuffer: () => {},
  };

  private clean(place: number): void {
    if (place >= 0 && this.data.dirtyHalves(place) !== 0) this.data.markClean(place);
  }

  testAndClean(invalidate: boolean): boolean {
    this.clean(this.data.nextDirty(0));
    const isClean = this.data.nextDirty(0) < 0;
    if (isClean && invalidate) this.data.invalidateAll();
    return isClean;
  }

  // Memory is always right here.
  descriptor(): void {}
  beforeDevice(): void {}
  deviceReads(): void {}
  deviceWrote(): void {}
  deviceReadsVirtual(): void {}
  deviceWroteVirtual(): void {}
  outsideWrote(): void {}
  overlay(): void {}

  reset(): void {
    this.instructions.reset();
    this.data.reset();
  }

  capture(): TagCachesState {
    return { instructions: this.instructions.capture(), data: this.data.capture() };
  }

  restore(state: unknown): void {
    const { instructions, data } = state as TagCachesState;
    this.instructions.restore(instructions);
    this.data.restore(data);
  }
}
