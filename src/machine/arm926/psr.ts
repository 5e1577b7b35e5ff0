/**
 * Program status registers (ARM DDI 0100 A2.5): putting CPSR together from the lazily kept flags and taking it apart.
 * Raw state only; what a change of mode means for the MMU and for pending interrupts is done by core.ts.
 */
import { Word } from './layout';

export const Psr = {
  T: 1 << 5,
  F: 1 << 6,
  I: 1 << 7,
  Q: 1 << 27,
  /** All bits that ARMv5TE has: N Z C V Q, I F T and the mode. J reads as zero: there is no Jazelle state here. */
  IMPLEMENTED: 0xf80000ff | 0,
  /** The condition flags incl. Q: what User mode may write. */
  USER: 0xf8000000 | 0,
} as const;

export function readCpsr(s: Int32Array): number {
  return (
    (s[Word.NEGATIVE]! & 0x80000000) |
    (s[Word.ZERO] === 0 ? 0x40000000 : 0) |
    (s[Word.CARRY]! << 29) |
    ((s[Word.OVERFLOW]! >>> 31) << 28) |
    s[Word.CPSR]!
  );
}

/** The bits of CPSR that are kept as the values they come from. */
export const FLAGS = 0xf0000000 | 0;

/** Stores the bits of CPSR beside the flags; the caller has dealt with the register banks. */
export function storeControl(s: Int32Array, value: number): void {
  s[Word.CPSR] = value & Psr.IMPLEMENTED & 0x0fffffff;
}

/** Sets N, Z, C, V from bits 31:28 of `value`. */
export function storeFlags(s: Int32Array, value: number): void {
  s[Word.NEGATIVE] = value & 0x80000000;
  s[Word.ZERO] = (value & 0x40000000) === 0 ? 1 : 0;
  s[Word.CARRY] = (value >>> 29) & 1;
  s[Word.OVERFLOW] = (value << 3) & 0x80000000;
}

/** The bits that an MSR with this field mask (bits 19:16 of the instruction: f s x c) selects. */
export function fieldMask(instruction: number): number {
  return (
    ((instruction & 0x10000) !== 0 ? 0xff : 0) |
    ((instruction & 0x20000) !== 0 ? 0xff00 : 0) |
    ((instruction & 0x40000) !== 0 ? 0xff0000 : 0) |
    ((instruction & 0x80000) !== 0 ? 0xff000000 : 0)
  );
}

/**
 * Condition codes (ARM DDI 0100 A3.2.1) as data: bit `NZCV` of entry `cond` says whether the condition holds.
 * Entry 15 is never asked: the unconditional space is decoded apart.
 */
export const CONDITIONS = new Uint16Array(16);
const TESTS: readonly ((n: boolean, z: boolean, c: boolean, v: boolean) => boolean)[] = [
  (_n, z) => z,
  (_n, z) => !z,
  (_n, _z, c) => c,
  (_n, _z, c) => !c,
  (n) => n,
  (n) => !n,
  (_n, _z, _c, v) => v,
  (_n, _z, _c, v) => !v,
  (_n, z, c) => c && !z,
  (_n, z, c) => !c || z,
  (n, _z, _c, v) => n === v,
  (n, _z, _c, v) => n !== v,
  (n, z, _c, v) => !z && n === v,
  (n, z, _c, v) => z || n !== v,
  () => true,
  () => true,
];
TESTS.forEach((test, cond) => {
  for (let nzcv = 0; nzcv < 16; nzcv++) {
    if (test((nzcv & 8) !== 0, (nzcv & 4) !== 0, (nzcv & 2) !== 0, (nzcv & 1) !== 0)) CONDITIONS[cond]! |= 1 << nzcv;
  }
});

/** N, Z, C, V as the four bits that index an entry of CONDITIONS. */
export function flagNibble(s: Int32Array): number {
  return (
    ((s[Word.NEGATIVE]! >>> 31) << 3) |
    (s[Word.ZERO] === 0 ? 4 : 0) |
    (s[Word.CARRY]! << 1) |
    (s[Word.OVERFLOW]! >>> 31)
  );
}
