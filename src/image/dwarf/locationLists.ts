/** Which location expression holds at a pc: .debug_loc (DWARF 4, 2.6.2) or .debug_loclists (DWARF 5, 2.6.2). */
import { Cursor } from '../cursor';
import { hex, ImageError } from '../errors';
import { Form } from './constants';
import type { DebugInfo } from './debugInfo';
import type { Entry } from './entry';
import type { Unit } from './unit';

const BASE_SELECTION = 0xffffffff;

/** The expression of a location attribute at `pc`; undefined when the attribute has none there ("optimised out"). */
export function expressionAt(info: DebugInfo, entry: Entry, attribute: number, pc: number): Uint8Array | undefined {
  const block = entry.block(attribute);
  if (block !== undefined) return block;
  const value = entry.value(attribute);
  if (value === undefined) return undefined;
  const { unit } = entry;
  if (unit.version < 5) return fromLoc(info.sections.debug_loc, unit, value.value, pc);
  const lists = info.sections.debug_loclists;
  const offset =
    value.form === Form.loclistx ? info.listOffset(lists, unit, unit.loclistsBase, value.value) : value.value;
  return fromLoclists(info, unit, offset, pc);
}

function fromLoc(bytes: Uint8Array, unit: Unit, offset: number, pc: number): Uint8Array | undefined {
  const cursor = new Cursor(bytes, '.debug_loc', offset);
  let base = unit.lowPc;
  for (;;) {
    const low = cursor.unsigned(unit.addressBytes);
    const high = cursor.unsigned(unit.addressBytes);
    if (low === 0 && high === 0) return undefined;
    if (low === BASE_SELECTION) {
      base = high;
      continue;
    }
    const expression = bytesOf(cursor.take(cursor.u16()));
    if (covers(base + low, base + high, pc)) return expression;
  }
}

function fromLoclists(info: DebugInfo, unit: Unit, offset: number, pc: number): Uint8Array | undefined {
  const cursor = new Cursor(info.sections.debug_loclists, '.debug_loclists', offset);
  const address = () => cursor.unsigned(unit.addressBytes);
  const indexed = () => info.addressOf(unit, cursor.uleb());
  let base = unit.lowPc;
  let fallback: Uint8Array | undefined;
  for (;;) {
    const kind = cursor.u8();
    let low: number;
    let high: number;
    switch (kind) {
      case 0: // end_of_list
        return fallback;
      case 1: // base_addressx
        base = indexed();
        continue;
      case 2: // startx_endx
        low = indexed();
        high = indexed();
        break;
      case 3: // startx_length
        low = indexed();
        high = low + cursor.uleb();
        break;
      case 4: // offset_pair
        low = base + cursor.uleb();
        high = base + cursor.uleb();
        break;
      case 5: // default_location
        fallback = bytesOf(cursor.take(cursor.uleb()));
        continue;
      case 6: // base_address
        base = address();
        continue;
      case 7: // start_end
        low = address();
        high = address();
        break;
      case 8: // start_length
        low = address();
        high = low + cursor.uleb();
        break;
      case 9: // GNU view_pair: which of several statements at one address; has no expression
        cursor.uleb();
        cursor.uleb();
        continue;
      default:
        throw new ImageError(
          `.debug_loclists+${hex(cursor.position - 1)} has the unknown entry kind ${kind}: the file is damaged; build it again.`,
        );
    }
    const expression = bytesOf(cursor.take(cursor.uleb()));
    if (covers(low, high, pc)) return expression;
  }
}

function covers(low: number, high: number, pc: number): boolean {
  return low >>> 0 <= pc && pc < (high >>> 0 || 2 ** 32);
}

function bytesOf(cursor: Cursor): Uint8Array {
  return cursor.bytes.subarray(cursor.position, cursor.end);
}
