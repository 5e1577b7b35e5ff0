/** The TLB in use as a debugger looks at it (TlbView in types.ts): the chip's own where it is modelled, else the one made for speed. */
import type { TlbEntry, TlbView } from '../types';
import type { CpuMemory } from './memory';
import { ATTRIBUTE_BUFFERABLE, ATTRIBUTE_CACHEABLE, ATTRIBUTE_DOMAIN_SHIFT, ENTRY_WRITABLE } from './tlb';

const ENTRY_BYTES = 4096;

/** `mmuIsOn`: whether what is remembered comes from page tables. */
export function tlbView({ mainTlb, tlb, ram }: CpuMemory, mmuIsOn: boolean): TlbView {
  if (mainTlb !== undefined) return { mode: 'arm926', entries: () => [...mainTlb.valid()] };
  const entries = (): readonly TlbEntry[] =>
    [...tlb.valid()].map(({ page, place, rights, privileged, dacr }) => ({
      virtualAddress: page,
      byteLength: ENTRY_BYTES,
      physicalAddress: ram.physicalOf(place),
      ...(mmuIsOn ? { mmuDomain: (rights >>> ATTRIBUTE_DOMAIN_SHIFT) & 15 } : {}),
      cacheable: (rights & ATTRIBUTE_CACHEABLE) !== 0,
      bufferable: (rights & ATTRIBUTE_BUFFERABLE) !== 0,
      verdict: { privileged, dacr, writable: (rights & ENTRY_WRITABLE) !== 0 },
    }));
  return { mode: 'fast', entries };
}
