/**
 * Guest memory inside the one WebAssembly.Memory, RAM and ROM in banks one after the other, with what is known about each
 * piece of it: whether it was written since the last snapshot, and whether code in it has been decoded. Knows no virtual
 * addresses.
 */
import { RAM_OFFSET } from './arm926/layout';
import type { MemoryBank } from './types';

export const PAGE_BYTES = 0x1000;
/** Decoded code is noted by the word, eight to a byte: small programs have data right beside code. A byte stands for so many bytes. */
const NOTED_BYTES = 32;
const WASM_PAGE_BYTES = 0x10000;
/** All banks together: what fits behind RAM_OFFSET with offsets that stay positive in 32 bits. */
const MOST_BYTES = 0x70000000;

/** A bank and where it stands in the memory. */
interface PlacedBank extends MemoryBank {
  readonly offset: number;
}

export class Ram {
  readonly memory: WebAssembly.Memory;
  readonly words: Int32Array;
  readonly halves: Uint16Array;
  readonly bytes: Uint8Array;
  /** One per 4 KB page: 1 once written since the last snapshot. */
  readonly dirty: Uint8Array;
  /** One per 4 KB page: 1 while code in it is decoded. */
  readonly codePages: Uint8Array;
  /** Where the bits stand in the memory, for translated code: one for each word of all banks, 1 while it is decoded. */
  readonly codeBitsOffset: number;
  private readonly codeBits: Uint8Array;
  /** Called with the memory offset of a write to decoded code; set by the CPU core. */
  onCodeWritten: (offset: number) => void = () => {};

  /** Bytes of all banks together. */
  readonly size: number;
  private readonly placed: readonly PlacedBank[];
  /** The first bank, found without a search: most accesses go there. */
  private readonly mainBase: number;
  private readonly mainBytes: number;

  /**
   * @param banks the main RAM first; sizes and bases are multiples of 4 KB
   * @throws RangeError in a sentence
   */
  constructor(readonly banks: readonly MemoryBank[]) {
    const placed: PlacedBank[] = [];
    let offset = RAM_OFFSET;
    for (const bank of banks) {
      const { base, bytes } = bank;
      if (!Number.isInteger(bytes) || bytes <= 0 || bytes % PAGE_BYTES !== 0 || bytes > MOST_BYTES) {
        throw new RangeError(`RAM size ${bytes} is not a multiple of 4 KB up to 1792 MB`);
      }
      if (base % PAGE_BYTES !== 0 || base + bytes > 2 ** 32) {
        throw new RangeError(
          `Memory of ${bytes} bytes at 0x${base.toString(16)} does not end within 32 bits or begins inside of a 4 KB page`,
        );
      }
      placed.push({ ...bank, offset });
      offset += bytes;
    }
    this.placed = placed;
    this.size = offset - RAM_OFFSET;
    if (this.size > MOST_BYTES) throw new RangeError(`The memory banks have ${this.size} bytes; 1792 MB are possible`);
    this.mainBase = banks[0]!.base;
    this.mainBytes = banks[0]!.bytes;
    this.codeBitsOffset = offset;
    const bitBytes = this.size / NOTED_BYTES;
    // The last bits are read as part of a word.
    const pages = Math.ceil((offset + bitBytes + 4) / WASM_PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.words = new Int32Array(this.memory.buffer);
    this.halves = new Uint16Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.dirty = new Uint8Array(this.size / PAGE_BYTES);
    this.codePages = new Uint8Array(this.size / PAGE_BYTES);
    this.codeBits = new Uint8Array(this.memory.buffer, offset, bitBytes);
  }

  /** Place in the memory of a physical address; -1 when it is not RAM or ROM. */
  offsetOf(physical: number): number {
    const relative = (physical - this.mainBase) >>> 0;
    return relative < this.mainBytes ? relative + RAM_OFFSET : this.searchOffset(physical);
  }

  /** Place in the memory of a physical address that a store may change; -1 when it is not RAM. */
  writableOffsetOf(physical: number): number {
    const relative = (physical - this.mainBase) >>> 0;
    if (relative < this.mainBytes) return relative + RAM_OFFSET;
    const offset = this.searchOffset(physical);
    return offset >= 0 && this.isWritable(offset) ? offset : -1;
  }

  /** Whether stores may change what stands at a place in the memory. */
  isWritable(offset: number): boolean {
    if (offset < RAM_OFFSET + this.mainBytes) return true;
    return !this.placed.some(
      (bank) => bank.readOnly === true && offset >= bank.offset && offset < bank.offset + bank.bytes,
    );
  }

  private searchOffset(physical: number): number {
    for (const { base, bytes, offset } of this.placed) {
      const relative = (physical - base) >>> 0;
      if (relative < bytes) return relative + offset;
    }
    return -1;
  }

  /** Physical address of a place in the memory that `offsetOf` gave. */
  physicalOf(place: number): number {
    const bank = this.placed.find(({ offset, bytes }) => place >= offset && place < offset + bytes)!;
    return (place - bank.offset + bank.base) >>> 0;
  }

  /** Place of a whole physical range; -1 unless all of it is in one bank. */
  offsetOfRange(physical: number, length: number): number {
    for (const { base, bytes, offset } of this.placed) {
      const relative = physical - base;
      if (relative >= 0 && length >= 0 && relative + length <= bytes) return relative + offset;
    }
    return -1;
  }

  /** To be called after each write of up to four aligned bytes, except those of the fast path (which only goes where nothing is to be noted). */
  noteWrite(offset: number): void {
    const relative = offset - RAM_OFFSET;
    this.dirty[relative >>> 12] = 1;
    if (
      this.codePages[relative >>> 12] !== 0 &&
      ((this.codeBits[relative >>> 5]! >>> ((relative >>> 2) & 7)) & 1) !== 0
    )
      this.onCodeWritten(offset);
  }

  /** The same for a range of any length. */
  noteRangeWrite(offset: number, length: number): void {
    const end = offset + length;
    for (let at = offset & ~3; at < end;) {
      this.noteWrite(at);
      // Nothing else is to be noted of a page without code.
      at = this.codePages[(at - RAM_OFFSET) >>> 12] === 0 ? (at & -PAGE_BYTES) + PAGE_BYTES : at + 4;
    }
  }

  /** To be called when a 4 KB page has other contents than before, without having been written: what was decoded of it is old. */
  codeReplaced(offset: number): void {
    if (this.codePages[(offset - RAM_OFFSET) >>> 12] === 0) return;
    for (let at = offset; at < offset + PAGE_BYTES; at += NOTED_BYTES) {
      if (this.codeBits[(at - RAM_OFFSET) / NOTED_BYTES] !== 0) this.onCodeWritten(at);
    }
  }

  /** Notes that the words of this range are decoded. True when its 4 KB page held no decoded code before. */
  noteCode(offset: number, length: number): boolean {
    const relative = offset - RAM_OFFSET;
    for (let word = relative >>> 2; word << 2 < relative + length; word++)
      this.codeBits[word >>> 3]! |= 1 << (word & 7);
    const first = this.codePages[relative >>> 12] === 0;
    this.codePages[relative >>> 12] = 1;
    return first;
  }

  /** Forgets decoded code in `length` bytes at `offset`, both multiples of 32. The page keeps its mark: other parts may hold some. */
  forgetCode(offset: number, length: number): void {
    const first = (offset - RAM_OFFSET) / NOTED_BYTES;
    this.codeBits.fill(0, first, first + length / NOTED_BYTES);
  }

  forgetAllCode(): void {
    for (let page = this.codePages.indexOf(1); page >= 0; page = this.codePages.indexOf(1, page + 1)) {
      this.forgetCode(RAM_OFFSET + page * PAGE_BYTES, PAGE_BYTES);
      this.codePages[page] = 0;
    }
  }
}
