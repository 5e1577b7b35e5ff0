/**
 * The state of the VFP9-S coprocessor: where its words stand (layout.ts), what its status bits are called, and the rules of access. It is an
 * option of the machine (`vfp: 'vfp9'`); without it coprocessors 10 and 11 do not answer. Numbers: ARM DDI 0100 part C; identification as
 * goldfish shows it (ARM DDI 0238A table 3-2 names the fields).
 */
import type { Core } from '../core';
import { Word } from '../layout';
import { isPrivileged } from '../modes';

export const FPSID = 0x41011090;

/** FPSCR (ARM DDI 0100 C2.6.2). */
export const Fpscr = {
  IOC: 1 << 0,
  DZC: 1 << 1,
  OFC: 1 << 2,
  UFC: 1 << 3,
  IXC: 1 << 4,
  IDC: 1 << 7,
  FZ: 1 << 24,
  DN: 1 << 25,
  /** N Z C V, DN, FZ, rounding mode, stride, length, trap enables, cumulative exceptions. */
  WRITABLE: 0xf3f79f9f | 0,
} as const;

/** FPEXC.EN. EX stays clear: no instruction bounces here, so there is never an exception for support code to read. */
const EN = 1 << 30;

/** System registers by their number in FMXR and FMRX. */
export const SystemRegister = { FPSID: 0, FPSCR: 1, FPEXC: 8, FPINST: 9, FPINST2: 10 } as const;

/** Whether instructions other than the enabling ones work. */
export function isEnabled({ s, vfpPresent }: Core): boolean {
  return vfpPresent && (s[Word.FPEXC]! & EN) !== 0;
}

const ALWAYS = 'always';
const PRIVILEGED = 'privileged';
const ENABLED = 'enabled';

interface SystemRow {
  readonly number: number;
  readonly access: typeof ALWAYS | typeof PRIVILEGED | typeof ENABLED;
  /** Undefined for the identification, which is fixed. */
  readonly word?: number;
  readonly writable: number;
}

/** FPSID may be read before VFP is enabled, or nobody could find it (ARM DDI 0100 C2.7). */
const SYSTEM_ROWS: readonly SystemRow[] = [
  { number: SystemRegister.FPSID, access: ALWAYS, writable: 0 },
  { number: SystemRegister.FPSCR, access: ENABLED, word: Word.FPSCR, writable: Fpscr.WRITABLE },
  { number: SystemRegister.FPEXC, access: PRIVILEGED, word: Word.FPEXC, writable: EN },
  { number: SystemRegister.FPINST, access: PRIVILEGED, word: Word.FPINST, writable: -1 },
  { number: SystemRegister.FPINST2, access: PRIVILEGED, word: Word.FPINST2, writable: -1 },
];

/** The system register that this access reaches; undefined when the instruction is undefined. */
function rowFor(core: Core, number: number): SystemRow | undefined {
  const row = SYSTEM_ROWS.find((candidate) => candidate.number === number);
  if (row === undefined || !core.vfpPresent) return undefined;
  if (row.access === ENABLED && !isEnabled(core)) return undefined;
  if (row.access === PRIVILEGED && !isPrivileged(core.s)) return undefined;
  return row;
}

/** FMRX; undefined when the access is not allowed. */
export function readSystemRegister(core: Core, number: number): number | undefined {
  const row = rowFor(core, number);
  if (row === undefined) return undefined;
  return row.word === undefined ? FPSID : core.s[row.word]!;
}

/** FMXR; false when the access is not allowed. */
export function writeSystemRegister(core: Core, number: number, value: number): boolean {
  const row = rowFor(core, number);
  if (row === undefined) return false;
  if (row.word !== undefined) core.s[row.word] = value & row.writable;
  return true;
}
