/**
 * The data cache with its data: write-back and write-through by line access, two dirty halves per line, filled by loads
 * only, with the write buffer behind it (ARM DDI 0198D chapter 4). Lines know the physical memory they came from, as the
 * chip's do for writing back. Who may use it when is coherentCaches.ts.
 */
import type { AccessSize } from '../../bus';
import type { Ram } from '../../ram';
import { CacheTags, type CacheTagsState } from './cacheTags';
import { HALF_BYTES, LINE_BYTES, LINE_SHIFT } from './geometry';
import type { NewestMemory } from './newestMemory';
import { WriteBuffer, type BufferedWrite } from './writeBuffer';

const LINE_MASK = LINE_BYTES - 1;

export interface DataCacheState {
  readonly tags: CacheTagsState;
  readonly data: Uint8Array;
  readonly frames: Int32Array;
  readonly writes: readonly BufferedWrite[];
}

export class DataCache {
  readonly tags: CacheTags;
  readonly writeBuffer: WriteBuffer;
  /** Place in the machine's memory that each line came from. */
  readonly frames: Int32Array;
  readonly bytes: Uint8Array;
  private readonly halves: Uint16Array;
  private readonly words: Int32Array;

  constructor(
    bytes: number,
    private readonly ram: Ram,
    private readonly newest: NewestMemory,
    private readonly now: () => number,
  ) {
    this.tags = new CacheTags(bytes);
    this.frames = new Int32Array(this.tags.places);
    this.bytes = new Uint8Array(bytes);
    this.halves = new Uint16Array(this.bytes.buffer);
    this.words = new Int32Array(this.bytes.buffer);
    this.writeBuffer = new WriteBuffer((write) => this.commit(write));
  }

  reset(): void {
    this.tags.reset();
    this.writeBuffer.reset();
  }

  read(place: number, offset: number, size: AccessSize): number {
    const at = (place << LINE_SHIFT) | (offset & LINE_MASK);
    return size === 4 ? this.words[at >>> 2]! : size === 2 ? this.halves[at >>> 1]! : this.bytes[at]!;
  }

  write(place: number, offset: number, size: AccessSize, value: number): void {
    const at = (place << LINE_SHIFT) | (offset & LINE_MASK);
    if (size === 4) this.words[at >>> 2] = value;
    else if (size === 2) this.halves[at >>> 1] = value;
    else this.bytes[at] = value;
  }

  /**
   * Brings in the line of `mva` from the memory around `offset`; -1 when all ways are locked. Buffered writes go before it
   * on the bus; the dirty halves that it drives out follow it through the write buffer.
   */
  fill(mva: number, offset: number, locked: number, roundRobin: boolean): number {
    this.writeBuffer.drain();
    const place = this.tags.victim(mva, locked, roundRobin);
    if (place < 0) return -1;
    const dirty = this.tags.isValid(place) ? this.tags.dirtyHalves(place) : 0;
    const start = place << LINE_SHIFT;
    const old = dirty === 0 ? undefined : this.words.slice(start >>> 2, (start + LINE_BYTES) >>> 2);
    const oldFrame = this.frames[place]!;
    const line = offset & ~LINE_MASK;
    this.bytes.set(this.ram.bytes.subarray(line, line + LINE_BYTES), start);
    this.frames[place] = line;
    this.tags.enter(place, mva);
    if (old !== undefined) this.postHalves(dirty, old, oldFrame);
    return place;
  }

  /** Writes the dirty halves of a line to the write buffer. Nothing for place -1. */
  clean(place: number): void {
    if (place < 0 || !this.tags.isValid(place)) return;
    const dirty = this.tags.dirtyHalves(place);
    const start = place << LINE_SHIFT;
    this.tags.markClean(place);
    if (dirty === 0) return;
    this.postHalves(dirty, this.words.subarray(start >>> 2, (start + LINE_BYTES) >>> 2), this.frames[place]!);
  }

  private postHalves(dirty: number, words: Int32Array, frame: number): void {
    const now = this.now();
    for (let i = 0; i < words.length; i++) {
      const half = i * 4 < HALF_BYTES ? 1 : 2;
      if ((dirty & half) !== 0) this.writeBuffer.post(frame + i * 4, 4, words[i]!, now);
    }
  }

  /** A write that leaves the write buffer for memory. */
  private commit({ offset, size, value }: BufferedWrite): void {
    const { ram } = this;
    this.newest.keep(offset);
    if (size === 4) ram.words[offset >>> 2] = value;
    else if (size === 2) ram.halves[offset >>> 1] = value;
    else ram.bytes[offset] = value;
    ram.noteWrite(offset);
  }

  /** Place of a line from this line of memory, at or after `from`; -1 when there is none. */
  placeOfFrame(frame: number, from: number): number {
    for (let place = from; place < this.frames.length; place++) {
      if (this.frames[place] === frame && this.tags.isValid(place)) return place;
    }
    return -1;
  }

  /** True when a dirty half holds `byte` for the byte of memory at `offset`. */
  holdsDirty(offset: number, byte: number): boolean {
    const frame = offset & ~LINE_MASK;
    const half = (offset & LINE_MASK) < HALF_BYTES ? 1 : 2;
    for (let place = this.placeOfFrame(frame, 0); place >= 0; place = this.placeOfFrame(frame, place + 1)) {
      if ((this.tags.dirtyHalves(place) & half) !== 0 && this.read(place, offset, 1) === byte) return true;
    }
    return false;
  }

  /** Overlays bytes of memory from `offset` on with buffered writes and dirty halves. */
  overlay(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    for (const { offset: at, size, value } of this.writeBuffer.pending) {
      for (let i = 0; i < size; i++) if (at + i >= offset && at + i < end) bytes[at + i - offset] = value >>> (i * 8);
    }
    for (let place = this.tags.nextDirty(0); place >= 0; place = this.tags.nextDirty(place + 1)) {
      const frame = this.frames[place]!;
      if (frame >= end || frame + LINE_BYTES <= offset) continue;
      const dirty = this.tags.dirtyHalves(place);
      for (let i = 0; i < LINE_BYTES; i++) {
        const at = frame + i;
        if (at < offset || at >= end || (dirty & (i < HALF_BYTES ? 1 : 2)) === 0) continue;
        bytes[at - offset] = this.bytes[(place << LINE_SHIFT) | i]!;
      }
    }
  }

  capture(): DataCacheState {
    return {
      tags: this.tags.capture(),
      data: this.bytes.slice(),
      frames: this.frames.slice(),
      writes: this.writeBuffer.capture(),
    };
  }

  restore(state: DataCacheState): void {
    this.tags.restore(state.tags);
    this.bytes.set(state.data);
    this.frames.set(state.frames);
    this.writeBuffer.restore(state.writes);
  }
}
