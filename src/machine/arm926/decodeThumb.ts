/**
 * The Thumb instruction set by its ARM equivalents (ARM DDI 0100 A7.1 names one for nearly every instruction), as a
 * table: mask, value, and the ARM word it stands for. The few without one have rows of their own in decodeArm.ts.
 */
import { THUMB_ROWS, UNDEFINED, decodeArm, fill, type Decoded } from './decodeArm';

type ThumbRow = readonly [mask: number, value: number, equivalent: (op: number) => number];

const low = (op: number, at: number): number => (op >>> at) & 7;
/** Rd in bits 2:0 and Rn in bits 5:3, at their ARM places. */
const rdRn = (op: number): number => (low(op, 3) << 16) | (low(op, 0) << 12);
/** A data-processing instruction with flags on one register and another. */
const ALU: readonly ((d: number, m: number) => number)[] = [
  (d, m) => 0xe0100000 | (d << 16) | (d << 12) | m, // AND
  (d, m) => 0xe0300000 | (d << 16) | (d << 12) | m, // EOR
  (d, m) => 0xe1b00010 | (d << 12) | (m << 8) | d, // LSL
  (d, m) => 0xe1b00030 | (d << 12) | (m << 8) | d, // LSR
  (d, m) => 0xe1b00050 | (d << 12) | (m << 8) | d, // ASR
  (d, m) => 0xe0b00000 | (d << 16) | (d << 12) | m, // ADC
  (d, m) => 0xe0d00000 | (d << 16) | (d << 12) | m, // SBC
  (d, m) => 0xe1b00070 | (d << 12) | (m << 8) | d, // ROR
  (d, m) => 0xe1100000 | (d << 16) | m, // TST
  (d, m) => 0xe2700000 | (m << 16) | (d << 12), // NEG
  (d, m) => 0xe1500000 | (d << 16) | m, // CMP
  (d, m) => 0xe1700000 | (d << 16) | m, // CMN
  (d, m) => 0xe1900000 | (d << 16) | (d << 12) | m, // ORR
  (d, m) => 0xe0100090 | (d << 16) | (d << 8) | m, // MUL
  (d, m) => 0xe1d00000 | (d << 16) | (d << 12) | m, // BIC
  (d, m) => 0xe1f00000 | (d << 12) | m, // MVN
];
/** Destination and source of the instructions that reach the high registers. */
const highD = (op: number): number => ((op >>> 4) & 8) | (op & 7);
const highM = (op: number): number => (op >>> 3) & 15;
/** Register offset transfers by bits 11:9 (A7.1, load/store register offset). */
const REGISTER_OFFSET = [
  0xe7800000, // STR
  0xe18000b0, // STRH
  0xe7c00000, // STRB
  0xe19000d0, // LDRSB
  0xe7900000, // LDR
  0xe19000b0, // LDRH
  0xe7d00000, // LDRB
  0xe19000f0, // LDRSH
] as const;
const halfOffset = (op: number): number => {
  const offset = ((op >>> 6) & 31) << 1;
  return ((offset & 0xf0) << 4) | (offset & 15);
};

const EQUIVALENTS: readonly ThumbRow[] = [
  [0xfe00, 0x1800, (op) => 0xe0900000 | rdRn(op) | low(op, 6)], // ADD Rd, Rn, Rm
  [0xfe00, 0x1a00, (op) => 0xe0500000 | rdRn(op) | low(op, 6)], // SUB Rd, Rn, Rm
  [0xfe00, 0x1c00, (op) => 0xe2900000 | rdRn(op) | low(op, 6)], // ADD Rd, Rn, #3
  [0xfe00, 0x1e00, (op) => 0xe2500000 | rdRn(op) | low(op, 6)], // SUB Rd, Rn, #3
  [
    0xe000,
    0x0000,
    (op) => 0xe1b00000 | (low(op, 0) << 12) | (((op >>> 6) & 31) << 7) | (((op >>> 11) & 3) << 5) | low(op, 3),
  ], // LSL, LSR, ASR
  [0xf800, 0x2000, (op) => 0xe3b00000 | (low(op, 8) << 12) | (op & 0xff)], // MOV #8
  [0xf800, 0x2800, (op) => 0xe3500000 | (low(op, 8) << 16) | (op & 0xff)], // CMP #8
  [0xf800, 0x3000, (op) => 0xe2900000 | (low(op, 8) << 16) | (low(op, 8) << 12) | (op & 0xff)], // ADD #8
  [0xf800, 0x3800, (op) => 0xe2500000 | (low(op, 8) << 16) | (low(op, 8) << 12) | (op & 0xff)], // SUB #8
  [0xfc00, 0x4000, (op) => ALU[(op >>> 6) & 15]!(low(op, 0), low(op, 3))],
  [0xff00, 0x4400, (op) => 0xe0800000 | (highD(op) << 16) | (highD(op) << 12) | highM(op)], // ADD high
  [0xff00, 0x4500, (op) => 0xe1500000 | (highD(op) << 16) | highM(op)], // CMP high
  [0xff00, 0x4600, (op) => 0xe1a00000 | (highD(op) << 12) | highM(op)], // MOV high
  [0xff80, 0x4700, (op) => 0xe12fff10 | highM(op)], // BX
  [0xff80, 0x4780, (op) => 0xe12fff30 | highM(op)], // BLX
  [0xf000, 0x5000, (op) => REGISTER_OFFSET[(op >>> 9) & 7]! | rdRn(op) | low(op, 6)],
  [0xf800, 0x6000, (op) => 0xe5800000 | rdRn(op) | (((op >>> 6) & 31) << 2)], // STR #5
  [0xf800, 0x6800, (op) => 0xe5900000 | rdRn(op) | (((op >>> 6) & 31) << 2)], // LDR #5
  [0xf800, 0x7000, (op) => 0xe5c00000 | rdRn(op) | ((op >>> 6) & 31)], // STRB #5
  [0xf800, 0x7800, (op) => 0xe5d00000 | rdRn(op) | ((op >>> 6) & 31)], // LDRB #5
  [0xf800, 0x8000, (op) => 0xe1c000b0 | rdRn(op) | halfOffset(op)], // STRH #5
  [0xf800, 0x8800, (op) => 0xe1d000b0 | rdRn(op) | halfOffset(op)], // LDRH #5
  [0xf800, 0x9000, (op) => 0xe58d0000 | (low(op, 8) << 12) | ((op & 0xff) << 2)], // STR sp
  [0xf800, 0x9800, (op) => 0xe59d0000 | (low(op, 8) << 12) | ((op & 0xff) << 2)], // LDR sp
  [0xf800, 0xa800, (op) => 0xe28d0f00 | (low(op, 8) << 12) | (op & 0xff)], // ADD Rd, sp, #n
  [0xff80, 0xb000, (op) => 0xe28ddf00 | (op & 0x7f)], // ADD sp
  [0xff80, 0xb080, (op) => 0xe24ddf00 | (op & 0x7f)], // SUB sp
  [0xfe00, 0xb400, (op) => 0xe92d0000 | ((op & 0x100) << 6) | (op & 0xff)], // PUSH
  [0xfe00, 0xbc00, (op) => 0xe8bd0000 | ((op & 0x100) << 7) | (op & 0xff)], // POP
  [0xf800, 0xc000, (op) => 0xe8a00000 | (low(op, 8) << 16) | (op & 0xff)], // STMIA
];

/** Instructions without an ARM equivalent; they work on the half-word (or on what `word` makes of it). */
const OWN: readonly (readonly [
  mask: number,
  value: number,
  row: keyof typeof THUMB_ROWS | 'undefined',
  word?: (op: number) => number,
])[] = [
  [0xf800, 0x4800, 'loadLiteral'],
  [0xf800, 0xa000, 'addPc'],
  [0xff00, 0xbe00, 'breakpoint'],
  [0xf800, 0xc800, 'loadMultiple'],
  [0xff00, 0xde00, 'undefined'],
  [0xff00, 0xdf00, 'softwareInterrupt'],
  // The condition goes to bits 27:24: a Thumb branch costs the same taken or not, so the loop must not test it first.
  [0xf000, 0xd000, 'branch', (op) => (((op << 24) >> 23) & 0xffffff) | ((op & 0xf00) << 16)],
  [0xf800, 0xe000, 'branch', (op) => (((op << 21) >> 20) & 0xffffff) | 0x0e000000],
  [0xf801, 0xe800, 'branchSuffix'],
  [0xf800, 0xf000, 'branchPrefix'],
  [0xf800, 0xf800, 'branchSuffix'],
];

const ALWAYS = 0xe0000000 | 0;

/** Decodes a Thumb instruction into `out`. */
export function decodeThumb(op: number, out: Decoded): void {
  const own = OWN.find(([mask, value]) => (op & mask) === value);
  if (own !== undefined) {
    const [, , name, word] = own;
    fill(out, name === 'undefined' ? UNDEFINED : THUMB_ROWS[name], (word?.(op) ?? op) | ALWAYS);
    return;
  }
  const equivalent = EQUIVALENTS.find(([mask, value]) => (op & mask) === value);
  if (equivalent === undefined) fill(out, UNDEFINED, ALWAYS);
  else decodeArm(equivalent[2](op), out);
}
