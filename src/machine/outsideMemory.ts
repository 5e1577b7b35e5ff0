/**
 * Memory as those outside of the CPU reach it: the debugger and the loader by physical address, devices by physical address or
 * through the guest's page tables, each with what it means for the caches. How the CPU itself reaches memory is arm926/memory.ts.
 */
import type { Core } from './arm926/core';
import type { Watches } from './arm926/watches';
import type { AccessKind, Walk } from './types';

/** Pages of 1 KB are the smallest whose translation may differ. */
const SMALLEST_PAGE_BYTES = 0x400;

type Translate = (virtualAddress: number, access: AccessKind, privileged: boolean) => Walk;

export class OutsideMemory {
  /** Ranges that devices' accesses have to be told of. */
  watches: Watches | undefined;

  constructor(
    private readonly core: Core,
    private readonly translate: Translate,
  ) {}

  /** RAM or ROM with what the data cache holds of it; undefined when a byte of the range is no memory. */
  read(address: number, byteLength: number): Uint8Array | undefined {
    const { caches } = this.core.memory;
    const bytes = this.load(address, byteLength);
    if (bytes !== undefined) caches?.overlay(this.core.ram.offsetOfRange(address, byteLength), bytes);
    return bytes;
  }

  /** From outside of the board, so that it programs ROM too. */
  write(address: number, bytes: Uint8Array): boolean {
    const { memory, ram } = this.core;
    const written = this.fill(address, bytes);
    if (written) {
      memory.caches?.outsideWrote(ram.offsetOfRange(address, bytes.length), bytes.length);
      // It may have been a page table: whoever writes from outside means it to count at once, as far as the TLB permits.
      memory.tlb.flush();
    }
    return written;
  }

  /** A device reads memory past the caches. */
  deviceReads(address: number, byteLength: number): Uint8Array | undefined {
    const offset = this.core.ram.offsetOfRange(address, byteLength);
    if (offset >= 0) this.core.memory.caches?.deviceReads(offset, byteLength);
    this.watches?.device(address, byteLength, false);
    return this.load(address, byteLength);
  }

  deviceWrites(address: number, bytes: Uint8Array): boolean {
    const { memory, ram } = this.core;
    const written = this.deviceStores(address, bytes);
    if (written) memory.caches?.deviceWrote(ram.offsetOfRange(address, bytes.length), bytes.length);
    return written;
  }

  /** What a guest's pointer leads to, with privileged rights, as the CPU would see it; undefined on a fault. */
  deviceReadsVirtual(address: number, byteLength: number): Uint8Array | undefined {
    return this.copyVirtual(address, byteLength, 'read');
  }

  /** False on a fault; pages before it are written. */
  deviceWritesVirtual(address: number, bytes: Uint8Array): boolean {
    return this.copyVirtual(address, bytes.length, 'write', bytes) !== undefined;
  }

  /** Fills RAM or ROM; nothing but the translated code and the dirty pages is told. False outside of one bank. */
  fill(address: number, bytes: Uint8Array): boolean {
    const { ram } = this.core;
    const offset = ram.offsetOfRange(address, bytes.length);
    if (offset < 0) return false;
    ram.bytes.set(bytes, offset);
    ram.noteRangeWrite(offset, bytes.length);
    return true;
  }

  private load(address: number, byteLength: number): Uint8Array | undefined {
    const { ram } = this.core;
    const offset = ram.offsetOfRange(address, byteLength);
    return offset < 0 ? undefined : ram.bytes.slice(offset, offset + byteLength);
  }

  /** ROM stays as it is. */
  private deviceStores(address: number, bytes: Uint8Array): boolean {
    const stored = this.core.ram.writableOffsetOf(address) >= 0 && this.fill(address, bytes);
    if (stored) this.watches?.device(address, bytes.length, true);
    return stored;
  }

  /** Copies between guest-virtual memory and bytes, page by page. */
  private copyVirtual(
    address: number,
    byteLength: number,
    access: 'read' | 'write',
    source?: Uint8Array,
  ): Uint8Array | undefined {
    const { memory, ram } = this.core;
    if (byteLength > ram.size) return undefined;
    const bytes = new Uint8Array(byteLength);
    for (let done = 0; done < byteLength;) {
      const at = (address + done) >>> 0;
      const length = Math.min(byteLength - done, SMALLEST_PAGE_BYTES - (at & (SMALLEST_PAGE_BYTES - 1)));
      const { physicalAddress, modifiedVirtualAddress, fault } = this.translate(at, access, true);
      if (physicalAddress === undefined || fault !== undefined) return undefined;
      const offset = ram.offsetOfRange(physicalAddress, length);
      if (source !== undefined) {
        if (!this.deviceStores(physicalAddress, source.subarray(done, done + length))) return undefined;
        memory.caches?.deviceWroteVirtual(modifiedVirtualAddress, offset, length);
      } else {
        const piece = this.load(physicalAddress, length);
        if (piece === undefined) return undefined;
        this.watches?.device(physicalAddress, length, false);
        memory.caches?.deviceReadsVirtual(modifiedVirtualAddress, offset, piece);
        bytes.set(piece, done);
      }
      done += length;
    }
    return bytes;
  }
}
