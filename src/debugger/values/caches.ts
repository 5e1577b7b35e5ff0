/** The caches under Machine in the Variables view: hits and misses, the valid lines, and what the coherence check has found. */
import type { CacheLine, CacheView, MachineFace } from '../../machine/types';
import type { Value } from '../types';
import { hex32 } from './format';

const PHYSICAL = { kind: 'pa' } as const;

/** Nothing when caches are not modelled. */
export function cacheValues(machine: MachineFace): readonly Value[] {
  const { caches, coherenceReports = [] } = machine;
  if (!caches) return [];
  const values = [cacheValue('instruction cache', caches.instruction), cacheValue('data cache', caches.data)];
  if (caches.mode !== 'coherence') return values;
  const children = (): readonly Value[] =>
    coherenceReports.map((report, index) => ({
      name: `[${index}]`,
      text: `${report.kind} at ${hex32(report.physicalAddress)}, ${report.count} times`,
      type: report.text,
      memory: { space: PHYSICAL, address: report.physicalAddress },
    }));
  const { length } = coherenceReports;
  const text = length === 0 ? 'none' : `${length} places where stale data was read`;
  return [...values, { name: 'coherence reports', text, ...(length > 0 && { children, indexed: length }) }];
}

function cacheValue(name: string, cache: CacheView): Value {
  const { bytes, ways, sets, lineBytes, hits, misses, lockedWays } = cache;
  const locked = lockedWays === 0 ? '' : `, ways locked: 0b${lockedWays.toString(2)}`;
  return {
    name,
    text: `${bytes / 1024} KB, ${hits} hits, ${misses} misses${locked}`,
    type: `${ways} ways of ${sets} lines of ${lineBytes} bytes. Children are the valid lines.`,
    children: () => cache.lines().map(lineValue),
  };
}

function lineValue({ set, way, modifiedVirtualAddress, physicalAddress, dirty, data }: CacheLine): Value {
  const words = data && Array.from({ length: data.length / 4 }, (_, index) => wordAt(data, index * 4));
  const halves = dirty[0] && dirty[1] ? ' dirty' : dirty[0] ? ' lower half dirty' : dirty[1] ? ' upper half dirty' : '';
  const physical = physicalAddress === undefined ? '' : ` pa ${hex32(physicalAddress)}`;
  return {
    name: `set ${set} way ${way}`,
    text: `mva ${hex32(modifiedVirtualAddress)}${physical}${halves}`,
    ...(words && {
      children: () => words.map((word, index) => ({ name: `+${index * 4}`, text: hex32(word) })),
    }),
    ...(physicalAddress !== undefined && { memory: { space: PHYSICAL, address: physicalAddress } }),
  };
}

const wordAt = (bytes: Uint8Array, offset: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true);
