/**
 * Multiplies (ARM DDI 0100 A3.5) and the DSP extension's signed multiplies and saturating arithmetic (A3.5.4, A3.4).
 * A result register of 15 is UNPREDICTABLE; the result is then lost, as word 15 is rewritten before the next instruction.
 */
import type { Core } from './core';
import { Word } from './layout';
import { Psr } from './psr';

const field = (instruction: number, lowest: number): number => (instruction >>> lowest) & 15;

function setNegativeZero(s: Int32Array, high: number, all: number): void {
  s[Word.NEGATIVE] = high;
  s[Word.ZERO] = all;
}

/** MUL, MLA: C and V keep their values (ARMv5). */
export function multiply({ s }: Core, op: number): void {
  let result = Math.imul(s[op & 15]!, s[field(op, 8)]!);
  if ((op & 0x200000) !== 0) result = (result + s[field(op, 12)]!) | 0;
  s[field(op, 16)] = result;
  if ((op & 0x100000) !== 0) setNegativeZero(s, result, result);
}

/** High word of an unsigned 32 × 32 product, from 16-bit halves. */
function unsignedHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const cross = (middle % 0x10000) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) | 0;
}

/** UMULL, UMLAL, SMULL, SMLAL. */
export function multiplyLong({ s }: Core, op: number): void {
  const a = s[op & 15]!;
  const b = s[field(op, 8)]!;
  const rdLow = field(op, 12);
  const rdHigh = field(op, 16);
  let low = Math.imul(a, b);
  let high = unsignedHigh(a, b);
  if ((op & 0x400000) !== 0) high = (high - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
  if ((op & 0x200000) !== 0) {
    const sum = (low >>> 0) + (s[rdLow]! >>> 0);
    high = (high + s[rdHigh]! + (sum > 0xffffffff ? 1 : 0)) | 0;
    low = sum | 0;
  }
  s[rdLow] = low;
  s[rdHigh] = high;
  if ((op & 0x100000) !== 0) setNegativeZero(s, high, high | low);
}

/** Half of a register by the x or y bit. */
const half = (value: number, top: number): number => (top !== 0 ? value >> 16 : (value << 16) >> 16);

/** Adds and sets Q on signed overflow; the result wraps. */
function accumulateQ(s: Int32Array, a: number, b: number): number {
  const sum = (a + b) | 0;
  if (((a ^ sum) & (b ^ sum)) < 0) s[Word.CPSR]! |= Psr.Q;
  return sum;
}

export function smlaxy({ s }: Core, op: number): void {
  const product = Math.imul(half(s[op & 15]!, op & 0x20), half(s[field(op, 8)]!, op & 0x40));
  s[field(op, 16)] = accumulateQ(s, product, s[field(op, 12)]!);
}

export function smulxy({ s }: Core, op: number): void {
  s[field(op, 16)] = Math.imul(half(s[op & 15]!, op & 0x20), half(s[field(op, 8)]!, op & 0x40));
}

/** Top 32 bits of the 48-bit product; 2^47 is exact in a double. */
const productWide = (s: Int32Array, op: number): number =>
  Math.floor((s[op & 15]! * half(s[field(op, 8)]!, op & 0x40)) / 0x10000) | 0;

export function smlawy({ s }: Core, op: number): void {
  s[field(op, 16)] = accumulateQ(s, productWide(s, op), s[field(op, 12)]!);
}

export function smulwy({ s }: Core, op: number): void {
  s[field(op, 16)] = productWide(s, op);
}

export function smlalxy({ s }: Core, op: number): void {
  const product = Math.imul(half(s[op & 15]!, op & 0x20), half(s[field(op, 8)]!, op & 0x40));
  const rdLow = field(op, 12);
  const rdHigh = field(op, 16);
  const sum = (s[rdLow]! >>> 0) + (product >>> 0);
  s[rdHigh] = (s[rdHigh]! + (product >> 31) + (sum > 0xffffffff ? 1 : 0)) | 0;
  s[rdLow] = sum | 0;
}

/** Clamps an exact sum to 32 bits signed and sets Q when it had to. */
function saturate(s: Int32Array, value: number): number {
  const clamped = value > 0x7fffffff ? 0x7fffffff : value < -0x80000000 ? -0x80000000 : value;
  if (clamped !== value) s[Word.CPSR]! |= Psr.Q;
  return clamped;
}

/** QADD, QSUB, QDADD, QDSUB: Rm op (saturated double of) Rn. */
export function saturatingAdd({ s }: Core, op: number): void {
  const n = s[field(op, 16)]!;
  const second = (op & 0x400000) !== 0 ? saturate(s, 2 * n) : n;
  const m = s[op & 15]!;
  s[field(op, 12)] = saturate(s, (op & 0x200000) !== 0 ? m - second : m + second);
}

export function countLeadingZeros({ s }: Core, op: number): void {
  s[field(op, 12)] = Math.clz32(s[op & 15]!);
}
