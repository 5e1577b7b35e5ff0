/**
 * The instructions of coprocessors 10 and 11 as the decoder's table calls them: register transfers, loads and stores, and the way to
 * arithmetic.ts. Undefined where the machine has no VFP, where FPEXC.EN is clear, and for encodings that VFPv2 does not have.
 */
import type { Core } from '../core';
import { Word } from '../layout';
import { storeFlags } from '../psr';
import { undefinedInstruction } from '../status';
import { dataProcessing } from './arithmetic';
import { isEnabled, readSystemRegister, SystemRegister, writeSystemRegister } from './state';

const P = 0x1000000;
const U = 0x800000;
const D = 0x400000;
const W = 0x200000;
const L = 0x100000;
const DOUBLE = 0x100;
const REGISTERS = Word.VFP_REGISTERS;

/** CDP: FADD, FMUL, FCMP ... */
export function vfpDataProcessing(core: Core, op: number): void {
  if (!isEnabled(core) || !dataProcessing(core, op)) undefinedInstruction(core);
}

/** FMXR, FMRX; with Rd = r15 FMRX of FPSCR is FMSTAT: its flags go to CPSR. */
function systemTransfer(core: Core, op: number): void {
  const number = (op >>> 16) & 15;
  const rd = (op >>> 12) & 15;
  if ((op & L) === 0) {
    if (!writeSystemRegister(core, number, core.s[rd]!)) undefinedInstruction(core);
    return;
  }
  const value = readSystemRegister(core, number);
  if (value === undefined || (rd === 15 && number !== SystemRegister.FPSCR)) undefinedInstruction(core);
  else if (rd === 15) storeFlags(core.s, value);
  else core.s[rd] = value;
}

/** MCR and MRC: one ARM register with a single register, or with half of a double one. */
export function vfpRegisterTransfer(core: Core, op: number): void {
  const opcode = (op >>> 21) & 7;
  const isDouble = (op & DOUBLE) !== 0;
  if (!isDouble && opcode === 7) return systemTransfer(core, op);
  const high = (op >>> 7) & 1;
  if (!isEnabled(core) || (op & 0x60) !== 0 || opcode > (isDouble ? 1 : 0) || (isDouble && high !== 0)) {
    return undefinedInstruction(core);
  }
  const { s } = core;
  const word = REGISTERS + ((op >>> 15) & 30) + (isDouble ? opcode : high);
  const rd = (op >>> 12) & 15;
  if ((op & L) === 0) s[word] = s[rd]!;
  else if (rd !== 15) s[rd] = s[word]!;
}

/** FMSRR, FMRRS, FMDRR, FMRRD: two ARM registers with two singles in a row or one double. */
function pairTransfer(core: Core, op: number): void {
  const { s } = core;
  const low = (op >>> 5) & 1;
  const first = ((op & 15) << 1) | low;
  const isDouble = (op & DOUBLE) !== 0;
  if ((op & 0xd0) !== 0x10 || (isDouble && low !== 0) || first === 31) return undefinedInstruction(core);
  const [rd, rn] = [(op >>> 12) & 15, (op >>> 16) & 15];
  if ((op & L) === 0) {
    s[REGISTERS + first] = s[rd]!;
    s[REGISTERS + first + 1] = s[rn]!;
  } else {
    if (rd !== 15) s[rd] = s[REGISTERS + first]!;
    if (rn !== 15) s[rn] = s[REGISTERS + first + 1]!;
  }
}

const loaded = new Int32Array(32);

/**
 * LDC, STC and MCRR, MRRC of the two coprocessors (ARM DDI 0100 C3.2, C3.4). FLDMX and FSTMX have an odd count: the extra word is stepped
 * over (format 1, C4.1.22). Precise on an abort: neither registers nor the base have changed.
 */
export function vfpTransfer(core: Core, op: number): void {
  if (!isEnabled(core)) return undefinedInstruction(core);
  if ((op & (P | U | W | D)) === D) return pairTransfer(core, op);
  const { s, memory } = core;
  const isDouble = (op & DOUBLE) !== 0;
  const highBit = (op & D) !== 0 ? 1 : 0;
  const n = (op >>> 16) & 15;
  const words = op & 0xff;
  const bytes = words * 4;
  const first = ((op >>> 11) & 30) | highBit;
  const base = s[n]!;
  const single = (op & (P | W)) === P;
  const decrement = (op & (P | U | W)) === (P | W);
  const multiple = decrement || (op & (P | U)) === U;
  const moved = single ? (isDouble ? 2 : 1) : isDouble ? words & ~1 : words;
  if (
    (isDouble && highBit !== 0) ||
    (!single && !multiple) ||
    moved === 0 ||
    first + moved > 32 ||
    ((op & W) !== 0 && n === 15)
  ) {
    return undefinedInstruction(core);
  }
  const start = (single ? ((op & U) !== 0 ? base + bytes : base - bytes) : decrement ? base - bytes : base) | 0;
  if ((start & 3) !== 0) memory.checkAlignment(start);
  const aligned = start & ~3;
  if ((op & L) !== 0) {
    for (let word = 0; word < moved; word++) loaded[word] = memory.load32((aligned + 4 * word) | 0);
    for (let word = 0; word < moved; word++) s[REGISTERS + first + word] = loaded[word]!;
  } else {
    for (let word = 0; word < moved; word++) memory.store32((aligned + 4 * word) | 0, s[REGISTERS + first + word]!);
  }
  if ((op & W) !== 0) s[n] = decrement ? base - bytes : base + bytes;
}
