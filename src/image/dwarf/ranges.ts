/** The code that an entry covers: low/high pc, .debug_ranges (DWARF 4, 2.17.3) or .debug_rnglists (DWARF 5, 2.17.3). */
import { Cursor } from '../cursor';
import { hex, ImageError } from '../errors';
import type { Interval } from '../intervals';
import { At, Form } from './constants';
import type { DebugInfo } from './debugInfo';
import type { Entry } from './entry';
import { isAddressIndex } from './entry';
import type { Unit } from './unit';

const BASE_SELECTION = 0xffffffff;

/** Empty for an entry without code. */
export function rangesOf(info: DebugInfo, entry: Entry): readonly Interval[] {
  const ranges = entry.value(At.ranges);
  if (ranges !== undefined) {
    if (entry.unit.version < 5) return readRanges(info.sections.debug_ranges, entry.unit, ranges.value);
    const offset =
      ranges.form === Form.rnglistx
        ? info.listOffset(info.sections.debug_rnglists, entry.unit, entry.unit.rnglistsBase, ranges.value)
        : ranges.value;
    return readRangeList(info, entry.unit, offset);
  }
  const low = entry.address(At.lowPc);
  const high = entry.value(At.highPc);
  if (low === undefined || high === undefined) return [];
  // Since DWARF 4 a constant high_pc is a length; an address otherwise.
  if (high.form === Form.addr || isAddressIndex(high.form)) return [{ low, high: entry.address(At.highPc) ?? low }];
  return [{ low, high: low + high.value }];
}

function readRanges(bytes: Uint8Array, unit: Unit, offset: number): Interval[] {
  const cursor = new Cursor(bytes, '.debug_ranges', offset);
  const found: Interval[] = [];
  let base = unit.lowPc;
  for (;;) {
    const low = cursor.unsigned(unit.addressBytes);
    const high = cursor.unsigned(unit.addressBytes);
    if (low === 0 && high === 0) return found;
    if (low === BASE_SELECTION) base = high;
    else found.push({ low: base + low, high: base + high });
  }
}

function readRangeList(info: DebugInfo, unit: Unit, offset: number): Interval[] {
  const cursor = new Cursor(info.sections.debug_rnglists, '.debug_rnglists', offset);
  const found: Interval[] = [];
  let base = unit.lowPc;
  for (;;) {
    const kind = cursor.u8();
    switch (kind) {
      case 0: // end_of_list
        return found;
      case 1: // base_addressx
        base = info.addressOf(unit, cursor.uleb());
        break;
      case 2: // startx_endx
        found.push({ low: info.addressOf(unit, cursor.uleb()), high: info.addressOf(unit, cursor.uleb()) });
        break;
      case 3: {
        // startx_length
        const low = info.addressOf(unit, cursor.uleb());
        found.push({ low, high: low + cursor.uleb() });
        break;
      }
      case 4: // offset_pair
        found.push({ low: base + cursor.uleb(), high: base + cursor.uleb() });
        break;
      case 5: // base_address
        base = cursor.unsigned(unit.addressBytes);
        break;
      case 6: // start_end
        found.push({ low: cursor.unsigned(unit.addressBytes), high: cursor.unsigned(unit.addressBytes) });
        break;
      case 7: {
        // start_length
        const low = cursor.unsigned(unit.addressBytes);
        found.push({ low, high: low + cursor.uleb() });
        break;
      }
      default:
        throw new ImageError(
          `.debug_rnglists+${hex(cursor.position - 1)} has the unknown entry kind ${kind}: the file is damaged; build it again.`,
        );
    }
  }
}
