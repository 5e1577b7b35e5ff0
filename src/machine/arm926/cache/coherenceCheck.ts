/**
 * The coherence check: told of each read that was given something else than the most recent store wrote, it finds out why,
 * puts equal ones together and reports the first of each. What is compared with what is coherentCaches.ts and newestMemory.ts.
 */
import type { AccessSize } from '../../bus';
import type { Ram } from '../../ram';
import type { CoherenceAccess, CoherenceKind, CoherenceReport } from '../../types';
import { modifiedAddress } from '../walk';
import { textOf } from './coherenceText';
import { LINE_SHIFT } from './geometry';
import type { LastStores } from './lastStores';

/** Different reports that are kept; beyond that a guest that is wrong everywhere is only counted. */
const MOST_REPORTS = 1000;

/** Where the most recent value of a byte stands now. */
export type Place = 'data cache' | 'write buffer' | 'memory' | 'nowhere';

export interface StaleRead {
  readonly offset: number;
  readonly size: AccessSize;
  readonly value: number;
  readonly expected: number;
  readonly source: CoherenceReport['source'];
  /** Place in the memory that the cached line belongs to; the line of `offset` unless it is a homonym. */
  readonly lineOffset: number;
  /** The read went past the cache that it could have hit. */
  readonly uncached: boolean;
  readonly read: CoherenceAccess;
}

type Listener = (report: CoherenceReport) => void;
type Counted = { -readonly [K in keyof CoherenceReport]: CoherenceReport[K] };

const unsigned = (value: number, size: AccessSize): number => (size === 4 ? value >>> 0 : value);
const lineOf = (address: number): number => address >>> LINE_SHIFT;

export class CoherenceCheck {
  private found = new Map<string, Counted>();
  /** Which have been announced, by key and time: a machine that is restored and finds them again is silent. */
  private readonly announced = new Set<string>();
  private readonly listeners = new Set<Listener>();

  constructor(
    private readonly ram: Ram,
    private readonly lastStores: LastStores,
    private readonly locate: (offset: number) => Place,
  ) {}

  get reports(): readonly CoherenceReport[] {
    return [...this.found.values()];
  }

  onReport(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** For a session that begins anew on a restored machine: what was announced before is news again. */
  announceAgain(): void {
    this.announced.clear();
  }

  reset(): void {
    this.found.clear();
    this.announced.clear();
  }

  note(stale: StaleRead): void {
    const { read, size } = stale;
    const at = firstDifference(stale);
    const store = this.lastStore(at);
    const key = `${store.pc} ${read.by} ${read.pc} ${lineOf(at)}`;
    const known = this.found.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    if (this.found.size === MOST_REPORTS) return;
    const kind = this.kindOf(stale, at, store);
    const untold: Omit<CoherenceReport, 'text'> = {
      kind,
      physicalAddress: this.physical(stale.offset),
      size,
      value: unsigned(stale.value, size),
      expected: unsigned(stale.expected, size),
      source: stale.source,
      store,
      read,
      count: 1,
      ...(lineOf(stale.lineOffset) !== lineOf(at) && { homonym: this.homonymOf(stale, at) }),
    };
    const report: Counted = { ...untold, text: textOf(untold) };
    this.found.set(key, report);
    const time = `${key} ${read.instructionCount}`;
    if (this.announced.has(time) || this.announced.size >= MOST_REPORTS * 4) return;
    this.announced.add(time);
    for (const listener of this.listeners) listener({ ...report });
  }

  private lastStore(offset: number): CoherenceAccess {
    return this.lastStores.last(offset, modifiedAddress);
  }

  private physical(offset: number): number {
    return this.ram.physicalOf(offset);
  }

  private homonymOf({ lineOffset }: StaleRead, at: number): CoherenceReport['homonym'] {
    const other = lineOffset | (at & ((1 << LINE_SHIFT) - 1));
    return { physicalAddress: this.physical(other), store: this.lastStore(other) };
  }

  private kindOf({ source, lineOffset, uncached, read }: StaleRead, at: number, store: CoherenceAccess): CoherenceKind {
    if (lineOf(lineOffset) !== lineOf(at)) return 'homonym';
    const place = this.locate(at);
    if (place === 'nowhere') return store.strayed === true ? 'homonym' : 'lost-store';
    const byLoad = read.by === 'load';
    const throughOther =
      store.modifiedVirtualAddress !== undefined &&
      read.modifiedVirtualAddress !== undefined &&
      lineOf(store.modifiedVirtualAddress) !== lineOf(read.modifiedVirtualAddress);
    if (byLoad && !uncached && throughOther && place !== 'write buffer') return 'alias';
    if (place === 'data cache') return 'missing-clean';
    if (place === 'write buffer' && source !== 'data cache') return 'missing-drain';
    return byLoad && throughOther ? 'alias' : 'missing-invalidate';
  }

  capture(): readonly (readonly [string, CoherenceReport])[] {
    return [...this.found].map(([key, report]) => [key, { ...report }]);
  }

  restore(state: readonly (readonly [string, CoherenceReport])[]): void {
    this.found = new Map(state.map(([key, report]) => [key, { ...report }]));
  }
}

/** Place of the first byte that is not what it should be. */
function firstDifference({ offset, value, expected }: StaleRead): number {
  const difference = value ^ expected;
  return offset + ((31 - Math.clz32(difference & -difference)) >>> 3);
}
