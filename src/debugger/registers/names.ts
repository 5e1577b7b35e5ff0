/** Names of registers in expressions and scopes, as data: general registers with their aliases, CP15, virtual registers. */
import type { Cp15Registers } from '../../machine/types';
import type { VirtualRegisters } from '../../hypervisor/types';
import { CONTROL_FIELDS, DACR_FIELDS, FSR_FIELDS, VPSR_FIELDS, type BitField } from './fields';

export const GENERAL_NAMES = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12'] as const;

const ALIASES: Readonly<Record<string, number>> = {
  sp: 13,
  lr: 14,
  pc: 15,
  fp: 11,
  ip: 12,
  sl: 10,
};

/** 0-15 for `r7`, `sp`, `pc` ...; undefined for any other name. */
export function generalRegister(name: string): number | undefined {
  const lower = name.toLowerCase();
  if (lower in ALIASES) return ALIASES[lower];
  const match = /^r(\d|1[0-5])$/.exec(lower);
  return match ? Number(match[1]) : undefined;
}

export interface Cp15Row {
  readonly name: string;
  readonly key: keyof Cp15Registers;
  readonly doc: string;
  readonly fields?: readonly BitField[];
  readonly writable: boolean;
  /** A memory view opens on its value. */
  readonly isAddress?: true;
}

export const CP15_ROWS: readonly Cp15Row[] = [
  { name: 'Control', key: 'control', doc: 'c1: control', fields: CONTROL_FIELDS, writable: true },
  { name: 'TTBR', key: 'ttbr', doc: 'c2: physical address of the first-level table', writable: true, isAddress: true },
  { name: 'DACR', key: 'dacr', doc: 'c3: domain access control', fields: DACR_FIELDS, writable: true },
  { name: 'DFSR', key: 'dfsr', doc: 'c5: data fault status', fields: FSR_FIELDS, writable: true },
  { name: 'IFSR', key: 'ifsr', doc: 'c5: instruction fault status', fields: FSR_FIELDS, writable: true },
  { name: 'FAR', key: 'far', doc: 'c6: fault address', writable: true, isAddress: true },
  { name: 'FCSE PID', key: 'fcsePid', doc: 'c13: process identifier', writable: true },
  { name: 'MIDR', key: 'midr', doc: 'c0: main identification', writable: false },
  { name: 'Cache type', key: 'cacheType', doc: 'c0: cache type', writable: false },
];

export interface VirtualRow {
  readonly name: string;
  readonly key: keyof VirtualRegisters;
  readonly fields?: readonly BitField[];
  readonly doc: string;
}

export const VIRTUAL_ROWS: readonly VirtualRow[] = [
  { name: 'VPSR', key: 'vpsr', fields: VPSR_FIELDS, doc: 'virtual program status: the virtual mode' },
  { name: 'VSP', key: 'vsp', doc: 'stack pointer of the present virtual mode' },
  { name: 'VKSP', key: 'vksp', doc: 'stack pointer of virtual kernel mode' },
  { name: 'VUSP', key: 'vusp', doc: 'stack pointer of virtual user mode' },
  { name: 'VDACR', key: 'vdacr', fields: DACR_FIELDS, doc: 'domain access of this vCPU' },
  { name: 'VFAR', key: 'vfar', doc: 'fault address handed to the guest' },
  { name: 'VFSR', key: 'vfsr', fields: FSR_FIELDS, doc: 'fault status handed to the guest' },
];
