/**
 * What memory would hold if every store had reached it at once: the measure of the coherence check. Kept by page, only where it
 * may differ from the real memory; a page is shared with snapshots until it changes. Nothing that the guest reads comes from here.
 */
import type { AccessSize } from '../../bus';
import { PAGE_BYTES, type Ram } from '../../ram';
import { RAM_OFFSET } from '../layout';

interface Page {
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Int32Array;
  /** A snapshot has it too: it is copied before it changes. */
  shared: boolean;
}

export type NewestMemoryState = readonly { readonly page: number; readonly bytes: Uint8Array }[];

const pageOf = (bytes: Uint8Array, shared: boolean): Page => ({
  bytes,
  halves: new Uint16Array(bytes.buffer, bytes.byteOffset, PAGE_BYTES / 2),
  words: new Int32Array(bytes.buffer, bytes.byteOffset, PAGE_BYTES / 4),
  shared,
});

export class NewestMemory {
  private pages: (Page | undefined)[];

  constructor(private readonly ram: Ram) {
    this.pages = new Array<Page | undefined>(ram.size / PAGE_BYTES).fill(undefined);
  }

  reset(): void {
    this.pages.fill(undefined);
  }

  /** As the machine loads it: words signed, others zero-extended. */
  read(offset: number, size: AccessSize): number {
    const page = this.pages[(offset - RAM_OFFSET) >>> 12];
    if (page === undefined) {
      const { ram } = this;
      return size === 4 ? ram.words[offset >>> 2]! : size === 2 ? ram.halves[offset >>> 1]! : ram.bytes[offset]!;
    }
    const at = offset & (PAGE_BYTES - 1);
    return size === 4 ? page.words[at >>> 2]! : size === 2 ? page.halves[at >>> 1]! : page.bytes[at]!;
  }

  /** A store that memory does not have yet. */
  write(offset: number, size: AccessSize, value: number): void {
    const page = this.writable(offset);
    const at = offset & (PAGE_BYTES - 1);
    if (size === 4) page.words[at >>> 2] = value;
    else if (size === 2) page.halves[at >>> 1] = value;
    else page.bytes[at] = value;
  }

  /** Memory has been written in `byteLength` bytes: this is newest now. */
  copyFromMemory(offset: number, byteLength: number): void {
    for (let at = offset; at < offset + byteLength;) {
      const length = Math.min(offset + byteLength - at, PAGE_BYTES - (at & (PAGE_BYTES - 1)));
      if (this.pages[(at - RAM_OFFSET) >>> 12] !== undefined) {
        this.writable(at).bytes.set(this.ram.bytes.subarray(at, at + length), at & (PAGE_BYTES - 1));
      }
      at += length;
    }
  }

  /** Before memory is overwritten with something older: from now on what it holds is kept. */
  keep(offset: number): void {
    if (this.pages[(offset - RAM_OFFSET) >>> 12] === undefined) this.writable(offset);
  }

  /** First place in a range where memory is not newest; -1 when it is in all of it. */
  firstDifference(offset: number, byteLength: number): number {
    for (let at = offset; at < offset + byteLength;) {
      const end = Math.min(offset + byteLength, (at | (PAGE_BYTES - 1)) + 1);
      const page = this.pages[(at - RAM_OFFSET) >>> 12];
      if (page !== undefined) {
        for (let i = at; i < end; i++) if (page.bytes[i & (PAGE_BYTES - 1)] !== this.ram.bytes[i]) return i;
      }
      at = end;
    }
    return -1;
  }

  private writable(offset: number): Page {
    const index = (offset - RAM_OFFSET) >>> 12;
    let page = this.pages[index];
    if (page === undefined || page.shared) {
      const start = RAM_OFFSET + index * PAGE_BYTES;
      page = pageOf(page?.bytes.slice() ?? this.ram.bytes.slice(start, start + PAGE_BYTES), false);
      this.pages[index] = page;
    }
    return page;
  }

  /** `quiet`: no older value is on its way to memory, so that pages which memory equals need not be kept. */
  capture(quiet: boolean): NewestMemoryState {
    const state: { page: number; bytes: Uint8Array }[] = [];
    this.pages.forEach((page, index) => {
      if (page === undefined) return;
      if (quiet && this.firstDifference(RAM_OFFSET + index * PAGE_BYTES, PAGE_BYTES) < 0) {
        this.pages[index] = undefined;
        return;
      }
      page.shared = true;
      state.push({ page: index, bytes: page.bytes });
    });
    return state;
  }

  restore(state: NewestMemoryState): void {
    this.reset();
    for (const { page, bytes } of state) this.pages[page] = pageOf(bytes, true);
  }
}
