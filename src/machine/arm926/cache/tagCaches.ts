/**
 * Caches as tags alone: what hits and what misses is counted, and data always comes from memory, so that nothing is ever stale.
 * They follow the same rules as those with data (coherentCaches.ts).
 */
import type { AccessSize } from '../../bus';
import type { CacheSizes, CachesView } from '../../types';
import type { Core } from '../core';
import { Word } from '../layout';
import { modifiedAddress } from '../walk';
import type { CacheOperations, Caches } from './caches';
import { CacheTags, type CacheTagsState } from './cacheTags';
import { dataIsCached, fetchIsCached, isRoundRobin, isWriteBack, lockedData, lockedInstructions } from './regime';
import { viewOf } from './view';

interface TagCachesState {
  readonly instructions: CacheTagsState;
  readonly data: CacheTagsState;
}

export class TagCaches implements Caches {
  private readonly instructions: CacheTags;
  private readonly data: CacheTags;
  private readonly s: Int32Array;
  readonly view: CachesView;

  constructor(
    private readonly core: Core,
    sizes: CacheSizes,
  ) {
    this.s = core.s;
    this.instructions = new CacheTags(sizes.instructionBytes);
    this.data = new CacheTags(sizes.dataBytes);
    const { ram } = core;
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
    return modifiedAddress(virtual >>> 0, this.s[Word.FCSE_PID]!);
  }

  fetch(virtual: number, offset: number, attributes: number): number {
    if (fetchIsCached(this.s, attributes) && this.instructions.lookUp(this.mva(virtual)) < 0) {
      this.fillInstructions(this.mva(virtual));
    }
    return offset;
  }

  private fillInstructions(mva: number): void {
    const place = this.instructions.victim(mva, lockedInstructions(this.s), isRoundRobin(this.s));
    if (place >= 0) this.instructions.enter(place, mva);
  }

  load(virtual: number, offset: number, size: AccessSize, attributes: number): number {
    const { s, data } = this;
    if (dataIsCached(s, attributes)) {
      const mva = this.mva(virtual);
      if (data.lookUp(mva) < 0) {
        const place = data.victim(mva, lockedData(s), isRoundRobin(s));
        if (place >= 0) data.enter(place, mva);
      }
    }
    const { ram } = this.core;
    return size === 4 ? ram.words[offset >>> 2]! : size === 2 ? ram.halves[offset >>> 1]! : ram.bytes[offset]!;
  }

  store(virtual: number, offset: number, size: AccessSize, value: number, attributes: number): void {
    if (dataIsCached(this.s, attributes)) {
      const mva = this.mva(virtual);
      const place = this.data.lookUp(mva);
      if (place >= 0 && isWriteBack(attributes)) this.data.markDirty(place, mva);
    }
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
    if (place >= 0) this.data.markClean(place);
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
