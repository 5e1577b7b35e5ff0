/**
 * The CPU modes and their register banks (ARM DDI 0100 A2.2, A2.3). Moves banked registers when the mode changes;
 * the status registers themselves are in psr.ts.
 */
import type { CpuMode } from '../types';
import { Word } from './layout';

export const Mode = { USR: 0x10, FIQ: 0x11, IRQ: 0x12, SVC: 0x13, ABT: 0x17, UND: 0x1b, SYS: 0x1f } as const;

interface ModeRow {
  readonly name: CpuMode;
  readonly bits: number;
  /** Which pair of r13, r14 (and SPSR) the mode uses; User and System share one and have no SPSR. */
  readonly bank: number;
}

export const MODES: readonly ModeRow[] = [
  { name: 'usr', bits: Mode.USR, bank: 0 },
  { name: 'fiq', bits: Mode.FIQ, bank: 1 },
  { name: 'irq', bits: Mode.IRQ, bank: 2 },
  { name: 'svc', bits: Mode.SVC, bank: 3 },
  { name: 'abt', bits: Mode.ABT, bank: 4 },
  { name: 'und', bits: Mode.UND, bank: 5 },
  { name: 'sys', bits: Mode.SYS, bank: 0 },
];
const FIQ_BANK = 1;

/** Bank number by mode bits; -1 for the bit patterns that name no mode. */
const BANK_OF = new Int8Array(32).fill(-1);
for (const row of MODES) BANK_OF[row.bits] = row.bank;

export function isMode(bits: number): boolean {
  return BANK_OF[bits & 31]! >= 0;
}

export function modeName(bits: number): CpuMode {
  return MODES.find((row) => row.bits === (bits & 31))?.name ?? 'usr';
}

export function modeBits(name: CpuMode): number {
  return MODES.find((row) => row.name === name)!.bits;
}

export function currentMode(s: Int32Array): number {
  return s[Word.CPSR]! & 31;
}

export function isPrivileged(s: Int32Array): boolean {
  return (s[Word.CPSR]! & 31) !== Mode.USR;
}

/** State word of the current mode's SPSR; -1 in User and System mode, which have none. */
export function spsrWord(bits: number): number {
  const bank = BANK_OF[bits & 31]!;
  return bank > 0 ? Word.SPSR + bank : -1;
}

/** For `SPSR_WORDS_OFFSET`: `spsrWord` of each pattern of mode bits, 0 where there is none. */
export function spsrWords(): Uint8Array {
  return Uint8Array.from(BANK_OF, (bank) => (bank > 0 ? Word.SPSR + bank : 0));
}

/** Moves the live r8-r14 to the banks of the present mode and brings in those of `to`. Does not write the CPSR. */
export function switchBanks(s: Int32Array, from: number, to: number): void {
  const out = BANK_OF[from & 31]!;
  const into = BANK_OF[to & 31]!;
  if (out === into) return;
  s[Word.BANKED_R13 + 2 * out] = s[13]!;
  s[Word.BANKED_R13 + 2 * out + 1] = s[14]!;
  s[13] = s[Word.BANKED_R13 + 2 * into]!;
  s[14] = s[Word.BANKED_R13 + 2 * into + 1]!;
  if (out === FIQ_BANK || into === FIQ_BANK) {
    const save = Word.BANKED_R8 + (out === FIQ_BANK ? 5 : 0);
    const load = Word.BANKED_R8 + (into === FIQ_BANK ? 5 : 0);
    for (let i = 0; i < 5; i++) {
      s[save + i] = s[8 + i]!;
      s[8 + i] = s[load + i]!;
    }
  }
}

/** State word that holds register `index` (0-14) of `mode` at this moment. */
export function registerWord(s: Int32Array, index: number, mode: number): number {
  const live = BANK_OF[currentMode(s)]!;
  const bank = BANK_OF[mode & 31]!;
  if (index === 13 || index === 14) return bank === live ? index : Word.BANKED_R13 + 2 * bank + (index - 13);
  if (index >= 8 && index <= 12 && (bank === FIQ_BANK) !== (live === FIQ_BANK)) {
    return Word.BANKED_R8 + (bank === FIQ_BANK ? 5 : 0) + (index - 8);
  }
  return index;
}
