/**
 * The seven exceptions (ARM DDI 0100 A2.6) as a table, and what entering one does to the state.
 * Who calls: the interpreter (interrupts, aborts), the handlers of SWI, BKPT and undefined instructions.
 */
import type { Core } from './core';
import { Word } from './layout';
import { Mode, spsrWord, switchBanks } from './modes';
import { Psr, readCpsr } from './psr';
import { Control } from './walk';

export interface ExceptionRow {
  readonly name: string;
  readonly vector: number;
  readonly mode: number;
  /** What LR gets, counted from the instruction that was interrupted or that caused it. */
  readonly returnOffset: { readonly arm: number; readonly thumb: number };
  readonly masksFiq: boolean;
}

/** ARM DDI 0100 table A2-4. For IRQ and FIQ the offset counts from the instruction that would have come next. */
export const EXCEPTIONS = {
  reset: { name: 'reset', vector: 0x00, mode: Mode.SVC, returnOffset: { arm: 0, thumb: 0 }, masksFiq: true },
  undefined: {
    name: 'undefined instruction',
    vector: 0x04,
    mode: Mode.UND,
    returnOffset: { arm: 4, thumb: 2 },
    masksFiq: false,
  },
  swi: {
    name: 'software interrupt',
    vector: 0x08,
    mode: Mode.SVC,
    returnOffset: { arm: 4, thumb: 2 },
    masksFiq: false,
  },
  prefetchAbort: {
    name: 'prefetch abort',
    vector: 0x0c,
    mode: Mode.ABT,
    returnOffset: { arm: 4, thumb: 4 },
    masksFiq: false,
  },
  dataAbort: { name: 'data abort', vector: 0x10, mode: Mode.ABT, returnOffset: { arm: 8, thumb: 8 }, masksFiq: false },
  irq: { name: 'IRQ', vector: 0x18, mode: Mode.IRQ, returnOffset: { arm: 4, thumb: 4 }, masksFiq: false },
  fiq: { name: 'FIQ', vector: 0x1c, mode: Mode.FIQ, returnOffset: { arm: 4, thumb: 4 }, masksFiq: true },
} as const satisfies Record<string, ExceptionRow>;

const HIGH_VECTORS = 0xffff0000 | 0;

/** Enters `row`'s exception for the instruction at `pc`; execution goes on at `Word.NEXT`. */
export function enterException(core: Core, row: ExceptionRow, pc: number): void {
  const s = core.s;
  const cpsr = readCpsr(s);
  const thumb = (cpsr & Psr.T) !== 0;
  switchBanks(s, cpsr, row.mode);
  s[spsrWord(row.mode)] = cpsr;
  s[14] = pc + (thumb ? row.returnOffset.thumb : row.returnOffset.arm);
  s[Word.CPSR] = (s[Word.CPSR]! & ~(0x1f | Psr.T)) | row.mode | Psr.I | (row.masksFiq ? Psr.F : 0);
  s[Word.NEXT] = row.vector + ((s[Word.CONTROL]! & Control.V) !== 0 ? HIGH_VECTORS : 0);
  core.statusChanged();
}
