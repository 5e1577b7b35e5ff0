/**
 * Status register access, branches with exchange, and the instructions that raise exceptions (ARM DDI 0100 A3.3, A3.9-A3.11).
 */
import type { Core } from './core';
import { EXCEPTIONS, enterException } from './exceptions';
import { Word } from './layout';
import { currentMode, isPrivileged, spsrWord } from './modes';
import { Psr, fieldMask, readCpsr } from './psr';

const SPSR_BIT = 0x400000;

/** MRS. SPSR in a mode that has none is UNPREDICTABLE; it reads as CPSR. */
export function moveFromStatus({ s }: Core, op: number): void {
  const spsr = spsrWord(currentMode(s));
  s[(op >>> 12) & 15] = (op & SPSR_BIT) !== 0 && spsr >= 0 ? s[spsr]! : readCpsr(s);
}

function moveToStatus(core: Core, op: number, value: number): void {
  const { s } = core;
  const mask = fieldMask(op) & Psr.IMPLEMENTED;
  if ((op & SPSR_BIT) !== 0) {
    const spsr = spsrWord(currentMode(s));
    if (spsr >= 0) s[spsr] = (s[spsr]! & ~mask) | (value & mask);
    return;
  }
  // T can only be changed by branches and exception returns (UNPREDICTABLE by MSR); User mode writes the flags alone.
  core.writeCpsr(value, isPrivileged(s) ? mask & ~Psr.T : mask & Psr.USER);
}

export function moveRegisterToStatus(core: Core, op: number): void {
  moveToStatus(core, op, core.s[op & 15]!);
}

export function moveImmediateToStatus(core: Core, op: number): void {
  const rotation = (op >>> 7) & 30;
  const byte = op & 0xff;
  moveToStatus(core, op, rotation === 0 ? byte : (byte >>> rotation) | (byte << (32 - rotation)));
}

/** BX, and BXJ, which does the same where there is no Jazelle (ARM DDI 0100 A4.1.11). */
export function branchAndExchange(core: Core, op: number): void {
  core.branchExchange(core.s[op & 15]!);
}

/** BLX Rm, in ARM and Thumb (LR keeps the instruction set in bit 0). */
export function branchLinkExchange(core: Core, op: number): void {
  const { s } = core;
  const target = s[op & 15]!;
  s[14] = s[Word.NEXT]! | (core.thumb ? 1 : 0);
  core.branchExchange(target);
}

/** BLX with an immediate: to Thumb, half-word precise by the H bit. */
export function branchLinkExchangeImmediate(core: Core, op: number): void {
  const { s } = core;
  const target = (s[15]! + ((op << 8) >> 6) + ((op & 0x1000000) !== 0 ? 2 : 0)) | 0;
  s[14] = s[Word.NEXT]!;
  core.branchExchange(target | 1);
}

export function softwareInterrupt(core: Core): void {
  enterException(core, EXCEPTIONS.swi, core.pc);
}

export function undefinedInstruction(core: Core): void {
  enterException(core, EXCEPTIONS.undefined, core.pc);
}

/** BKPT enters the prefetch abort handler (ARM DDI 0100 A4.1.7); IFSR keeps its value on a core without debug monitor. */
export function breakpointInstruction(core: Core): void {
  enterException(core, EXCEPTIONS.prefetchAbort, core.pc);
}

/** PLD and hints: a NOP on this core (ARM DDI 0198D 4.1). */
export function noOperation(): void {}
