/**
 * The TLB of the ARM926EJ-S in its real geometry (ARM DDI 0198D chapter 3): a two-way main part and a fully associative part
 * that the lockdown register fills, one for fetches and data, by modified virtual address. An entry keeps what the walk has
 * found, its MMU domain and access permissions included, which are judged at each access: so a change of DACR, S or R
 * counts at once, a change of the tables only after an invalidate or an eviction.
 *
 * Used by memory.ts as the machine's own TLB (`tlb: 'arm926'`), and by the arm926ejs tick model for timing alone where the
 * machine translates through its bigger software TLB.
 */
import { PARAMETERS } from './ticks/arm926ejs/parameters';
import type { TlbEntry } from '../types';
import type { WalkRecord } from './walk';

const WAYS = PARAMETERS.tlbWays.value;
const SETS = PARAMETERS.tlbSets.value;
const MAIN = WAYS * SETS;
const LOCKDOWN = PARAMETERS.tlbLockdown.value;
const ENTRIES = MAIN + LOCKDOWN;
/** Sizes that an entry can have, as shifts: section; large page and its subpage; small page; its subpage, which is as big as a tiny page. */
const SHIFTS = [20, 16, 14, 12, 10] as const;
const SECTION = 20;

/** The lockdown register c10 (2.3.11): the preserve bit, and the entry that the next walk fills while it is set. */
const PRESERVE = 1;
const VICTIM_SHIFT = 26;

export interface MainTlbState {
  readonly pages: Int32Array;
  readonly shifts: Uint8Array;
  readonly frames: Int32Array;
  readonly rights: Uint16Array;
  readonly victims: Uint8Array;
}

/** What an entry says beside its address: AP in bits 1:0, C and B in 3:2, MMU domain in 7:4, size of the whole page in 12:8. */
const rightsOf = ({ ap, cacheBits, mmuDomain, pageBytes }: WalkRecord): number =>
  ap | (cacheBits << 2) | (mmuDomain << 4) | ((31 - Math.clz32(pageBytes)) << 8);

export class MainTlb {
  /** Modified virtual address of what the entry maps, shifted down by its size. */
  private readonly pages = new Int32Array(ENTRIES);
  /** Size of what the entry maps as a shift; 0 for no entry. */
  private readonly shifts = new Uint8Array(ENTRIES);
  /** Physical address of its first byte. */
  private readonly frames = new Int32Array(ENTRIES);
  private readonly rights = new Uint16Array(ENTRIES);
  /** Next way to replace, per set. */
  private readonly victims = new Uint8Array(SETS);

  reset(): void {
    this.shifts.fill(0);
    this.victims.fill(0);
  }

  /** The entry that maps `mva`, or -1. An address in both parts is UNPREDICTABLE: a program invalidates it before it locks it. */
  find(mva: number): number {
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

  /** C and B of an entry as bits 1 and 0. */
  cacheBits(entry: number): number {
    return (this.rights[entry]! >>> 2) & 3;
  }

  /** First modified virtual address and size in bytes of what an entry maps; undefined for none. */
  range(entry: number): { readonly start: number; readonly bytes: number } | undefined {
    const shift = this.shifts[entry]!;
    return shift === 0 ? undefined : { start: (this.pages[entry]! << shift) >>> 0, bytes: 2 ** shift };
  }

  /** Every valid entry as a debugger sees it. */
  *valid(): Generator<TlbEntry> {
    for (let entry = 0; entry < ENTRIES; entry++) {
      const range = this.range(entry);
      if (range === undefined) continue;
      const rights = this.rights[entry]!;
      yield {
        virtualAddress: range.start,
        byteLength: range.bytes,
        physicalAddress: this.frames[entry]! >>> 0,
        mmuDomain: (rights >>> 4) & 15,
        cacheable: (rights & 8) !== 0,
        bufferable: (rights & 4) !== 0,
        ap: rights & 3,
        ...(entry < MAIN ? {} : { locked: true }),
      };
    }
  }

  /** Fills the record for `mva` from an entry, as a walk would have: all but the verdict. */
  load(entry: number, record: WalkRecord, mva: number): void {
    const shift = this.shifts[entry]!;
    const rights = this.rights[entry]!;
    record.mva = mva;
    record.mmuEnabled = true;
    record.physical = (this.frames[entry]! | (mva & ((1 << shift) - 1))) >>> 0;
    record.ap = rights & 3;
    record.cacheBits = (rights >>> 2) & 3;
    record.mmuDomain = (rights >>> 4) & 15;
    record.pageBytes = 1 << (rights >>> 8);
    record.section = record.pageBytes === 1 << SECTION;
    record.uniform = shift >= 12;
    record.rights = record.status = 0;
  }

  /**
   * Where the page of a walk will go: an entry of the lockdown part while the lockdown register preserves, else the next of
   * its set in turn.
   */
  place(record: WalkRecord, lockdown: number): number {
    if ((lockdown & PRESERVE) !== 0) return MAIN + ((lockdown >>> VICTIM_SHIFT) & (LOCKDOWN - 1));
    const set = (record.mva >>> shiftOf(record)) & (SETS - 1);
    return set * WAYS + this.victims[set]!;
  }

  /**
   * Enters what a walk has found at `entry`, where `place` said. Where the subpages of a page differ in their AP, an entry
   * maps only the subpage that was asked for (2.3.11 for the lockdown part; taken to be so for all).
   */
  enter(entry: number, record: WalkRecord): void {
    const shift = shiftOf(record);
    this.pages[entry] = record.mva >>> shift;
    this.shifts[entry] = shift;
    this.frames[entry] = record.physical & -(1 << shift);
    this.rights[entry] = rightsOf(record);
    if (entry < MAIN) {
      const set = (entry / WAYS) | 0;
      this.victims[set] = (this.victims[set]! + 1) % WAYS;
    }
  }

  /** The lockdown register after a walk has filled an entry of the lockdown part: the victim moves on (2.3.11). */
  static nextVictim(lockdown: number): number {
    const victim = ((lockdown >>> VICTIM_SHIFT) + 1) & (LOCKDOWN - 1);
    return (lockdown & PRESERVE) !== 0 ? (victim << VICTIM_SHIFT) | PRESERVE : lockdown;
  }

  /** Invalidates the set-associative part; what is in the lockdown part is preserved (2.3.11). */
  invalidateAll(): void {
    this.shifts.fill(0, 0, MAIN);
  }

  drop(entry: number): void {
    this.shifts[entry] = 0;
  }

  /** Invalidates every entry that maps `mva`, preserved or not (2.3.11). */
  invalidate(mva: number): void {
    for (let entry = this.find(mva); entry >= 0; entry = this.find(mva)) this.drop(entry);
  }

  capture(): MainTlbState {
    return {
      pages: this.pages.slice(),
      shifts: this.shifts.slice(),
      frames: this.frames.slice(),
      rights: this.rights.slice(),
      victims: this.victims.slice(),
    };
  }

  restore(state: MainTlbState): void {
    this.pages.set(state.pages);
    this.shifts.set(state.shifts);
    this.frames.set(state.frames);
    this.rights.set(state.rights);
    this.victims.set(state.victims);
  }
}

/** Size as a shift of the piece around the address that has one AP. */
function shiftOf({ pageBytes, level2 }: WalkRecord): number {
  const shift = 31 - Math.clz32(pageBytes);
  if (shift !== 16 && shift !== 12) return shift;
  const ap = (level2 >>> 4) & 0xff;
  return ap === (ap & 3) * 0x55 ? shift : shift - 2;
}
