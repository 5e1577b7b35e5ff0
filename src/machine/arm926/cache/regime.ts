/** What decides whether an access is cached: SCTLR, C and B of its page, lockdown and replacement (ARM DDI 0198D 4.2, tables 4-1 to 4-4). */
import { Word } from '../layout';
import { ATTRIBUTE_BUFFERABLE, ATTRIBUTE_CACHEABLE } from '../tlb';
import { Control } from '../walk';

const WAYS_MASK = 15;

/** With the MMU off a fetch is cached where SCTLR.I is set. */
export function fetchIsCached(s: Int32Array, attributes: number): boolean {
  const control = s[Word.CONTROL]!;
  if ((control & Control.I) === 0) return false;
  return (control & Control.M) === 0 || (attributes & ATTRIBUTE_CACHEABLE) !== 0;
}

/** With the MMU off no data is cached, whatever SCTLR.C says. */
export function dataIsCached(s: Int32Array, attributes: number): boolean {
  const control = s[Word.CONTROL]!;
  return (control & (Control.C | Control.M)) === (Control.C | Control.M) && (attributes & ATTRIBUTE_CACHEABLE) !== 0;
}

/** Write-through is C without B. */
export const isWriteBack = (attributes: number): boolean => (attributes & ATTRIBUTE_BUFFERABLE) !== 0;

/** A store that waits until it is in memory: neither C nor B, or the MMU is off. */
export const isUnbuffered = (attributes: number): boolean =>
  (attributes & (ATTRIBUTE_BUFFERABLE | ATTRIBUTE_CACHEABLE)) === 0;

export const lockedData = (s: Int32Array): number => s[Word.D_CACHE_LOCKDOWN]! & WAYS_MASK;
export const lockedInstructions = (s: Int32Array): number => s[Word.I_CACHE_LOCKDOWN]! & WAYS_MASK;
export const isRoundRobin = (s: Int32Array): boolean => (s[Word.CONTROL]! & Control.RR) !== 0;
