/**
 * Loads and stores of one register or a pair (ARM DDI 0100 A5.2, A5.3), as far as the interpreter's loop does not do them
 * itself (word and byte with immediate or register offset are there). Base registers change only after the access has
 * succeeded: the ARM926 restores the base on an abort.
 */
import type { Core } from './core';
import { Word } from './layout';
import { isPrivileged } from './modes';
import { shiftByImmediate } from './shifter';

const P = 0x1000000;
const U = 0x800000;
const W = 0x200000;
const L = 0x100000;

const rd = (op: number): number => (op >>> 12) & 15;
const rn = (op: number): number => (op >>> 16) & 15;

/** Base plus or minus the offset. */
function indexed({ s }: Core, op: number, offset: number): number {
  const base = s[rn(op)]!;
  return (op & U) !== 0 ? (base + offset) | 0 : (base - offset) | 0;
}

/** Write-back of pre-indexed (W) and post-indexed forms. A base of r15 is UNPREDICTABLE; it is left alone. */
function writeBack({ s }: Core, op: number, value: number): void {
  if (((op & P) === 0 || (op & W) !== 0) && rn(op) !== 15) s[rn(op)] = value;
}

/** Offset of addressing mode 2. */
function offset2(core: Core, op: number): number {
  return (op & 0x2000000) !== 0 ? shiftByImmediate(core.s, op) : op & 0xfff;
}

/** Offset of addressing mode 3. */
function offset3({ s }: Core, op: number): number {
  return (op & 0x400000) !== 0 ? ((op >>> 4) & 0xf0) | (op & 15) : s[op & 15]!;
}

/** LDR pc: bit 0 chooses the instruction set (ARMv5). */
export function loadPc(core: Core, op: number): void {
  const end = indexed(core, op, offset2(core, op));
  const value = core.memory.load32((op & P) !== 0 ? end : core.s[rn(op)]!);
  writeBack(core, op, end);
  core.branchExchange(value);
}

/** LDRT, LDRBT, STRT, STRBT: the access is made with User rights. */
export function translated(core: Core, op: number): void {
  const { s, memory } = core;
  const end = indexed(core, op, offset2(core, op));
  const address = s[rn(op)]!;
  const byte = (op & 0x400000) !== 0;
  if ((op & L) !== 0) {
    const value = byte ? memory.read(address, 1, false) : memory.slowLoad32(address, false);
    writeBack(core, op, end);
    s[rd(op)] = value;
  } else {
    const value = rd(op) === 15 ? s[15]! + 4 : s[rd(op)]!;
    memory.write(address, byte ? 1 : 4, value, false);
    writeBack(core, op, end);
  }
}

/** STRH, LDRH, LDRSB, LDRSH. The low address bit of a halfword is ignored (UNPREDICTABLE in ARMv5). */
export function halfwordOrSigned(core: Core, op: number): void {
  const { s, memory } = core;
  const end = indexed(core, op, offset3(core, op));
  const address = (op & P) !== 0 ? end : s[rn(op)]!;
  const kind = (op >>> 5) & 3;
  if ((op & L) === 0) {
    memory.store16(address, rd(op) === 15 ? s[15]! + 4 : s[rd(op)]!);
    writeBack(core, op, end);
    return;
  }
  const value =
    kind === 1
      ? memory.load16(address)
      : kind === 2
        ? (memory.load8(address) << 24) >> 24
        : (memory.load16(address) << 16) >> 16;
  writeBack(core, op, end);
  s[rd(op)] = value;
}

/**
 * LDRD, STRD. An odd first register is undefined and does not come here. Addresses that are no multiple of 8 are
 * UNPREDICTABLE: with SCTLR.A they fault, else the two words at the address rounded to 4 are used.
 */
export function doubleword(core: Core, op: number): void {
  const { s, memory } = core;
  const end = indexed(core, op, offset3(core, op));
  const address = (op & P) !== 0 ? end : s[rn(op)]!;
  if ((address & 7) !== 0) memory.checkAlignment(address);
  const first = address & ~3;
  const r = rd(op);
  if ((op & 0x20) !== 0) {
    // Both translations come before the first store, so that an abort leaves memory as it was.
    if ((first & 0xfff) === 0xffc) memory.probeWrite((first + 4) | 0);
    memory.store32(first, s[r]!);
    memory.store32((first + 4) | 0, r === 14 ? s[15]! + 4 : s[r + 1]!);
    writeBack(core, op, end);
  } else {
    const low = memory.load32(first);
    const high = memory.load32((first + 4) | 0);
    writeBack(core, op, end);
    s[r] = low;
    s[r + 1] = high;
  }
}

/** SWP, SWPB: load and store as one; the word load rotates like LDR. */
export function swap(core: Core, op: number): void {
  const { s, memory } = core;
  const address = s[rn(op)]!;
  const source = s[op & 15]!;
  const privileged = isPrivileged(s);
  const byte = (op & 0x400000) !== 0;
  if (!byte && (address & 3) !== 0) memory.checkAlignment(address);
  memory.probeWrite(byte ? address : address & ~3);
  const value = byte ? memory.load8(address) : memory.slowLoad32(address, privileged);
  memory.write(address, byte ? 1 : 4, source, privileged);
  s[rd(op)] = value;
}

/** Thumb LDR Rd, [pc, #n]: the pc is rounded down to a word (ARM DDI 0100 A7.1.29). */
export function thumbLoadLiteral(core: Core, op: number): void {
  const { s, memory } = core;
  s[(op >>> 8) & 7] = memory.load32((s[15]! & ~3) + ((op & 0xff) << 2));
}

/** Thumb ADD Rd, pc, #n. */
export function thumbAddPc({ s }: Core, op: number): void {
  s[(op >>> 8) & 7] = (s[15]! & ~3) + ((op & 0xff) << 2);
}

/** Thumb BL, first half: the high part of the offset goes to LR (ARM DDI 0100 A7.1.17). */
export function thumbBranchPrefix({ s }: Core, op: number): void {
  s[14] = (s[15]! + ((op << 21) >> 9)) | 0;
}

/** Thumb BL and BLX, second half. */
export function thumbBranchSuffix(core: Core, op: number): void {
  const { s } = core;
  const target = (s[14]! + ((op & 0x7ff) << 1)) | 0;
  s[14] = s[Word.NEXT]! | 1;
  if ((op & 0x1000) !== 0) core.branch(target);
  else core.branchExchange(target & ~3);
}
