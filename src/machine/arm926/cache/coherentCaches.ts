/**
 * Caches and write buffer with data, so that stale values are really read, and the coherence check on each read (design: the
 * VIVT caches of the ARM926EJ-S are what the paper's port had to flush by hand). The rules are those of ARM DDI 0198D
 * chapter 4; where it is silent, those that the arm926ejs tick model names as its assumptions. Two more:
 * - Memory answers data accesses and table walks in the order of the bus, so they wait for the write buffer; fetches and
 *   devices have a way of their own to memory and do not.
 * - Devices that take virtual addresses (goldfish's) see what the CPU would see there, for they have no counterpart in
 *   hardware and no driver cleans for them; those that take physical ones see memory.
 */
import type { AccessSize } from '../../bus';
import type { CacheSizes, CachesView, CoherenceAccess, CoherenceReport } from '../../types';
import type { Core } from '../core';
import { Word } from '../layout';
import { isPrivileged } from '../modes';
import { ATTRIBUTE_DOMAIN_SHIFT } from '../tlb';
import { Control, modifiedAddress } from '../walk';
import type { CacheOperations, Caches } from './caches';
import { CoherenceCheck, type Place } from './coherenceCheck';
import { DataCache, type DataCacheState } from './dataCache';
import { LINE_BYTES, LINE_SHIFT } from './geometry';
import { InstructionCache, type InstructionCacheState } from './instructionCache';
import { LastStores, type LastStoresState, type StoreContext } from './lastStores';
import { NewestMemory, type NewestMemoryState } from './newestMemory';
import {
  dataIsCached,
  fetchIsCached,
  isRoundRobin,
  isUnbuffered,
  isWriteBack,
  lockedData,
  lockedInstructions,
} from './regime';
import { viewOf } from './view';

const LINE_MASK = LINE_BYTES - 1;
const NO_CONTEXT = -1;

interface CoherentState {
  readonly instructions: InstructionCacheState;
  readonly data: DataCacheState;
  readonly newest: NewestMemoryState;
  readonly lastStores: LastStoresState;
  readonly reports: readonly (readonly [string, CoherenceReport])[];
}

export class CoherentCaches implements Caches {
  readonly check: CoherenceCheck;
  readonly view: CachesView;
  private readonly s: Int32Array;
  private readonly instructions: InstructionCache;
  private readonly data: DataCache;
  private readonly newest: NewestMemory;
  private readonly lastStores = new LastStores();
  /** The context of the store before, by what it is made of. */
  private context = NO_CONTEXT;
  private readonly contextOf = { privileged: false, attributes: 0, ttbr: 0, dacr: 0, fcsePid: 0, control: 0 };

  /** `instructionCount`: how many instructions have begun, the one that executes included. */
  constructor(
    private readonly core: Core,
    sizes: CacheSizes,
    private readonly instructionCount: () => number,
  ) {
    const { ram, s } = core;
    this.s = s;
    this.newest = new NewestMemory(ram);
    this.data = new DataCache(sizes.dataBytes, ram, this.newest, () => this.now);
    this.instructions = new InstructionCache(sizes.instructionBytes, ram, (place) =>
      core.memory.onInstructionLine(place),
    );
    this.check = new CoherenceCheck(ram, this.lastStores, (offset) => this.locate(offset));
    this.view = this.createView();
  }

  private createView(): CachesView {
    const { instructions, data, s } = this;
    const { ram } = this.core;
    const copy = (bytes: Uint8Array, start: number): Uint8Array => bytes.slice(start, start + LINE_BYTES);
    return {
      mode: 'coherence',
      instruction: viewOf(
        instructions.tags,
        () => lockedInstructions(s),
        (place) => ({
          physicalAddress: ram.physicalOf(instructions.frames[place]!),
          data: copy(ram.bytes, instructions.placeInMemory(place, 0)),
        }),
      ),
      data: viewOf(
        data.tags,
        () => lockedData(s),
        (place) => ({
          physicalAddress: ram.physicalOf(data.frames[place]!),
          data: copy(data.bytes, place << LINE_SHIFT),
        }),
      ),
      readMemory: (address, byteLength) => {
        const offset = ram.offsetOfRange(address, byteLength);
        return offset < 0 ? undefined : ram.bytes.slice(offset, offset + byteLength);
      },
    };
  }

  private get now(): number {
    return this.core.sliceTicks + this.s[Word.TICKS]!;
  }

  private mva(virtual: number): number {
    return modifiedAddress(virtual >>> 0, this.s[Word.FCSE_PID]!);
  }

  fetch(virtual: number, offset: number, attributes: number): number {
    const { s, instructions } = this;
    this.data.writeBuffer.advance(this.now);
    let place = -1;
    if (fetchIsCached(s, attributes)) {
      const mva = this.mva(virtual);
      place = instructions.tags.lookUp(mva);
      if (place < 0) place = instructions.fill(mva, offset, lockedInstructions(s), isRoundRobin(s));
    }
    const thumb = this.core.thumb;
    const from = place < 0 ? offset : instructions.placeInMemory(place, offset);
    const { ram } = this.core;
    const value = thumb ? ram.halves[from >>> 1]! : ram.words[from >>> 2]!;
    const expected = this.newest.read(offset, thumb ? 2 : 4);
    if (value !== expected) {
      this.check.note({
        offset,
        size: thumb ? 2 : 4,
        value,
        expected,
        source: place < 0 ? 'memory' : 'instruction cache',
        lineOffset: place < 0 ? offset & ~LINE_MASK : instructions.frames[place]!,
        uncached: place < 0,
        read: this.access('fetch', virtual, attributes),
      });
    }
    return from;
  }

  load(virtual: number, offset: number, size: AccessSize, attributes: number): number {
    const { s, data } = this;
    let place = -1;
    if (dataIsCached(s, attributes)) {
      const mva = this.mva(virtual);
      place = data.tags.lookUp(mva);
      if (place < 0) place = data.fill(mva, offset, lockedData(s), isRoundRobin(s));
    }
    let value: number;
    if (place >= 0) {
      value = data.read(place, offset, size);
    } else {
      data.writeBuffer.drain();
      const { ram } = this.core;
      value = size === 4 ? ram.words[offset >>> 2]! : size === 2 ? ram.halves[offset >>> 1]! : ram.bytes[offset]!;
    }
    const expected = this.newest.read(offset, size);
    if (value !== expected) {
      this.check.note({
        offset,
        size,
        value,
        expected,
        source: place < 0 ? 'memory' : 'data cache',
        lineOffset: place < 0 ? offset & ~LINE_MASK : data.frames[place]!,
        uncached: place < 0,
        read: this.access('load', virtual, attributes),
      });
    }
    return value;
  }

  store(virtual: number, offset: number, size: AccessSize, value: number, attributes: number): void {
    const { s, data } = this;
    let buffered = true;
    let strayed = false;
    if (dataIsCached(s, attributes)) {
      const mva = this.mva(virtual);
      const place = data.tags.lookUp(mva);
      if (place >= 0) {
        data.write(place, offset, size, value);
        strayed = data.frames[place] !== (offset & ~LINE_MASK);
        if (isWriteBack(attributes)) {
          data.tags.markDirty(place, mva);
          buffered = false;
        }
      }
    }
    this.newest.write(offset, size, value);
    if (buffered) {
      data.writeBuffer.advance(this.now);
      data.writeBuffer.post(offset, size, value, this.now);
      if (isUnbuffered(attributes)) data.writeBuffer.drain();
    }
    this.lastStores.note(
      offset,
      this.core.pc,
      virtual,
      this.instructionCount() - 1,
      this.storeContext(attributes, strayed),
    );
  }

  /** Number of the context of a store now; it seldom differs from that of the store before. */
  private storeContext(attributes: number, strayed: boolean): number {
    if (strayed) return this.lastStores.number({ ...this.contextNow('store', attributes), strayed });
    const { s, contextOf: last } = this;
    const privileged = isPrivileged(s);
    if (
      this.context === NO_CONTEXT ||
      last.attributes !== attributes ||
      last.privileged !== privileged ||
      last.ttbr !== s[Word.TTBR] ||
      last.dacr !== s[Word.DACR] ||
      last.fcsePid !== s[Word.FCSE_PID] ||
      last.control !== s[Word.CONTROL]
    ) {
      last.attributes = attributes;
      last.privileged = privileged;
      last.ttbr = s[Word.TTBR]!;
      last.dacr = s[Word.DACR]!;
      last.fcsePid = s[Word.FCSE_PID]!;
      last.control = s[Word.CONTROL]!;
      this.context = this.lastStores.number(this.contextNow('store', attributes));
    }
    return this.context;
  }

  private contextNow(by: CoherenceAccess['by'], attributes?: number): StoreContext {
    const { s } = this;
    const translated = attributes !== undefined && (s[Word.CONTROL]! & Control.M) !== 0;
    return {
      by,
      privileged: isPrivileged(s),
      ...(translated && { mmuDomain: (attributes >>> ATTRIBUTE_DOMAIN_SHIFT) & 15 }),
      ttbr: s[Word.TTBR]! >>> 0,
      dacr: s[Word.DACR]! >>> 0,
      fcsePid: s[Word.FCSE_PID]! >>> 0,
    };
  }

  /** An access that is made now. A fetch is made before its instruction counts; all others of the CPU in it. */
  private access(by: 'load' | 'fetch' | 'walk' | 'device', virtual?: number, attributes?: number): CoherenceAccess {
    const begun = this.instructionCount();
    return {
      ...this.contextNow(by, attributes),
      pc: (by === 'fetch' ? virtual! : this.core.pc) >>> 0,
      instructionCount: by === 'load' ? begun - 1 : begun,
      ...(virtual !== undefined && { virtualAddress: virtual >>> 0, modifiedVirtualAddress: this.mva(virtual) }),
    };
  }

  /** Where the newest value of a byte is. */
  private locate(offset: number): Place {
    const byte = this.newest.read(offset, 1);
    if (this.data.holdsDirty(offset, byte)) return 'data cache';
    if (this.data.writeBuffer.holds(offset, 1)) return 'write buffer';
    return this.core.ram.bytes[offset] === byte ? 'memory' : 'nowhere';
  }

  descriptor(offset: number, virtual: number, fetch: boolean): void {
    if (fetch) this.data.writeBuffer.advance(this.now);
    else this.data.writeBuffer.drain();
    this.checkMemory(offset, 4, () => {
      const access = this.access('walk', virtual, 0);
      // A walk for a fetch comes before its instruction, one for data in it; either is the work of that instruction.
      return { ...access, ...(fetch ? { pc: virtual >>> 0 } : { instructionCount: access.instructionCount - 1 }) };
    });
  }

  /** Compares memory with what it should be, for a read that goes past the caches; one report for each 32 bytes. */
  private checkMemory(offset: number, byteLength: number, read: () => CoherenceAccess): void {
    const end = offset + byteLength;
    for (let at = this.newest.firstDifference(offset, byteLength); at >= 0;) {
      const size = (at & 3) === 0 && at + 4 <= end ? 4 : 1;
      const { ram } = this.core;
      this.check.note({
        offset: at,
        size,
        value: size === 4 ? ram.words[at >>> 2]! : ram.bytes[at]!,
        expected: this.newest.read(at, size),
        source: 'memory',
        lineOffset: at & ~LINE_MASK,
        uncached: true,
        read: read(),
      });
      const next = (at | LINE_MASK) + 1;
      at = next < end ? this.newest.firstDifference(next, end - next) : -1;
    }
  }

  beforeDevice(): void {
    this.data.writeBuffer.drain();
  }

  deviceReads(offset: number, byteLength: number): void {
    this.data.writeBuffer.advance(this.now);
    this.checkMemory(offset, byteLength, () => this.access('device'));
  }

  deviceWrote(offset: number, byteLength: number, mva = 0): void {
    this.newest.copyFromMemory(offset, byteLength);
    const context = this.lastStores.number(this.contextNow('device'));
    const pc = this.core.pc;
    const count = this.instructionCount();
    for (let at = offset & ~3; at < offset + byteLength; at += 4) {
      this.lastStores.note(at, pc, mva === 0 ? 0 : mva + at - offset, count, context);
    }
  }

  deviceReadsVirtual(mva: number, offset: number, bytes: Uint8Array): void {
    const { data } = this;
    data.writeBuffer.drain();
    bytes.set(this.core.ram.bytes.subarray(offset, offset + bytes.length));
    for (let at = 0; at < bytes.length; at += LINE_BYTES - ((offset + at) & LINE_MASK)) {
      const place = data.tags.find((mva + at) >>> 0);
      const length = Math.min(bytes.length - at, LINE_BYTES - ((offset + at) & LINE_MASK));
      if (place >= 0) {
        const start = (place << LINE_SHIFT) | ((offset + at) & LINE_MASK);
        bytes.set(data.bytes.subarray(start, start + length), at);
      }
      this.checkDeviceView(mva + at, offset + at, bytes.subarray(at, at + length), place);
    }
  }

  /** One report at most for a piece of a line that a device was given. */
  private checkDeviceView(mva: number, offset: number, bytes: Uint8Array, place: number): void {
    const at = bytes.findIndex((byte, index) => byte !== this.newest.read(offset + index, 1));
    if (at < 0) return;
    this.check.note({
      offset: offset + at,
      size: 1,
      value: bytes[at]!,
      expected: this.newest.read(offset + at, 1),
      source: place < 0 ? 'memory' : 'data cache',
      lineOffset: place < 0 ? offset & ~LINE_MASK : this.data.frames[place]!,
      uncached: place < 0,
      read: { ...this.access('device'), virtualAddress: (mva + at) >>> 0, modifiedVirtualAddress: (mva + at) >>> 0 },
    });
  }

  deviceWroteVirtual(mva: number, offset: number, byteLength: number): void {
    for (let at = 0; at < byteLength; at++) {
      const place = this.data.tags.find((mva + at) >>> 0);
      if (place >= 0) this.data.write(place, offset + at, 1, this.core.ram.bytes[offset + at]!);
    }
    this.deviceWrote(offset, byteLength, mva);
  }

  outsideWrote(offset: number, byteLength: number): void {
    const { data, instructions } = this;
    const { bytes } = this.core.ram;
    const end = offset + byteLength;
    for (const write of data.writeBuffer.pending) {
      for (let i = 0; i < write.size; i++) {
        const at = write.offset + i;
        if (at >= offset && at < end) write.value = (write.value & ~(0xff << (i * 8))) | (bytes[at]! << (i * 8));
      }
    }
    const overlap = (frame: number): [number, number] => [Math.max(frame, offset), Math.min(frame + LINE_BYTES, end)];
    for (let place = 0; place < data.tags.places; place++) {
      const [from, to] = overlap(data.frames[place]!);
      if (!data.tags.isValid(place)) continue;
      for (let at = from; at < to; at++) data.write(place, at, 1, bytes[at]!);
    }
    for (let place = 0; place < instructions.tags.places; place++) {
      const [from, to] = overlap(instructions.frames[place]!);
      if (instructions.tags.isValid(place) && from < to) instructions.refresh(place, from, to - from);
    }
    this.newest.copyFromMemory(offset, byteLength);
  }

  overlay(offset: number, bytes: Uint8Array): void {
    this.data.overlay(offset, bytes);
  }

  readonly operations: CacheOperations = {
    invalidateInstructions: () => this.instructions.tags.invalidateAll(),
    invalidateInstructionLine: (mva) => this.invalidateCode(this.instructions.tags.find(mva)),
    invalidateInstructionSetWay: (at) => this.invalidateCode(this.instructions.tags.bySetAndWay(at)),
    prefetchInstructionLine: (mva) => this.prefetch(mva),
    invalidateData: () => this.data.tags.invalidateAll(),
    invalidateDataLine: (mva, clean) => this.invalidateData(this.data.tags.find(mva), clean),
    invalidateDataSetWay: (at, clean) => this.invalidateData(this.data.tags.bySetAndWay(at), clean),
    cleanDataLine: (mva) => this.data.clean(this.data.tags.find(mva)),
    cleanDataSetWay: (at) => this.data.clean(this.data.tags.bySetAndWay(at)),
    drainWriteBuffer: () => this.data.writeBuffer.drain(),
  };

  private invalidateCode(place: number): void {
    this.instructions.tags.invalidate(place);
  }

  private invalidateData(place: number, clean: boolean): void {
    if (clean) this.data.clean(place);
    this.data.tags.invalidate(place);
  }

  /** A fault of its translation is in IFSR, without an abort (ARM DDI 0198D table 3-9). */
  private prefetch(mva: number): void {
    const { instructions, s } = this;
    if (instructions.tags.find(mva) >= 0) return;
    const { offset, attributes } = this.core.memory.translatePrefetch(mva);
    if (offset < 0 || !fetchIsCached(s, attributes)) return;
    this.data.writeBuffer.advance(this.now);
    instructions.fill(mva, offset, lockedInstructions(s), isRoundRobin(s));
  }

  testAndClean(invalidate: boolean): boolean {
    const { tags } = this.data;
    this.data.clean(tags.nextDirty(0));
    const isClean = tags.nextDirty(0) < 0;
    if (isClean && invalidate) tags.invalidateAll();
    return isClean;
  }

  reset(): void {
    this.instructions.reset();
    this.data.reset();
    this.newest.reset();
    this.lastStores.reset();
    this.check.reset();
    this.context = NO_CONTEXT;
  }

  capture(): CoherentState {
    const { data } = this;
    const quiet = data.writeBuffer.pending.length === 0;
    return {
      instructions: this.instructions.capture(),
      data: data.capture(),
      newest: this.newest.capture(quiet),
      lastStores: this.lastStores.capture(),
      reports: this.check.capture(),
    };
  }

  restore(state: unknown): void {
    const { instructions, data, newest, lastStores, reports } = state as CoherentState;
    this.instructions.restore(instructions);
    this.data.restore(data);
    this.newest.restore(newest);
    this.lastStores.restore(lastStores);
    this.check.restore(reports);
    this.context = NO_CONTEXT;
  }
}
