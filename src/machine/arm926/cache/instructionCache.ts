/**
 * The instruction cache with its data. Its lines stand in the machine's memory before RAM, so that the interpreter decodes
 * what the cache holds, however old it is. Who may use it when is coherentCaches.ts.
 */
import type { Ram } from '../../ram';
import { INSTRUCTION_CACHE_OFFSET } from '../layout';
import { CacheTags, type CacheTagsState } from './cacheTags';
import { LINE_BYTES, LINE_SHIFT } from './geometry';

const LINE_MASK = LINE_BYTES - 1;

export interface InstructionCacheState {
  readonly tags: CacheTagsState;
  readonly data: Uint8Array;
  readonly frames: Int32Array;
}

export class InstructionCache {
  readonly tags: CacheTags;
  /** Place in the machine's memory that each line came from. */
  readonly frames: Int32Array;

  /** `onLine` is told of each line that is replaced, by its place in the memory. */
  constructor(
    private readonly size: number,
    private readonly ram: Ram,
    private readonly onLine: (place: number) => void,
  ) {
    this.tags = new CacheTags(size);
    this.frames = new Int32Array(this.tags.places);
  }

  reset(): void {
    this.tags.reset();
  }

  /** Place in the machine's memory of the byte of a line that stands for the one at `offset` of RAM. */
  placeInMemory(place: number, offset: number): number {
    return INSTRUCTION_CACHE_OFFSET + ((place << LINE_SHIFT) | (offset & LINE_MASK));
  }

  /** Brings in the line of `mva` from the memory around `offset`; -1 when all ways are locked. */
  fill(mva: number, offset: number, locked: number, roundRobin: boolean): number {
    const place = this.tags.victim(mva, locked, roundRobin);
    if (place < 0) return -1;
    const line = offset & ~LINE_MASK;
    this.frames[place] = line;
    this.tags.enter(place, mva);
    this.refresh(place, line, LINE_BYTES);
    return place;
  }

  /** Copies memory again into a line, `length` bytes from `offset` of RAM on. */
  refresh(place: number, offset: number, length: number): void {
    const { bytes } = this.ram;
    bytes.copyWithin(this.placeInMemory(place, offset), offset, offset + length);
    this.onLine(this.placeInMemory(place, 0));
  }

  capture(): InstructionCacheState {
    const { bytes } = this.ram;
    return {
      tags: this.tags.capture(),
      data: bytes.slice(INSTRUCTION_CACHE_OFFSET, INSTRUCTION_CACHE_OFFSET + this.size),
      frames: this.frames.slice(),
    };
  }

  /** The caller forgets all decoded code. */
  restore(state: InstructionCacheState): void {
    this.tags.restore(state.tags);
    this.ram.bytes.set(state.data, INSTRUCTION_CACHE_OFFSET);
    this.frames.set(state.frames);
  }
}
