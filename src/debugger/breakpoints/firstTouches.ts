/**
 * Which pages of memory have been accessed since somebody began to look. All memory is watched; a page that was touched is watched no
 * longer, so that each costs one stop of the machine. Counts accesses by whoever, at whatever address; says nothing to anybody.
 */
import type { MachineFace, WatchedRange, WatchHit } from '../../machine/types';

const PAGE_BYTES = 4096;

export class FirstTouches {
  /** What this stop is about, while the breakpoints are asked. */
  current: WatchHit | undefined;
  /** Untouched pages, as ranges from a page to before another, in order; undefined while nobody looks. */
  private untouched: { readonly from: number; readonly to: number }[] | undefined;

  constructor(private readonly machine: MachineFace) {}

  /** Begins to look, or ends it. */
  look(on: boolean): void {
    const first = this.machine.ramBase / PAGE_BYTES;
    this.untouched = on ? [{ from: first, to: first + this.machine.ramBytes / PAGE_BYTES }] : undefined;
  }

  ranges(): readonly WatchedRange[] {
    return (this.untouched ?? []).map(({ from, to }) => ({
      space: 'physical',
      address: from * PAGE_BYTES,
      byteLength: (to - from) * PAGE_BYTES,
      access: 'readWrite',
    }));
  }

  /** Notes the page of an access; the machine has to be given the ranges again. */
  touch({ address }: WatchHit): void {
    const page = Math.floor(address / PAGE_BYTES);
    this.untouched = this.untouched?.flatMap(({ from, to }) => {
      if (page < from || page >= to) return [{ from, to }];
      return [
        { from, to: page },
        { from: page + 1, to },
      ].filter((range) => range.from < range.to);
    });
  }
}
