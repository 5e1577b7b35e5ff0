/**
 * What memory.ts asks of caches that are modelled, with data (coherentCaches.ts) or as tags alone (tagCaches.ts). Accesses to
 * RAM come here after their translation, with the place of the bytes in the machine's memory and ENTRY_ATTRIBUTES of the page.
 */
import type { AccessSize } from '../../bus';
import type { CachesView } from '../../types';
import type { CoherenceCheck } from './coherenceCheck';

/**
 * The operations of CP15 c7 (ARM DDI 0198D table 2-18), carried out by whatever keeps tags; addresses are modified virtual
 * ones.
 */
export interface CacheOperations {
  invalidateInstructions(): void;
  invalidateInstructionLine(mva: number): void;
  invalidateInstructionSetWay(setWay: number): void;
  prefetchInstructionLine(mva: number): void;
  invalidateData(): void;
  invalidateDataLine(mva: number, clean: boolean): void;
  invalidateDataSetWay(setWay: number, clean: boolean): void;
  cleanDataLine(mva: number): void;
  cleanDataSetWay(setWay: number): void;
  drainWriteBuffer(): void;
}

/** Of caches that keep no data: what the loop and translated code, which fetch whole blocks, look up by themselves. */
export interface TagsAlone {
  /** An instruction at `virtual` is about to be executed; `attributes`: of its page. */
  execute(virtual: number, attributes: number): void;
  /** So many words from a virtual address on are loaded, of a page that is cached; `words` 1 for less than a word. */
  loads(virtual: number, words: number): void;
  /** The same for stores. */
  stores(virtual: number, words: number, attributes: number): void;
  /** Virtual addresses mean other lines from now on, or nothing. */
  forgetHints(): void;
  /** Adds what translated code has counted (Word.DATA_HITS and its kin). */
  takeCounts(): void;
}

export interface Caches {
  /** A fetch at `virtual`; gives the place in the memory to execute from. */
  fetch(virtual: number, offset: number, attributes: number): number;
  /** A load of `size` bytes at the aligned place `offset`. Words come signed, others zero-extended. */
  load(virtual: number, offset: number, size: AccessSize, attributes: number): number;
  store(virtual: number, offset: number, size: AccessSize, value: number, attributes: number): void;
  /** A walk for the access at `virtual` is about to read the descriptor at `offset`. */
  descriptor(offset: number, virtual: number, fetch: boolean): void;
  /** A load or store of a device is about to be made. */
  beforeDevice(): void;

  readonly operations: CacheOperations;
  /** Tests and cleans one line, and invalidates all when none is dirty and `invalidate` is set. True when none is dirty (2.3.9). */
  testAndClean(invalidate: boolean): boolean;

  /** A device reads or has written physical memory. */
  deviceReads(offset: number, byteLength: number): void;
  deviceWrote(offset: number, byteLength: number): void;
  /** A device that works on the CPU's virtual addresses reads: fills `bytes` with what the CPU would see. */
  deviceReadsVirtual(mva: number, offset: number, bytes: Uint8Array): void;
  /** The same for a write that has reached memory already. */
  deviceWroteVirtual(mva: number, offset: number, byteLength: number): void;
  /** The debugger or the boot loader has written memory: it counts at once, in every copy. */
  outsideWrote(offset: number, byteLength: number): void;
  /** Overlays bytes read from memory at `offset` with what is on its way there: what memory would hold after a clean. */
  overlay(offset: number, bytes: Uint8Array): void;

  readonly view: CachesView;
  /** Where no data is kept. */
  readonly tagsAlone?: TagsAlone;
  /** Where data is kept. */
  readonly check?: CoherenceCheck;
  reset(): void;
  capture(): unknown;
  restore(state: unknown): void;
}
