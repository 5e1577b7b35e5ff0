/**
 * The ARM instruction set as a table (ARM DDI 0100 figure A3-1 and its extension spaces): mask, value, name, what carries
 * it out, whether it ends a basic block. Rows are tried in order, specific before general. The interpreter, the Thumb
 * expander and any later translator decode from here.
 */
import { loadMultiple, storeMultiple, thumbLoadMultiple } from './blockTransfer';
import type { Handler } from './core';
import { moveFromCoprocessor15, moveToCoprocessor15 } from './cp15';
import * as transfer from './loadStore';
import * as mul from './multiply';
import * as status from './status';
import { vfpDataProcessing, vfpRegisterTransfer, vfpTransfer } from './vfp/instructions';

/** What the interpreter's loop does by itself, in the order of its switch. Everything else is a handler's number from FIRST_HANDLER on. */
export const Form = {
  /** Not an instruction: the end of a block. */
  END: 0,
  DATA_IMMEDIATE: 1,
  DATA_REGISTER: 2,
  DATA_SHIFTED: 3,
  DATA_REGISTER_SHIFTED: 4,
  TRANSFER_IMMEDIATE: 5,
  TRANSFER_REGISTER: 6,
  BRANCH: 7,
  BRANCH_LINK: 8,
  THUMB_BRANCH: 9,
  /** No instruction either: where a block that may have been translated begins. */
  ENTER: 10,
  FIRST_HANDLER: 11,
} as const;

type Ends = boolean | ((op: number) => boolean);

interface Row {
  readonly name: string;
  readonly mask: number;
  readonly value: number;
  readonly run: Handler | number;
  /** Whether a block ends after it: it may change pc, CPSR or CP15 (goldfish.md B2). */
  readonly ends?: Ends;
  /** Encodings that the row claims but that are not its instruction. */
  readonly except?: (op: number) => boolean;
}

/** Data processing without TST, TEQ, CMP, CMN, which have no destination. */
const resultIsPc: Ends = (op) => ((op >>> 12) & 15) === 15 && ((op >>> 23) & 3) !== 2;
const oddFirst = (op: number): boolean => (op & 0x1000) !== 0;

export const UNDEFINED: Row = { name: 'undefined', mask: 0, value: 0, run: status.undefinedInstruction, ends: true };

/** cond = 1111 (ARM DDI 0100 A3.14). All else there is undefined. */
const UNCONDITIONAL: readonly Row[] = [
  { name: 'BLX immediate', mask: 0xfe000000, value: 0xfa000000, run: status.branchLinkExchangeImmediate, ends: true },
  {
    name: 'PLD',
    mask: 0xfd70f000,
    value: 0xf550f000,
    run: status.noOperation,
    // A register offset with bit 4 set is in the undefined part of the space.
    except: (op) => (op & 0x2000010) === 0x2000010,
  },
  UNDEFINED,
];

const CONDITIONAL: readonly Row[] = [
  { name: 'MUL, MLA', mask: 0x0fc000f0, value: 0x00000090, run: mul.multiply },
  { name: 'UMULL, UMLAL, SMULL, SMLAL', mask: 0x0f8000f0, value: 0x00800090, run: mul.multiplyLong },
  { name: 'SWP, SWPB', mask: 0x0fb000f0, value: 0x01000090, run: transfer.swap },
  { name: 'LDRD, STRD', mask: 0x0e1000d0, value: 0x000000d0, run: transfer.doubleword, except: oddFirst },
  { name: 'LDRH, STRH', mask: 0x0e0000f0, value: 0x000000b0, run: transfer.halfwordOrSigned },
  { name: 'LDRSB, LDRSH', mask: 0x0e1000d0, value: 0x001000d0, run: transfer.halfwordOrSigned },
  {
    name: 'undefined (multiply space)',
    mask: 0x0e000090,
    value: 0x00000090,
    run: status.undefinedInstruction,
    ends: true,
  },

  { name: 'MRS', mask: 0x0fb000f0, value: 0x01000000, run: status.moveFromStatus },
  { name: 'MSR SPSR', mask: 0x0ff000f0, value: 0x01600000, run: status.moveRegisterToStatus },
  { name: 'MSR CPSR', mask: 0x0ff000f0, value: 0x01200000, run: status.moveRegisterToStatus, ends: true },
  { name: 'BX', mask: 0x0ff000f0, value: 0x01200010, run: status.branchAndExchange, ends: true },
  { name: 'BXJ', mask: 0x0ff000f0, value: 0x01200020, run: status.branchAndExchange, ends: true },
  { name: 'BLX', mask: 0x0ff000f0, value: 0x01200030, run: status.branchLinkExchange, ends: true },
  { name: 'CLZ', mask: 0x0ff000f0, value: 0x01600010, run: mul.countLeadingZeros },
  { name: 'QADD, QSUB, QDADD, QDSUB', mask: 0x0f9000f0, value: 0x01000050, run: mul.saturatingAdd },
  { name: 'BKPT', mask: 0x0ff000f0, value: 0x01200070, run: status.breakpointInstruction, ends: true },
  { name: 'SMLAxy', mask: 0x0ff00090, value: 0x01000080, run: mul.smlaxy },
  { name: 'SMULWy', mask: 0x0ff000b0, value: 0x012000a0, run: mul.smulwy },
  { name: 'SMLAWy', mask: 0x0ff000b0, value: 0x01200080, run: mul.smlawy },
  { name: 'SMLALxy', mask: 0x0ff00090, value: 0x01400080, run: mul.smlalxy },
  { name: 'SMULxy', mask: 0x0ff00090, value: 0x01600080, run: mul.smulxy },
  {
    name: 'undefined (miscellaneous space)',
    mask: 0x0f900000,
    value: 0x01000000,
    run: status.undefinedInstruction,
    ends: true,
  },
  { name: 'MSR SPSR immediate', mask: 0x0ff00000, value: 0x03600000, run: status.moveImmediateToStatus },
  { name: 'MSR CPSR immediate', mask: 0x0ff00000, value: 0x03200000, run: status.moveImmediateToStatus, ends: true },
  {
    name: 'undefined (immediate space)',
    mask: 0x0fb00000,
    value: 0x03000000,
    run: status.undefinedInstruction,
    ends: true,
  },

  {
    name: 'data processing, immediate',
    mask: 0x0e000000,
    value: 0x02000000,
    run: Form.DATA_IMMEDIATE,
    ends: resultIsPc,
  },
  { name: 'data processing, register', mask: 0x0e000ff0, value: 0x00000000, run: Form.DATA_REGISTER, ends: resultIsPc },
  {
    name: 'data processing, shifted register',
    mask: 0x0e000010,
    value: 0x00000000,
    run: Form.DATA_SHIFTED,
    ends: resultIsPc,
  },
  {
    name: 'data processing, register shift',
    mask: 0x0e000090,
    value: 0x00000010,
    run: Form.DATA_REGISTER_SHIFTED,
    ends: resultIsPc,
  },

  {
    name: 'undefined (media space)',
    mask: 0x0e000010,
    value: 0x06000010,
    run: status.undefinedInstruction,
    ends: true,
  },
  // Stores to r15 as base or of r15 keep to the general path; the T forms and loads of pc have their own.
  { name: 'LDRT, LDRBT, STRT, STRBT', mask: 0x0d200000, value: 0x04200000, run: transfer.translated },
  { name: 'LDR pc', mask: 0x0c50f000, value: 0x0410f000, run: transfer.loadPc, ends: true },
  {
    name: 'LDR, LDRB, STR, STRB immediate',
    mask: 0x0e000000,
    value: 0x04000000,
    run: Form.TRANSFER_IMMEDIATE,
    ends: false,
  },
  {
    name: 'LDR, LDRB, STR, STRB register',
    mask: 0x0e000000,
    value: 0x06000000,
    run: Form.TRANSFER_REGISTER,
    ends: false,
  },
  { name: 'LDM', mask: 0x0e100000, value: 0x08100000, run: loadMultiple, ends: (op) => (op & 0x8000) !== 0 },
  { name: 'STM', mask: 0x0e100000, value: 0x08000000, run: storeMultiple },
  { name: 'B', mask: 0x0f000000, value: 0x0a000000, run: Form.BRANCH, ends: true },
  { name: 'BL', mask: 0x0f000000, value: 0x0b000000, run: Form.BRANCH_LINK, ends: true },
  { name: 'MCR p15', mask: 0x0f100f10, value: 0x0e000f10, run: moveToCoprocessor15, ends: true },
  // It ends the block only where it traps, in User mode; a block that goes on behind it is then simply left.
  { name: 'MRC p15', mask: 0x0f100f10, value: 0x0e100f10, run: moveFromCoprocessor15 },
  // Like MRC they end no block: where there is no VFP, or it is not enabled, they trap.
  { name: 'VFP load, store, pair transfer', mask: 0x0e000e00, value: 0x0c000a00, run: vfpTransfer },
  { name: 'VFP data processing', mask: 0x0f000e10, value: 0x0e000a00, run: vfpDataProcessing },
  { name: 'VFP register transfer', mask: 0x0f000e10, value: 0x0e000a10, run: vfpRegisterTransfer },
  { name: 'SWI', mask: 0x0f000000, value: 0x0f000000, run: status.softwareInterrupt, ends: true },
  // LDC, STC, CDP, MCRR, MRRC of CP15 and all other coprocessors: nobody answers, so they trap.
  UNDEFINED,
];

/** Thumb instructions without an ARM equivalent (decodeThumb.ts); their instruction word is the half-word. */
export const THUMB_ROWS = {
  loadLiteral: { name: 'Thumb LDR literal', mask: 0, value: 0, run: transfer.thumbLoadLiteral },
  addPc: { name: 'Thumb ADD pc', mask: 0, value: 0, run: transfer.thumbAddPc },
  loadMultiple: { name: 'Thumb LDMIA', mask: 0, value: 0, run: thumbLoadMultiple },
  branch: { name: 'Thumb B', mask: 0, value: 0, run: Form.THUMB_BRANCH, ends: true },
  branchPrefix: { name: 'Thumb BL prefix', mask: 0, value: 0, run: transfer.thumbBranchPrefix },
  branchSuffix: { name: 'Thumb BL, BLX suffix', mask: 0, value: 0, run: transfer.thumbBranchSuffix, ends: true },
  softwareInterrupt: { name: 'Thumb SWI', mask: 0, value: 0, run: status.softwareInterrupt, ends: true },
  breakpoint: { name: 'Thumb BKPT', mask: 0, value: 0, run: status.breakpointInstruction, ends: true },
} as const satisfies Record<string, Row>;

/** A decoded instruction: what the block cache stores. One object is reused by all calls of a decoder. */
export interface Decoded {
  name: string;
  form: number;
  /** The word for handlers; its condition field is AL unless the loop has to test one. */
  word: number;
  /** Immediate operand (rotated), or signed offset of a transfer. */
  extra: number;
  ends: boolean;
}

/** Handler by form number; the entries of the loop's own forms are never called. */
export const HANDLERS: Handler[] = new Array<Handler>(Form.FIRST_HANDLER).fill(status.undefinedInstruction);
const formByRow = new Map<Row, number>();
/** Name of the row behind each form number. */
export const FORM_NAMES: string[] = [];
for (const row of [...UNCONDITIONAL, ...CONDITIONAL, ...Object.values<Row>(THUMB_ROWS)]) {
  if (formByRow.has(row)) continue;
  if (typeof row.run === 'number') {
    formByRow.set(row, row.run);
  } else {
    formByRow.set(row, HANDLERS.length);
    HANDLERS.push(row.run);
  }
  FORM_NAMES[formByRow.get(row)!] = row.name;
}

/** Candidate rows by bits 27:20 and 7:4, the bits that most rows look at; in table order. */
const CANDIDATES: readonly (readonly Row[])[] = Array.from({ length: 4096 }, (_, index) => {
  const bits = ((index >>> 4) << 20) | ((index & 15) << 4);
  return CONDITIONAL.filter((row) => ((bits ^ row.value) & row.mask & 0x0ff000f0) === 0);
});

const fits = (row: Row, op: number): boolean => ((op ^ row.value) & row.mask) === 0 && !row.except?.(op);

export function fill(out: Decoded, row: Row, word: number): void {
  out.name = row.name;
  out.form = formByRow.get(row)!;
  out.word = word;
  out.ends = typeof row.ends === 'function' ? row.ends(word) : (row.ends ?? false);
  out.extra = 0;
  if (out.form === Form.DATA_IMMEDIATE) {
    const rotation = (word >>> 7) & 30;
    const byte = word & 0xff;
    out.extra = rotation === 0 ? byte : (byte >>> rotation) | (byte << (32 - rotation));
  } else if (out.form === Form.TRANSFER_IMMEDIATE) {
    out.extra = (word & 0x800000) !== 0 ? word & 0xfff : -(word & 0xfff);
  } else if (out.form === Form.BRANCH || out.form === Form.BRANCH_LINK) {
    out.extra = (word << 8) >> 6;
  }
}

/** Decodes an ARM instruction into `out`. */
export function decodeArm(op: number, out: Decoded): void {
  if (op >>> 28 === 15) {
    const row = UNCONDITIONAL.find((candidate) => fits(candidate, op))!;
    fill(out, row, (op & 0x0fffffff) | 0xe0000000);
    return;
  }
  const row = CANDIDATES[((op >>> 16) & 0xff0) | ((op >>> 4) & 15)]!.find((candidate) => fits(candidate, op))!;
  fill(out, row, op | 0);
}
