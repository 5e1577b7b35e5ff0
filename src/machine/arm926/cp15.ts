/**
 * The system control coprocessor of the ARM926EJ-S (ARM DDI 0198D chapter 2) as a table of registers. MCR and MRC find
 * their row by CRn, opcode_1, CRm and opcode_2; what no row claims is UNPREDICTABLE and reads as zero, ignores writes.
 * From User mode every access is undefined. Operations on caches do nothing while none are modelled.
 */
import { CACHE_OPERATIONS } from './cache/operations';
import { LIMIT_NOW, type Core } from './core';
import { EXCEPTIONS, enterException } from './exceptions';
import { Word } from './layout';
import { isPrivileged } from './modes';
import { storeFlags } from './psr';
import { Control } from './walk';

interface Cp15Row {
  readonly name: string;
  readonly crn: number;
  /** Any value where left out. */
  readonly crm?: number;
  readonly op2?: number;
  readonly read?: (core: Core) => number;
  readonly write?: (core: Core, value: number) => void;
  /** The state word that it reads as. */
  readonly word?: number;
  /** What it always reads as where no caches are modelled. */
  readonly constant?: number;
  /** Whether a write has no effect where no caches are modelled. */
  readonly inert?: true;
}

/** What a test-and-clean reads as when no line is dirty: Z, for the loop around it (ARM DDI 0198D 2.3.9). */
const CACHES_CLEAN = 0x40000000;

/** A register that is plain storage in the state, with the bits that can be written. */
function stored(word: number, writable = -1): Pick<Cp15Row, 'read' | 'write' | 'word'> {
  return { word, read: ({ s }) => s[word]!, write: ({ s }, value) => void (s[word] = value & writable) };
}
/** Cache lockdown: one L bit per way; bits 15:4 are ones (ARM DDI 0198D table 2-21), for a read-modify-write. */
function lockdown(word: number): Pick<Cp15Row, 'read' | 'write'> {
  return { read: ({ s }) => s[word]! | 0xfff0, write: ({ s }, value) => void (s[word] = value & 15) };
}
const ignored = (): void => {};

/** Bits of the control register that can be written; the others read as they are at reset (ARM DDI 0198D table 2-9). */
const CONTROL_WRITABLE =
  Control.M | Control.A | Control.C | (1 << 7) | Control.S | Control.R | Control.I | Control.V | Control.RR | (1 << 15);
const CACHING_CONTROL = Control.M | Control.C | Control.I;
const TRANSLATION_CONTROL = Control.M | Control.S | Control.R;

export function writeControl(core: Core, value: number): void {
  const { s, memory } = core;
  const old = s[Word.CONTROL]!;
  s[Word.CONTROL] = (old & ~CONTROL_WRITABLE) | (value & CONTROL_WRITABLE);
  if (((old ^ value) & TRANSLATION_CONTROL) !== 0) memory.tlb.flush();
  if (((old ^ value) & CACHING_CONTROL) !== 0) memory.cachingChanged();
}

export function writeDacr(core: Core, value: number): void {
  core.s[Word.DACR] = value;
  core.selectBank();
}

export function writeFcsePid(core: Core, value: number): void {
  core.s[Word.FCSE_PID] = value & 0xfe000000;
  core.memory.tlb.flush();
  core.memory.caches?.tagsAlone?.forgetHints();
}

function waitForInterrupt({ s }: Core): void {
  s[Word.WAITING] = 1;
  s[Word.LIMIT] = LIMIT_NOW;
}

const CACHE_OPERATIONS_REGISTER = 7;

const ROWS: readonly Cp15Row[] = [
  { name: 'cache type', crn: 0, crm: 0, op2: 1, read: (core) => core.identification.cacheType },
  { name: 'TCM status', crn: 0, crm: 0, op2: 2, read: () => 0 },
  { name: 'main ID', crn: 0, crm: 0, read: (core) => core.identification.midr },
  { name: 'control', crn: 1, crm: 0, op2: 0, ...stored(Word.CONTROL), write: writeControl },
  { name: 'translation table base', crn: 2, ...stored(Word.TTBR, 0xffffc000) },
  { name: 'domain access control', crn: 3, ...stored(Word.DACR), write: writeDacr },
  { name: 'data fault status', crn: 5, crm: 0, op2: 0, ...stored(Word.DFSR, 0xff) },
  { name: 'instruction fault status', crn: 5, crm: 0, op2: 1, ...stored(Word.IFSR, 0xff) },
  { name: 'fault address', crn: 6, crm: 0, op2: 0, ...stored(Word.FAR) },

  { name: 'wait for interrupt', crn: 7, crm: 0, op2: 4, write: waitForInterrupt },
  {
    name: 'test and clean D cache',
    crn: 7,
    crm: 10,
    op2: 3,
    constant: CACHES_CLEAN,
    read: (core) => cleanLine(core, false),
  },
  {
    name: 'test, clean and invalidate D cache',
    crn: 7,
    crm: 14,
    op2: 3,
    constant: CACHES_CLEAN,
    read: (core) => cleanLine(core, true),
  },
  ...CACHE_OPERATIONS.map(({ name, crm, op2, apply }): Cp15Row => ({
    name,
    crn: 7,
    crm,
    op2,
    inert: true,
    write: ({ memory }, value) => {
      if (memory.caches !== undefined) apply(memory.caches.operations, value >>> 0);
    },
  })),
  { name: 'no cache operation', crn: 7, constant: 0, read: () => 0, inert: true, write: ignored },

  { name: 'invalidate TLB entry', crn: 8, op2: 1, write: ({ memory }, mva) => memory.invalidateTlbEntry(mva) },
  { name: 'invalidate TLB', crn: 8, op2: 0, write: ({ memory }) => memory.invalidateTlb() },

  { name: 'D cache lockdown', crn: 9, crm: 0, op2: 0, ...lockdown(Word.D_CACHE_LOCKDOWN) },
  { name: 'I cache lockdown', crn: 9, crm: 0, op2: 1, ...lockdown(Word.I_CACHE_LOCKDOWN) },
  { name: 'D TCM region', crn: 9, crm: 1, op2: 0, ...stored(Word.D_TCM_REGION, 0) },
  { name: 'I TCM region', crn: 9, crm: 1, op2: 1, ...stored(Word.I_TCM_REGION, 0) },
  { name: 'TLB lockdown', crn: 10, crm: 0, op2: 0, ...stored(Word.TLB_LOCKDOWN, 0x1c000001) },
  { name: 'FCSE PID', crn: 13, crm: 0, op2: 0, ...stored(Word.FCSE_PID), write: writeFcsePid },
  { name: 'context ID', crn: 13, crm: 0, op2: 1, ...stored(Word.CONTEXT_ID) },
  // The second encoding of wait for interrupt, which older kernels use.
  { name: 'wait for interrupt (c15)', crn: 15, crm: 8, op2: 2, write: waitForInterrupt },
  // c15 is test and debug control (ARM DDI 0198D appendix B): accepted, without effect here.
  { name: 'test and debug', crn: 15, constant: 0, read: () => 0, inert: true, write: ignored },
];

/** One turn of a test-and-clean loop. */
function cleanLine({ memory }: Core, invalidate: boolean): number {
  return (memory.caches?.testAndClean(invalidate) ?? true) ? CACHES_CLEAN : 0;
}

/** The row for an MCR or MRC by its fields; the first that fits, so specific rows stand before general ones. */
function rowOf(op: number, direction: 'read' | 'write'): Cp15Row | undefined {
  const crn = (op >>> 16) & 15;
  const crm = op & 15;
  const op2 = (op >>> 5) & 7;
  if (((op >>> 21) & 7) !== 0) return undefined;
  return ROWS.find(
    (row) =>
      row.crn === crn &&
      (row.crm === undefined || row.crm === crm) &&
      (row.op2 === undefined || row.op2 === op2) &&
      row[direction] !== undefined,
  );
}

/** Cache operations: inert, and constant to read, only where no caches are modelled. */
const worksOnCaches = (row: Cp15Row): boolean => row.crn === CACHE_OPERATIONS_REGISTER;

/** Whether an MCR of a privileged mode does nothing; for the translator. `caches`: whether any are modelled. */
export function isInertWrite(op: number, caches: boolean): boolean {
  const row = rowOf(op, 'write');
  return row === undefined || (row.inert === true && !(caches && worksOnCaches(row)));
}

/** What an MRC of a privileged mode reads: a state word, or always this value. Undefined: neither. `caches`: whether any are modelled. */
export function plainRead(
  op: number,
  caches: boolean,
): { readonly word: number } | { readonly constant: number } | undefined {
  const row = rowOf(op, 'read');
  if (row === undefined) return { constant: 0 };
  if (row.word !== undefined) return { word: row.word };
  return row.constant === undefined || (caches && worksOnCaches(row)) ? undefined : { constant: row.constant };
}

/** MCR p15. A source of r15 is UNPREDICTABLE; pc + 8 is written. */
export function moveToCoprocessor15(core: Core, op: number): void {
  if (!isPrivileged(core.s)) return enterException(core, EXCEPTIONS.undefined, core.pc);
  rowOf(op, 'write')?.write?.(core, core.s[(op >>> 12) & 15]!);
}

/** MRC p15. With Rd = r15 the top four bits go to the flags. */
export function moveFromCoprocessor15(core: Core, op: number): void {
  if (!isPrivileged(core.s)) return enterException(core, EXCEPTIONS.undefined, core.pc);
  const value = rowOf(op, 'read')?.read?.(core) ?? 0;
  const r = (op >>> 12) & 15;
  if (r === 15) storeFlags(core.s, value);
  else core.s[r] = value;
}
