/** Where a member lies in its structure, bit fields in both of DWARF's ways (DWARF 5, 5.7.6; DWARF 3, 5.5.4). */
import { Cursor } from '../cursor';
import type { CMember } from '../types';
import { At } from './constants';
import type { Entry } from './entry';

const OP_PLUS_UCONST = 0x23;
const OP_CONSTU = 0x10;

/** @param typeBytes size of the member's type, asked for bit fields only */
export function memberOf(entry: Entry, typeBytes: () => number | undefined): Omit<CMember, 'type'> {
  const name = entry.name ?? '';
  const bitSize = entry.constant(At.bitSize);
  const byteOffset = constantOffset(entry);
  if (bitSize === undefined) return { name, byteOffset };
  const storageBytes = entry.constant(At.byteSize) ?? typeBytes() ?? 4;
  const dataBitOffset = entry.constant(At.dataBitOffset);
  if (dataBitOffset === undefined) {
    // DWARF 2 and 3 count from the most significant bit of the storage unit, which on a little-endian machine is its far end.
    const fromTop = signed(entry.constant(At.bitOffset) ?? 0);
    return placed(name, byteOffset * 8 + storageBytes * 8 - fromTop - bitSize, bitSize, storageBytes);
  }
  return placed(name, byteOffset * 8 + dataBitOffset, bitSize, storageBytes);
}

/** DW_AT_data_member_location in bytes: a constant, or in DWARF 2 a little expression. */
export function constantOffset(entry: Entry): number {
  const constant = entry.constant(At.dataMemberLocation);
  if (constant !== undefined) return constant;
  const block = entry.block(At.dataMemberLocation);
  if (block === undefined || (block[0] !== OP_PLUS_UCONST && block[0] !== OP_CONSTU)) return 0;
  return new Cursor(block, '.debug_info', 1).uleb();
}

/** In the aligned unit of the field's type, as compilers lay fields out; a packed one that crosses it starts at its own byte. */
function placed(name: string, firstBit: number, bitSize: number, storageBytes: number): Omit<CMember, 'type'> {
  const storageBits = storageBytes * 8;
  const unitStart = Math.floor(firstBit / storageBits) * storageBytes;
  const within = firstBit - unitStart * 8;
  if (within + bitSize <= storageBits) return { name, byteOffset: unitStart, bitSize, bitOffset: within };
  return { name, byteOffset: Math.floor(firstBit / 8), bitSize, bitOffset: firstBit % 8 };
}

/** GCC stores a negative bit offset (packed fields) in an unsigned form now and then. */
function signed(value: number): number {
  return value > 0x7fffffff ? value - 2 ** 32 : value;
}
