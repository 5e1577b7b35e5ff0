/**
 * The entries of the ARM926EJ-S's own TLB (ARM DDI 0198D chapter 3), for timing: which pages it knows, and whether they are
 * cacheable and bufferable. Translation itself is done by the machine's software TLB (../../tlb.ts), which is bigger.
 */
import { PARAMETERS } from './parameters';

const WAYS = PARAMETERS.tlbWays.value;
const SETS = PARAMETERS.tlbSets.value;
const MAIN = WAYS * SETS;
const ENTRIES = MAIN + PARAMETERS.tlbLockdown.value;
/** Page sizes of ARMv5 as shifts: section, large, small, tiny. */
const SHIFTS = [20, 16, 12, 10] as const;

export interface TlbTagsState {
  readonly pages: Int32Array;
  readonly shifts: Uint8Array;
  readonly cacheBits: Uint8Array;
  readonly victims: Uint8Array;
}

export class TlbTags {
  /** Modified virtual address of the page, shifted down by its size. */
  private readonly pages = new Int32Array(ENTRIES);
  /** Size of the page as a shift; 0 for no entry. */
  private readonly shifts = new Uint8Array(ENTRIES);
  /** C and B as bits 1 and 0. */
  private readonly cacheBits = new Uint8Array(ENTRIES);
  /** Next way to replace, per set. */
  private readonly victims = new Uint8Array(SETS);

  reset(): void {
    this.shifts.fill(0);
    this.victims.fill(0);
  }

  /** C and B of the page that holds `mva`, or -1 when no entry does. */
  find(mva: number): number {
    const entry = this.entryOf(mva);
    return entry < 0 ? -1 : this.cacheBits[entry]!;
  }

  private entryOf(mva: number): number {
    for (let i = 0; i < SHIFTS.length; i++) {
      const shift = SHIFTS[i]!;
      const page = mva >>> shift;
      const first = (page & (SETS - 1)) * WAYS;
      for (let entry = first; entry < first + WAYS; entry++) {
        if (this.shifts[entry] === shift && this.pages[entry] === page) return entry;
      }
    }
    for (let entry = MAIN; entry < ENTRIES; entry++) {
      const shift = this.shifts[entry]!;
      if (shift !== 0 && this.pages[entry] === mva >>> shift) return entry;
    }
    return -1;
  }

  /** Enters a page after a walk. `lockdown`: the entry (0-7) of the lockdown part, or -1 for the main one. */
  enter(mva: number, pageBytes: number, cacheBits: number, lockdown: number): void {
    const shift = 31 - Math.clz32(pageBytes);
    const page = mva >>> shift;
    let entry = MAIN + lockdown;
    if (lockdown < 0) {
      const set = page & (SETS - 1);
      entry = set * WAYS + this.victims[set]!;
      this.victims[set] = (this.victims[set]! + 1) % WAYS;
    }
    this.pages[entry] = page;
    this.shifts[entry] = shift;
    this.cacheBits[entry] = cacheBits;
  }

  /** Invalidates the set-associative part; what is locked down stays. */
  invalidateAll(): void {
    this.shifts.fill(0, 0, MAIN);
  }

  invalidate(mva: number): void {
    for (let entry = this.entryOf(mva); entry >= 0; entry = this.entryOf(mva)) this.shifts[entry] = 0;
  }

  capture(): TlbTagsState {
    return {
      pages: this.pages.slice(),
      shifts: this.shifts.slice(),
      cacheBits: this.cacheBits.slice(),
      victims: this.victims.slice(),
    };
  }

  restore(state: TlbTagsState): void {
    this.pages.set(state.pages);
    this.shifts.set(state.shifts);
    this.cacheBits.set(state.cacheBits);
    this.victims.set(state.victims);
  }
}
