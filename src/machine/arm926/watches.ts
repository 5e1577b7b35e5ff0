/**
 * Watched ranges of virtual or physical addresses, for data breakpoints: which pages must be kept off the fast path, and
 * which accesses were made to a range. memory.ts asks and tells; the machine ends its run at the boundary behind a hit.
 * Who means which range, and whether a hit stops anybody, is the debugger's. Watching changes nothing that the guest can see.
 */
import { PAGE_BYTES, type Ram } from '../ram';
import type { WatchHit, WatchedRange } from '../types';
import { RAM_OFFSET } from './layout';

/** Hits of one boundary that are kept: an instruction makes 16 accesses, a device copies pages. */
const MOST_HITS = 64;
const PAGE_SHIFT = 12;

const wants = (range: WatchedRange, write: boolean): boolean =>
  range.access === 'readWrite' || (range.access === 'write') === write;

/** Whether two ranges meet; a range does not go round the end of the address space. */
const meets = (range: WatchedRange, address: number, byteLength: number): boolean =>
  address < range.address + range.byteLength && range.address < address + byteLength;

export class Watches {
  hits: WatchHit[] = [];
  private readonly virtual: readonly { readonly range: WatchedRange; readonly index: number }[];
  private readonly physical: readonly { readonly range: WatchedRange; readonly index: number }[];
  /** Page numbers, of virtual addresses and of places in the memory, by the kind of access that leaves the fast path. */
  private readonly pages = {
    readVirtual: new Set<number>(),
    writeVirtual: new Set<number>(),
    readPlace: new Set<number>(),
    writePlace: new Set<number>(),
  };

  /** @param hit called with each first hit since `hits` was emptied */
  constructor(
    private readonly ram: Ram,
    ranges: readonly WatchedRange[],
    private readonly hit: () => void,
  ) {
    const numbered = ranges.map((range, index) => ({ range, index }));
    this.virtual = numbered.filter(({ range }) => range.space === 'virtual');
    this.physical = numbered.filter(({ range }) => range.space === 'physical');
    for (const range of ranges) this.notePages(range);
  }

  /** Whether loads of the page of a virtual address, which stands at a place in the memory, have to be seen one by one. */
  seesLoads(virtual: number, place: number): boolean {
    return this.pages.readVirtual.has(virtual >>> PAGE_SHIFT) || this.pages.readPlace.has(place >>> PAGE_SHIFT);
  }

  seesStores(virtual: number, place: number): boolean {
    return this.pages.writeVirtual.has(virtual >>> PAGE_SHIFT) || this.pages.writePlace.has(place >>> PAGE_SHIFT);
  }

  /** An access of the CPU that was carried out. Addresses signed or not, aligned to `size`. */
  access(virtual: number, physical: number, size: number, write: boolean, pc: number): void {
    this.judge(this.virtual, virtual >>> 0, size, write, { by: 'cpu', virtualAddress: virtual >>> 0, pc: pc >>> 0 });
    this.judge(this.physical, physical >>> 0, size, write, { by: 'cpu', virtualAddress: virtual >>> 0, pc: pc >>> 0 });
  }

  /** The same for an access that ended at a place in the memory. */
  accessAt(virtual: number, place: number, size: number, write: boolean, pc: number): void {
    const seen = write ? this.seesStores(virtual, place) : this.seesLoads(virtual, place);
    if (seen) this.access(virtual, this.ram.physicalOf(place), size, write, pc);
  }

  /** An access of a device to memory. */
  device(physical: number, byteLength: number, write: boolean): void {
    this.judge(this.physical, physical >>> 0, byteLength, write, { by: 'device' });
  }

  private judge(
    ranges: Watches['virtual'],
    address: number,
    size: number,
    write: boolean,
    who: Pick<WatchHit, 'by' | 'virtualAddress' | 'pc'>,
  ): void {
    for (const { range, index } of ranges) {
      if (!wants(range, write) || !meets(range, address, size)) continue;
      if (this.hits.length === 0) this.hit();
      if (this.hits.length < MOST_HITS)
        this.hits.push({ index, access: write ? 'write' : 'read', address, byteLength: size, ...who });
    }
  }

  private notePages({ space, address, byteLength, access }: WatchedRange): void {
    const [reads, writes] =
      space === 'virtual'
        ? [this.pages.readVirtual, this.pages.writeVirtual]
        : [this.pages.readPlace, this.pages.writePlace];
    for (let page = address - (address % PAGE_BYTES); page < address + byteLength; page += PAGE_BYTES) {
      const place = space === 'virtual' ? page : this.ram.offsetOf(page);
      // A physical page that is no memory belongs to a device, where nothing takes the fast path.
      if (space === 'physical' && place < RAM_OFFSET) continue;
      if (access !== 'write') reads.add(place >>> PAGE_SHIFT);
      if (access !== 'read') writes.add(place >>> PAGE_SHIFT);
    }
  }
}
