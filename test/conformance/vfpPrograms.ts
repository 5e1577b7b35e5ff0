/**
 * Random VFPv2 code (ARM DDI 0100 part C): all data processing on scalars and short vectors, conversions, transfers, with operands on the
 * edges of both formats. A program enables VFP, loads all registers from the scratch area, works, and stores them there again.
 */
import type { Random } from './random';
import type { Generator } from './armPrograms';

const EDGES32 = [
  0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x00800001, 0x3f800000, 0xbf800000, 0x3f7fffff, 0x3f800001,
  0x40490fdb, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fc12345, 0xffc00001, 0x7f800001,
  0xff812345, 0x4f000000, 0xcf000000, 0x4effffff, 0x4f800000, 0x3f000000, 0x3fc00000, 0x34000000, 0x33800000,
];
const EDGES64: readonly bigint[] = [
  0n,
  0x8000000000000000n,
  1n,
  0x000fffffffffffffn,
  0x0010000000000000n,
  0x3ff0000000000000n,
  0xbff0000000000000n,
  0x3fefffffffffffffn,
  0x400921fb54442d18n,
  0x7fefffffffffffffn,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0x7ff8123456789abcn,
  0xfff0000000000001n,
  0x41dfffffffc00000n,
  0x41e0000000000000n,
  0xc1e0000000000000n,
  0x41f0000000000000n,
  0x41efffffffe00000n,
  0x36a0000000000000n,
  0x47efffffffffffffn,
  0x3810000000000000n,
  0x3fe0000000000000n,
  0x3cb0000000000000n,
  0x3ff8000000000000n,
];

/** A number near 1, so that sums and differences have bits that meet. */
const near32 = (r: Random): number => ((r.below(2) << 31) | ((0x78 + r.below(16)) << 23) | r.bits(23)) >>> 0;
const near64 = (r: Random): bigint =>
  (BigInt(r.below(2)) << 63n) | (BigInt(0x3f8 + r.below(16)) << 52n) | (BigInt(r.bits(20)) << 32n) | BigInt(r.next());

/** The 128 bytes of S0-S31, each pair either two singles or one double. */
export function vfpOperands(random: Random): Uint8Array {
  const view = new DataView(new ArrayBuffer(128));
  for (let pair = 0; pair < 16; pair++) {
    if (random.below(2) === 0) {
      const kind = random.below(3);
      const random64 = (BigInt(random.next()) << 32n) | BigInt(random.next());
      view.setBigUint64(pair * 8, kind === 0 ? random.pick(EDGES64) : kind === 1 ? near64(random) : random64, true);
      continue;
    }
    for (const half of [0, 4]) {
      const kind = random.below(3);
      view.setUint32(
        pair * 8 + half,
        kind === 0 ? random.pick(EDGES32) : kind === 1 ? near32(random) : random.next(),
        true,
      );
    }
  }
  return new Uint8Array(view.buffer);
}

const condition = (random: Random): number => (random.below(4) === 0 ? random.below(15) : 14) << 28;
/** Fd, Fn, Fm with their low bits; doubles have none. */
function operands(r: Random, double: number): number {
  const low = (): number => (double ? 0 : r.below(2));
  return (
    (double << 8) |
    (low() << 22) |
    (low() << 7) |
    (low() << 5) |
    (r.below(16) << 16) |
    (r.below(16) << 12) |
    r.below(16)
  );
}
/** p q r s at their places. */
const opcode = (pqrs: number): number => ((pqrs & 8) << 20) | ((pqrs & 6) << 19) | ((pqrs & 1) << 6);

const arithmetic = (r: Random, codes: readonly number[]): number =>
  condition(r) | 0x0e000a00 | operands(r, r.below(2)) | opcode(r.pick(codes));
const extension = (r: Random, numbers: readonly number[], double = r.below(2)): number => {
  const number = r.pick(numbers);
  return condition(r) | 0x0eb00a40 | (operands(r, double) & ~0x000f0080) | ((number >> 1) << 16) | ((number & 1) << 7);
};

/** FPSCR: flags, rounding modes, flush to zero, default NaN; vectors of up to four elements, one after the other. */
export function fpscr(random: Random, vectors: boolean): number {
  const length = vectors ? random.below(4) : 0;
  const modes = random.below(2) === 0 ? 0 : random.below(16) << 22;
  return (random.bits(4) << 28) | modes | (length << 16) | (random.below(2) << 4);
}

export const vfpGenerators: Readonly<Record<string, Generator>> = {
  'add, subtract, multiply, divide': (r) => [arithmetic(r, [4, 5, 6, 7, 8])],
  'multiply and accumulate': (r) => [arithmetic(r, [0, 1, 2, 3])],
  'copy, absolute value, negate, square root': (r) => [extension(r, [0, 1, 2, 3])],
  // The scratch register that FMSTAT follows makes the flags count.
  compare: (r) => [
    r.below(2) === 0 ? extension(r, [8, 9]) : extension(r, [10, 11]) & ~0x2f,
    ...(r.below(2) === 0 ? [0xeef1fa10] : []),
  ],
  'convert between the formats': (r) => {
    const double = r.below(2);
    // The destination or the source has the other precision: the bits that double registers lack are left clear.
    return [extension(r, [15], double) & ~0x00400020];
  },
  'convert integers': (r) => {
    const double = r.below(2);
    return [extension(r, [16, 17, 24, 25, 26, 27], double) & (double ? ~0x00400020 : -1)];
  },
  'move registers': (r) => {
    const rt = r.below(10);
    const rt2 = (rt + 1 + r.below(8)) % 10;
    const load = r.below(2) << 20;
    return [
      r.pick([
        0x0e000a10 | load | (r.below(16) << 16) | (rt << 12) | (r.below(2) << 7), // FMSR, FMRS
        0x0e000b10 | load | (r.below(2) << 21) | (r.below(16) << 16) | (rt << 12), // FMDLR, FMDHR ...
        0x0c400a10 | load | (rt2 << 16) | (rt << 12) | r.below(15), // FMSRR, FMRRS
        0x0c400b10 | load | (rt2 << 16) | (rt << 12) | r.below(16), // FMDRR, FMRRD
      ]) | 0xe0000000,
    ];
  },
  'load and store': (r) => {
    const double = r.below(2);
    const load = r.below(2) << 20;
    const first = r.below(16);
    const count = 1 + r.below(Math.min(16 - first, 8));
    // add r10, r12, #256: the middle of the scratch area; then a load or store below or above it.
    const base = 0xe2800000 | (12 << 16) | (10 << 12) | 0xf40;
    return [
      base,
      (r.pick([
        0x0d000a00 | (r.below(2) << 23) | (r.below(32) & ~1), // FLD, FST
        0x0c800a00 | (r.below(2) << 21) | (double ? count * 2 + r.below(2) : count), // FLDMIA, FLDMIAX
        0x0d200a00 | (double ? count * 2 + r.below(2) : count), // FLDMDB
      ]) |
        0xe0000000 |
        load |
        (double << 8) |
        (10 << 16) |
        (first << 12)) >>>
        0,
    ];
  },
};

/** r12 holds the scratch area. FPEXC.EN; FPSCR from r11; all registers from the start of the area. */
export const vfpBefore = [0xe3a0a101, 0xeee8aa10, 0xeee1ba10, 0xec9c0b20];
/** FPSCR to r11; with vectors off, all registers to the area's upper part: add r10, r12, #384; fstmiad r10, {d0-d15}. */
export const vfpAfter = [0xeef1ba10, 0xe28cad06, 0xec8a0b20];
