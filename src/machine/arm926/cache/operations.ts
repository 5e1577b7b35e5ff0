/**
 * The operations of CP15 c7 on caches and write buffer as a table (ARM DDI 0198D table 2-18): what cp15.ts takes its rows
 * from, and the tick model its prices. The two test-and-clean reads are in cp15.ts; they give a value.
 */
import type { CacheOperations } from './caches';

export interface CacheOperationRow {
  readonly name: string;
  readonly crm: number;
  readonly op2: number;
  /** `value`: the register that was written, a modified virtual address or set and way, unsigned. */
  readonly apply: (caches: CacheOperations, value: number) => void;
}

export const CACHE_OPERATIONS: readonly CacheOperationRow[] = [
  { name: 'invalidate I cache', crm: 5, op2: 0, apply: (caches) => caches.invalidateInstructions() },
  { name: 'invalidate I line, MVA', crm: 5, op2: 1, apply: (caches, mva) => caches.invalidateInstructionLine(mva) },
  { name: 'invalidate I line, set', crm: 5, op2: 2, apply: (caches, at) => caches.invalidateInstructionSetWay(at) },
  { name: 'invalidate D cache', crm: 6, op2: 0, apply: (caches) => caches.invalidateData() },
  { name: 'invalidate D line, MVA', crm: 6, op2: 1, apply: (caches, mva) => caches.invalidateDataLine(mva, false) },
  { name: 'invalidate D line, set', crm: 6, op2: 2, apply: (caches, at) => caches.invalidateDataSetWay(at, false) },
  {
    name: 'invalidate both caches',
    crm: 7,
    op2: 0,
    apply: (caches) => {
      caches.invalidateInstructions();
      caches.invalidateData();
    },
  },
  { name: 'clean D line, MVA', crm: 10, op2: 1, apply: (caches, mva) => caches.cleanDataLine(mva) },
  { name: 'clean D line, set', crm: 10, op2: 2, apply: (caches, at) => caches.cleanDataSetWay(at) },
  { name: 'drain write buffer', crm: 10, op2: 4, apply: (caches) => caches.drainWriteBuffer() },
  { name: 'prefetch I line, MVA', crm: 13, op2: 1, apply: (caches, mva) => caches.prefetchInstructionLine(mva) },
  {
    name: 'clean, invalidate D line, MVA',
    crm: 14,
    op2: 1,
    apply: (caches, mva) => caches.invalidateDataLine(mva, true),
  },
  {
    name: 'clean, invalidate D line, set',
    crm: 14,
    op2: 2,
    apply: (caches, at) => caches.invalidateDataSetWay(at, true),
  },
];

/** The row that an MCR to c7 names, if any. */
export function cacheOperation(crm: number, op2: number): CacheOperationRow | undefined {
  return CACHE_OPERATIONS.find((row) => row.crm === crm && row.op2 === op2);
}
