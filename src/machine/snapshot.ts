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

export const SNAPSHOT_VERSION = 4;

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
  /** One per 4 KB page; undefined for pages of zeros. */
  readonly pages: readonly (Uint8Array | undefined)[];
}

export class Snapshots {
  /** What the pages that are not dirty hold. */
  private kept: readonly (Uint8Array | undefined)[];

  constructor(private readonly ram: Ram) {
    this.kept = new Array<Uint8Array | undefined>(ram.dirty.length).fill(undefined);
  }

  /** All pages; marks them clean. The caller makes sure that the next store to each is noticed. */
  capturePages(): readonly (Uint8Array | undefined)[] {
    const { dirty, bytes } = this.ram;
    const pages = this.kept.slice();
    for (let page = dirty.indexOf(1); page >= 0; page = dirty.indexOf(1, page + 1)) {
      const offset = RAM_OFFSET + page * PAGE_BYTES;
      pages[page] = bytes.slice(offset, offset + PAGE_BYTES);
    }
    dirty.fill(0);
    this.kept = pages;
    return pages;
  }

  restorePages(pages: readonly (Uint8Array | undefined)[]): void {
    const { dirty, bytes } = this.ram;
    pages.forEach((content, page) => {
      if (dirty[page] === 0 && content === this.kept[page]) return;
      const offset = RAM_OFFSET + page * PAGE_BYTES;
      if (content === undefined) bytes.fill(0, offset, offset + PAGE_BYTES);
      else bytes.set(content, offset);
    });
    dirty.fill(0);
    this.kept = pages;
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

/** What a snapshot has besides RAM, roughly: registers, devices, TLB. */
const OTHER_BYTES = 100_000;

/** Bytes that a snapshot holds and another of the same run does not, roughly; all of its own when there is no other. */
export function bytesBetween(before: MachineSnapshot | undefined, after: MachineSnapshot): number {
  const old = (before?.state as MachineState | undefined)?.pages;
  const { pages } = after.state as MachineState;
  let changed = 0;
  for (let page = 0; page < pages.length; page++) {
    if (pages[page] !== undefined && pages[page] !== old?.[page]) changed++;
  }
  return OTHER_BYTES + pages.length * 8 + changed * PAGE_BYTES;
}
