/**
 * How much memory snapshots of one run take. They share what has not changed between them, so that a sum over single ones would say
 * nothing. Estimates, for whoever keeps many of them within bounds.
 */
import { GROUP_PAGES, type MachineState } from './snapshot';
import { PAGE_BYTES } from './ram';
import type { MachineSnapshot } from './types';

/** A page with what the host needs to keep it. */
const KEPT_PAGE_BYTES = PAGE_BYTES + 200;
const POINTER_BYTES = 8;
/** All but RAM changes little from one snapshot to the next: it is measured this seldom. */
const MEASURED_EVERY = 16;

export class SnapshotMeter {
  private otherBytes = 0;
  private calls = 0;

  /** Bytes that a snapshot holds and another does not; all of its own when there is no other. */
  between(before: MachineSnapshot | undefined, after: MachineSnapshot): number {
    if (this.calls++ % MEASURED_EVERY === 0) this.otherBytes = otherBytes(before, after);
    const old = (before?.state as MachineState | undefined)?.pages;
    const { pages } = after.state as MachineState;
    let bytes = this.otherBytes + pages.length * POINTER_BYTES;
    for (let index = 0; index < pages.length; index++) {
      const group = pages[index]!;
      const oldGroup = old?.[index];
      // Groups of zeros alone are one and the same at first.
      if (group === oldGroup || group === pages[index - 1]) continue;
      bytes += GROUP_PAGES * POINTER_BYTES;
      for (let page = 0; page < group.length; page++)
        if (group[page] !== undefined && group[page] !== oldGroup?.[page]) bytes += KEPT_PAGE_BYTES;
    }
    return bytes;
  }
}

/** Registers, TLB, caches, tick model, devices with their disks, input log: without what is shared. */
function otherBytes(before: MachineSnapshot | undefined, after: MachineSnapshot): number {
  const known = new Set<object>();
  if (before) weigh({ ...(before.state as MachineState), pages: [] }, known);
  return weigh({ ...(after.state as MachineState), pages: [] }, known);
}

/** Bytes of plain data, each object once; `known` are those that count no more. */
function weigh(value: unknown, known: Set<object>): number {
  if (typeof value === 'string') return value.length * 2;
  if (typeof value !== 'object' || value === null) return POINTER_BYTES;
  if (known.has(value)) return POINTER_BYTES;
  known.add(value);
  if (ArrayBuffer.isView(value)) return value.byteLength + 100;
  const parts = value instanceof Map || value instanceof Set ? [...value].flat() : Object.values(value);
  return parts.reduce<number>((sum, part) => sum + POINTER_BYTES + weigh(part, known), 50);
}
