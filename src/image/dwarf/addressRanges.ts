/**
 * .debug_aranges (DWARF 6.1.2): which unit covers which code, without opening units. Compilers may leave it out, or leave units out of it; so what
 * it says counts, and what it does not say is asked of the units themselves. A damaged set ends the reading.
 */
import { Cursor } from '../cursor';
import type { Interval } from '../intervals';

export interface UnitRange extends Interval {
  /** Of the unit's header in .debug_info. */
  readonly unitOffset: number;
}

/** @throws ImageError when a set runs over its end */
export function readAddressRanges(bytes: Uint8Array): UnitRange[] {
  const ranges: UnitRange[] = [];
  const cursor = new Cursor(bytes, '.debug_aranges');
  while (!cursor.atEnd) {
    const start = cursor.position;
    const { byteLength, offsetBytes } = cursor.initialLength();
    const set = cursor.take(byteLength);
    set.skip(2);
    const unitOffset = set.unsigned(offsetBytes);
    const [addressBytes, segmentBytes] = [set.u8(), set.u8()];
    const tupleBytes = 2 * addressBytes;
    if (segmentBytes !== 0 || (addressBytes !== 4 && addressBytes !== 8)) continue;
    // The first pair is aligned to the size of a pair, counted from the set's own start.
    const header = set.position - start;
    if (header % tupleBytes !== 0) set.skip(tupleBytes - (header % tupleBytes));
    while (set.position + tupleBytes <= set.end) {
      const low = set.unsigned(addressBytes);
      const length = set.unsigned(addressBytes);
      if (length > 0) ranges.push({ low, high: low + length, unitOffset });
    }
  }
  return ranges;
}
