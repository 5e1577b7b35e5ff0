/**
 * Snapshots: a versioned plain structure of everything that is machine state. RAM is kept page by page, and pages that
 * have not changed since the snapshot before are the same arrays, so that many snapshots of one run cost little.
 * Arrays in a snapshot are never written.
 */
import { RAM_OFFSET } from './arm926/layout';
import type { TlbContents } from './arm926/tlb';
import type { InputState } from './inputQueue';
import { PAGE_BYTES, type Ram } from './ram';
import type { MachineSnapshot, TickModelName } from './types';

export const SNAPSHOT_VERSION = 5;

export interface MachineState {
  readonly words: Int32Array;
  /** Registers and status words of VFP; undefined on a machine without. */
  readonly vfp: Int32Array | undefined;
  readonly instructionCount: number;
  readonly ticks: number;
  readonly haltReason: string | undefined;
  /** Input on its way and the log of what has come: a restored machine has the log of its own past. */
  readonly inputs: InputState;
  readonly tlb: TlbContents;
  /** Cache mode and sizes, TLB mode, VFP, in words: a machine with others cannot go on from this state. */
  readonly memorySystem: string;
  /** Of the chip's TLB and of the caches; undefined where they are not modelled. */
  readonly mainTlb: unknown;
  readonly caches: unknown;
  readonly tickModel: TickModelName;
  /** What its observer keeps; undefined when it has none. */
  readonly tickObserver: unknown;
  readonly bus: unknown;
  readonly ramBytes: number;
  readonly pages: PageTable;
}

/** Contents of one 4 KB page; undefined for zeros. Never written. */
export type PageContents = Uint8Array | undefined;
/** All pages, in groups of `GROUP_PAGES`; groups without a changed page are shared with the snapshot before. */
export type PageTable = readonly (readonly PageContents[])[];
export const GROUP_PAGES = 64;

/** Contents of the page with an index. */
export const pageOf = (table: PageTable, page: number): PageContents =>
  table[Math.floor(page / GROUP_PAGES)]?.[page % GROUP_PAGES];

export class Snapshots {
  /** What the pages that are not dirty hold. */
  private kept: PageTable;

  constructor(private readonly ram: Ram) {
    const group = new Array<PageContents>(GROUP_PAGES).fill(undefined);
    this.kept = new Array<readonly PageContents[]>(Math.ceil(ram.dirty.length / GROUP_PAGES)).fill(group);
  }

  /** All pages; marks them clean. The caller makes sure that the next store to each is noticed. */
  capturePages(): PageTable {
    const { dirty, bytes } = this.ram;
    const table = this.kept.slice();
    let at = -1;
    let group: PageContents[] = [];
    for (let page = dirty.indexOf(1); page >= 0; page = dirty.indexOf(1, page + 1)) {
      const index = Math.floor(page / GROUP_PAGES);
      if (index !== at) {
        at = index;
        table[at] = group = table[at]!.slice();
      }
      const offset = RAM_OFFSET + page * PAGE_BYTES;
      group[page % GROUP_PAGES] = bytes.slice(offset, offset + PAGE_BYTES);
    }
    dirty.fill(0);
    this.kept = table;
    return table;
  }

  /** `onChanged` is called with the memory offset of each page whose contents change. */
  restorePages(table: PageTable, onChanged: (offset: number) => void): void {
    const { dirty } = this.ram;
    const none = new Array<PageContents>(GROUP_PAGES).fill(undefined);
    for (let index = 0; index < this.kept.length; index++) {
      const [group, kept] = [table[index] ?? none, this.kept[index]!];
      const first = index * GROUP_PAGES;
      const written = dirty.subarray(first, first + GROUP_PAGES);
      if (group === kept && !written.includes(1)) continue;
      for (let page = 0; page < written.length; page++) {
        if (written[page] === 0 && group[page] === kept[page]) continue;
        if (this.restorePage(RAM_OFFSET + (first + page) * PAGE_BYTES, group[page]))
          onChanged(RAM_OFFSET + (first + page) * PAGE_BYTES);
      }
    }
    dirty.fill(0);
    this.kept = table;
  }

  /** Whether that changed anything. */
  private restorePage(offset: number, contents: PageContents): boolean {
    const { words, bytes } = this.ram;
    const wanted = contents && new Int32Array(contents.buffer, contents.byteOffset, PAGE_BYTES / 4);
    let same = true;
    for (let word = 0, at = offset >>> 2; same && word < PAGE_BYTES / 4; word++)
      same = words[at + word] === (wanted === undefined ? 0 : wanted[word]);
    if (same) return false;
    if (contents === undefined) bytes.fill(0, offset, offset + PAGE_BYTES);
    else bytes.set(contents, offset);
    return true;
  }

  /** The state inside, or an error that says why this snapshot cannot be used here. */
  check(snapshot: MachineSnapshot, boardName: string, tickModel: TickModelName, memorySystem: string): MachineState {
    if (snapshot.version !== SNAPSHOT_VERSION) {
      throw new Error(`The snapshot has version ${snapshot.version}; this machine reads version ${SNAPSHOT_VERSION}.`);
    }
    if (snapshot.board !== boardName) {
      throw new Error(`The snapshot is of board "${snapshot.board}"; this machine is "${boardName}".`);
    }
    const state = snapshot.state as MachineState;
    if (state.ramBytes !== this.ram.size) {
      throw new Error(`The snapshot has ${state.ramBytes} bytes of RAM; this machine has ${this.ram.size}.`);
    }
    if (state.tickModel !== tickModel) {
      throw new Error(
        `The snapshot has ticks of the tick model "${state.tickModel}"; this machine counts with "${tickModel}".`,
      );
    }
    if (state.memorySystem !== memorySystem) {
      throw new Error(`The snapshot is of a machine with ${state.memorySystem}; this one has ${memorySystem}.`);
    }
    return state;
  }
}
