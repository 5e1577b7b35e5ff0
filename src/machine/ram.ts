/**
 * Guest RAM inside the one WebAssembly.Memory, with what is known about each piece of it: whether it was written since
 * the last snapshot, and whether code in it has been decoded. Knows no virtual addresses.
 */
import { RAM_OFFSET } from './arm926/layout';

export const PAGE_BYTES = 0x1000;
/** Decoded code is noted in lines of this many bytes, so that data beside code stays writable without cost. */
const LINE_SHIFT = 6;
const WASM_PAGE_BYTES = 0x10000;

export class Ram {
  readonly memory: WebAssembly.Memory;
  readonly words: Int32Array;
  readonly halves: Uint16Array;
  readonly bytes: Uint8Array;
  /** One per 4 KB page: 1 once written since the last snapshot. */
  readonly dirty: Uint8Array;
  /** One per 4 KB page: 1 while code in it is decoded. */
  readonly codePages: Uint8Array;
  private readonly codeLines: Uint8Array;
  /** Called with the memory offset of a write to decoded code; set by the CPU core. */
  onCodeWritten: (offset: number) => void = () => {};

  /** `size` in bytes, a multiple of 4 KB; `base` is its physical address. */
  constructor(
    readonly base: number,
    readonly size: number,
  ) {
    if (!Number.isInteger(size) || size <= 0 || size % PAGE_BYTES !== 0 || size > 0x70000000) {
      throw new RangeError(`RAM size ${size} is not a multiple of 4 KB up to 1792 MB`);
    }
    const pages = Math.ceil((RAM_OFFSET + size) / WASM_PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.words = new Int32Array(this.memory.buffer);
    this.halves = new Uint16Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.dirty = new Uint8Array(size / PAGE_BYTES);
    this.codePages = new Uint8Array(size / PAGE_BYTES);
    this.codeLines = new Uint8Array(size >>> LINE_SHIFT);
  }

  /** Place in the memory of a physical address; -1 when it is not RAM. */
  offsetOf(physical: number): number {
    const relative = (physical - this.base) >>> 0;
    return relative < this.size ? relative + RAM_OFFSET : -1;
  }

  /** Place of a whole physical range; -1 unless all of it is RAM. */
  offsetOfRange(physical: number, length: number): number {
    const relative = physical - this.base;
    return relative >= 0 && length >= 0 && relative + length <= this.size ? relative + RAM_OFFSET : -1;
  }

  /** To be called after each write of up to four aligned bytes, except those of the fast path (which only goes where nothing is to be noted). */
  noteWrite(offset: number): void {
    const relative = offset - RAM_OFFSET;
    this.dirty[relative >>> 12] = 1;
    if (this.codePages[relative >>> 12] !== 0 && this.codeLines[relative >>> LINE_SHIFT] !== 0)
      this.onCodeWritten(offset);
  }

  /** The same for a range of any length. */
  noteRangeWrite(offset: number, length: number): void {
    for (let at = offset & -(1 << LINE_SHIFT); at < offset + length; at += 1 << LINE_SHIFT) this.noteWrite(at);
  }

  /** Notes that the words of this range are decoded. True when its 4 KB page held no decoded code before. */
  noteCode(offset: number, length: number): boolean {
    const relative = offset - RAM_OFFSET;
    for (let line = relative >>> LINE_SHIFT; line << LINE_SHIFT < relative + length; line++) this.codeLines[line] = 1;
    const first = this.codePages[relative >>> 12] === 0;
    this.codePages[relative >>> 12] = 1;
    return first;
  }

  /** Forgets decoded code in `length` bytes (aligned to lines) at `offset`. The page keeps its mark: other parts may hold some. */
  forgetCode(offset: number, length: number): void {
    const line = (offset - RAM_OFFSET) >>> LINE_SHIFT;
    this.codeLines.fill(0, line, line + (length >>> LINE_SHIFT));
  }

  forgetAllCode(): void {
    this.codeLines.fill(0);
    this.codePages.fill(0);
  }
}
