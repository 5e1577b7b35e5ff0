/**
 * Random straight-line ARM code over every class of ARMv5TE whose result is defined (ARM DDI 0100 A3, A4). Loads and stores go to the
 * scratch area: r12 holds its start whenever one runs. UNPREDICTABLE operands are left out; README.md lists what QEMU does differently.
 */
import type { Random } from './random';

/** One generator gives one or more instructions. */
export type Generator = (random: Random) => number[];

/** r0-r11: registers that programs may change freely. */
const free = (random: Random): number => random.below(12);
const condition = (random: Random): number => (random.below(3) === 0 ? random.below(15) : 14) << 28;

/** Registers that all differ. */
function distinct(random: Random, count: number): number[] {
  const chosen: number[] = [];
  while (chosen.length < count) {
    const candidate = free(random);
    if (!chosen.includes(candidate)) chosen.push(candidate);
  }
  return chosen;
}

/** TST, TEQ, CMP, CMN without S would be other instructions. */
function dataProcessing(random: Random, operand: number): number {
  const opcode = random.below(16);
  const s = opcode >= 8 && opcode <= 11 ? 1 : random.below(2);
  const rd = opcode >= 8 && opcode <= 11 ? 0 : free(random);
  const rn = opcode === 13 || opcode === 15 ? 0 : free(random);
  return condition(random) | (opcode << 21) | (s << 20) | (rn << 16) | (rd << 12) | operand;
}

/** `and rO, rX, #mask` and the load or store that uses rO as its offset from r12. */
const maskOffset = (offset: number, source: number, mask: number): number =>
  0xe2000000 | (source << 16) | (offset << 12) | mask;

const BASE = 12;

function wordTransfer(random: Random): number {
  const byte = random.below(2);
  const offset = random.below(64) * 4;
  const write = 0;
  return (
    condition(random) |
    0x05800000 |
    (byte << 22) |
    (write << 21) |
    (random.below(2) << 20) |
    (BASE << 16) |
    (free(random) << 12) |
    offset
  );
}

export const armGenerators: Readonly<Record<string, Generator>> = {
  'data processing, immediate': (r) => [dataProcessing(r, 0x02000000 | r.bits(12))],
  'data processing, shift by immediate': (r) => [dataProcessing(r, (r.bits(5) << 7) | (r.below(4) << 5) | free(r))],
  'data processing, shift by register': (r) => [dataProcessing(r, 0x10 | (free(r) << 8) | (r.below(4) << 5) | free(r))],
  'multiply and accumulate': (r) => {
    const [rd, rm] = distinct(r, 2) as [number, number];
    const accumulate = r.below(2);
    const rn = accumulate ? free(r) : 0;
    return [
      condition(r) | (accumulate << 21) | (r.below(2) << 20) | (rd << 16) | (rn << 12) | (free(r) << 8) | 0x90 | rm,
    ];
  },
  'long multiply': (r) => {
    const [high, low, rm] = distinct(r, 3) as [number, number, number];
    return [
      condition(r) |
        0x00800090 |
        (r.below(4) << 21) |
        (r.below(2) << 20) |
        (high << 16) |
        (low << 12) |
        (free(r) << 8) |
        rm,
    ];
  },
  'signed halfword multiply': (r) => {
    const operation = r.below(4);
    const [high, low, rm] = distinct(r, 3) as [number, number, number];
    const rn = operation === 3 ? 0 : low;
    // SMULWy and SMLAWy share an opcode: bit 5 tells them apart, and SMULWy has no accumulator.
    const y = r.below(2);
    const x = r.below(2);
    const accumulator = operation === 1 && x === 1 ? 0 : rn;
    return [
      condition(r) |
        0x01000080 |
        (operation << 21) |
        (high << 16) |
        (accumulator << 12) |
        (free(r) << 8) |
        (y << 6) |
        (x << 5) |
        rm,
    ];
  },
  'saturating addition': (r) => [
    condition(r) | 0x01000050 | (r.below(4) << 21) | (free(r) << 16) | (free(r) << 12) | free(r),
  ],
  'count leading zeros': (r) => [condition(r) | 0x016f0f10 | (free(r) << 12) | free(r)],
  'status registers': (r) =>
    r.below(2) === 0 ? [condition(r) | 0x010f0000 | (free(r) << 12)] : [condition(r) | 0x0128f000 | free(r)],
  'word and byte transfer': (r) => [wordTransfer(r)],
  'transfer with register offset': (r) => {
    const [offset, rd] = distinct(r, 2) as [number, number];
    const shift = r.below(2) === 0 ? 2 : 0;
    const mask = shift === 2 ? 0x3f : 0xfc;
    return [
      maskOffset(offset, free(r), mask),
      0xe7800000 | (r.below(2) << 20) | (BASE << 16) | (rd << 12) | (shift << 7) | offset,
    ];
  },
  'transfer with write-back': (r) => {
    const [base, rd] = distinct(r, 2) as [number, number];
    const pre = r.below(2);
    const up = r.below(2);
    const start = 0xe2800000 | (BASE << 16) | (base << 12) | 0x80;
    const transfer = 0xe4000000 | (pre << 24) | (up << 23) | (r.below(2) << 22) | (pre << 21) | (r.below(2) << 20);
    return [start, transfer | (base << 16) | (rd << 12) | (r.below(16) * 4)];
  },
  'halfword and signed transfer': (r) => {
    const offset = r.below(0x80) * 2;
    const load = r.below(2);
    const kind = load ? 1 + r.below(3) : 1;
    const fields = ((offset & 0xf0) << 4) | (offset & 0xf);
    return [condition(r) | 0x01c00090 | (load << 20) | (BASE << 16) | (free(r) << 12) | (kind << 5) | fields];
  },
  'doubleword transfer': (r) => {
    const offset = r.below(30) * 8;
    const fields = ((offset & 0xf0) << 4) | (offset & 0xf);
    return [condition(r) | 0x01c000d0 | (BASE << 16) | (r.below(6) << 13) | (r.below(2) << 5) | fields];
  },
  'block transfer': (r) => {
    const [base] = distinct(r, 1) as [number];
    const list = (r.bits(12) | 1) & ~(1 << base) || 2;
    const writeBack = r.below(2);
    const start = 0xe2800000 | (BASE << 16) | (base << 12) | 0x80;
    return [
      start,
      0xe8000000 | (r.below(4) << 23) | (writeBack << 21) | (r.below(2) << 20) | (base << 16) | (list & ~(1 << base)),
    ];
  },
  swap: (r) => {
    const [rd, rm] = distinct(r, 2) as [number, number];
    return [0xe1000090 | (r.below(2) << 22) | (BASE << 16) | (rd << 12) | rm];
  },
};
