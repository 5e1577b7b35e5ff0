/** The instruction that stands at an address, as a number: a word, or a half-word of Thumb code. What it means is its reader's. */
import type { MemoryReader } from '../../image/types';

export const ARM_BYTES = 4;
export const THUMB_BYTES = 2;

/** Undefined where nothing is mapped. */
export function instructionAt(read: MemoryReader, pc: number, thumb: boolean): number | undefined {
  const bytes = read(pc >>> 0, thumb ? THUMB_BYTES : ARM_BYTES);
  if (!bytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return thumb ? view.getUint16(0, true) : view.getUint32(0, true);
}

/** The number in a `swi` (ARM DDI 0100 A4.1.107); undefined for any other instruction. */
export function swiNumber(instruction: number, thumb: boolean): number | undefined {
  if (thumb) return instruction >>> 8 === 0xdf ? instruction & 0xff : undefined;
  return (instruction & 0x0f000000) === 0x0f000000 ? instruction & 0xffffff : undefined;
}
