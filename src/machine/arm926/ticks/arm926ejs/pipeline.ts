/**
 * The pipeline of the ARM9EJ-S as cycles and register interlocks: for each row of the instruction table what an
 * instruction costs, which registers it asks for, and which of its results come late. No memory system here.
 */
import { registerCount } from '../../blockTransfer';
import { FORM_NAMES } from '../../decodeArm';
import { PARAMETERS } from './parameters';

/** What is known of an instruction without running it. Masks have one bit per register. */
export interface Timing {
  /** When its condition passes. */
  readonly cycles: number;
  /** Registers whose values it needs at its start. */
  readonly uses: number;
  /** Register that it needs only as accumulate operand. */
  readonly accumulates: number;
  readonly writes: number;
  /** Results that the next instruction has to wait for: by one cycle, two cycles, one cycle unless they are accumulated. */
  readonly lateByOne: number;
  readonly lateByTwo: number;
  readonly product: number;
  /** A load whose result comes as late as a byte when its address is no multiple of four. */
  readonly rotates: boolean;
  /** MCR or MRC p15. */
  readonly coprocessor: boolean;
  /** Thumb B: its condition is in bits 27:24. */
  readonly thumbBranch: boolean;
}

/** Cycles of a parameter. */
type Name = keyof typeof PARAMETERS;
const cycles = (name: Name): number => PARAMETERS[name].value;

const bit = (register: number): number => 1 << register;
const rm = (op: number): number => bit(op & 15);
const rs = (op: number): number => bit((op >>> 8) & 15);
const rd = (op: number): number => bit((op >>> 12) & 15);
const rn = (op: number): number => bit((op >>> 16) & 15);
const PC = bit(15);
const LR = bit(14);

const SIMPLE: Timing = {
  cycles: 1,
  uses: 0,
  accumulates: 0,
  writes: 0,
  lateByOne: 0,
  lateByTwo: 0,
  product: 0,
  rotates: false,
  coprocessor: false,
  thumbBranch: false,
};

/** The late masks of a result that comes `delay` cycles after it could be used first. */
function late(registers: number, delay: number): Partial<Timing> {
  if (delay === 0) return {};
  return delay === 1 ? { lateByOne: registers } : { lateByTwo: registers };
}

/** SUB, RSB, ADD, ADC, SBC: the codes that table 8.2 calls arithmetic. */
const isArithmetic = (op: number): boolean => ((op >>> 21) & 15) >= 2 && ((op >>> 21) & 15) <= 6;
const isMove = (op: number): boolean => ((op >>> 21) & 13) === 13;
const isCompare = (op: number): boolean => ((op >>> 23) & 3) === 2;

function dataOperation(op: number, operand: number, shifted: boolean, byRegister: boolean): Partial<Timing> {
  const uses = operand | (isMove(op) ? 0 : rn(op));
  if (isCompare(op)) return { cycles: cycles(byRegister ? 'dataOperationRegisterShift' : 'dataOperation'), uses };
  const toPc = rd(op) === PC;
  const name: Name = toPc
    ? isArithmetic(op) && !shifted
      ? 'dataOperationToPcArithmetic'
      : 'dataOperationToPcOther'
    : byRegister
      ? 'dataOperationRegisterShift'
      : 'dataOperation';
  return { cycles: cycles(name), uses, writes: rd(op) };
}

/** Base register of a transfer when it is written back. */
const baseWritten = (op: number): number => ((op & 0x1200000) !== 0x1000000 ? rn(op) : 0);

/** LDR, LDRB, STR, STRB and their T forms. */
function single(op: number): Partial<Timing> {
  const register = (op & 0x2000000) !== 0;
  const extra = register && (op & 0xff0) !== 0 ? cycles('scaledOffset') : 0;
  const address = rn(op) | (register ? rm(op) : 0);
  if ((op & 0x100000) === 0) {
    return { cycles: cycles('store') + extra, uses: address | rd(op), writes: baseWritten(op) };
  }
  if (rd(op) === PC) return { cycles: cycles('loadPc') + extra, uses: address, writes: baseWritten(op) | PC };
  const byte = (op & 0x400000) !== 0;
  return {
    cycles: cycles('load') + extra,
    uses: address,
    writes: rd(op) | baseWritten(op),
    rotates: !byte,
    ...late(rd(op), cycles(byte ? 'loadedPartDelay' : 'loadedWordDelay')),
  };
}

/** LDRH, STRH, LDRSB, LDRSH. */
function halfword(op: number): Partial<Timing> {
  const uses = rn(op) | ((op & 0x400000) === 0 ? rm(op) : 0);
  if ((op & 0x100000) === 0) return { cycles: cycles('store'), uses: uses | rd(op), writes: baseWritten(op) };
  return {
    cycles: cycles('load'),
    uses,
    writes: rd(op) | baseWritten(op),
    ...late(rd(op), cycles('loadedPartDelay')),
  };
}

function doubleword(op: number): Partial<Timing> {
  const address = rn(op) | ((op & 0x400000) === 0 ? rm(op) : 0);
  const second = rd(op) << 1;
  if ((op & 0x20) !== 0) {
    return { cycles: cycles('doubleword'), uses: address | rd(op), writes: baseWritten(op) };
  }
  return {
    cycles: cycles('doubleword'),
    uses: address,
    writes: rd(op) | second | baseWritten(op),
    ...late(second, cycles('lastOfSeveralDelay')),
  };
}

function loadList(list: number, base: number, written: number): Partial<Timing> {
  const count = registerCount(list);
  if ((list & PC) !== 0) return { cycles: count + cycles('loadMultiplePc'), uses: base, writes: list | written };
  const last = list === 0 ? 0 : bit(31 - Math.clz32(list));
  return {
    cycles: Math.max(cycles('multipleLeast'), count),
    uses: base,
    writes: list | written,
    // One register alone is there after its second cycle.
    ...(count > 1 ? late(last, cycles('lastOfSeveralDelay')) : {}),
  };
}

function storeList(op: number): Partial<Timing> {
  const list = op & 0xffff;
  // Only the first register to be stored is needed at once (ARM DDI 0165B chapter 8).
  return {
    cycles: Math.max(cycles('multipleLeast'), registerCount(list)),
    uses: rn(op) | (list & -list),
    writes: (op & 0x200000) !== 0 ? rn(op) : 0,
  };
}

/** A multiply into `results`; only those without S leave a late product. */
function product(name: Name, op: number, results: number, accumulates: number, flags = false): Partial<Timing> {
  const uses = rm(op) | rs(op);
  const product = flags || cycles('productDelay') === 0 ? 0 : results;
  return { cycles: cycles(name), uses, accumulates, writes: results, product };
}

const S = 0x100000;
const ACCUMULATE = 0x200000;

const toStatus = (op: number, uses: number): Partial<Timing> => ({
  cycles: cycles((op & 0x70000) === 0 ? 'statusWriteFlags' : 'statusWrite'),
  uses,
});
const exception: Partial<Timing> = { cycles: cycles('exceptionEntry') };
const branch = (uses: number, writes: number): Partial<Timing> => ({ cycles: cycles('branchTaken'), uses, writes });

/** By the names of the instruction table (decodeArm.ts). */
const ROWS: Readonly<Record<string, (op: number) => Partial<Timing>>> = {
  undefined: () => exception,
  'undefined (multiply space)': () => exception,
  'undefined (miscellaneous space)': () => exception,
  'undefined (immediate space)': () => exception,
  'undefined (media space)': () => exception,
  // Where there is no VFP they trap. The pipeline of a VFP9-S is not modelled: where there is one, each costs the same.
  'VFP load, store, pair transfer': () => exception,
  'VFP data processing': () => exception,
  'VFP register transfer': () => exception,
  BKPT: () => exception,
  SWI: () => exception,

  'BLX immediate': () => branch(0, LR),
  B: () => branch(0, 0),
  BL: () => branch(0, LR),
  BX: (op) => branch(rm(op), 0),
  BXJ: (op) => branch(rm(op), 0),
  BLX: (op) => branch(rm(op), LR),
  PLD: (op) => ({ cycles: cycles('preload'), uses: rn(op) | ((op & 0x2000000) !== 0 ? rm(op) : 0) }),

  'MUL, MLA': (op) =>
    product(
      (op & S) !== 0 ? 'multiplyFlags' : 'multiply',
      op,
      rn(op),
      (op & ACCUMULATE) !== 0 ? rd(op) : 0,
      (op & S) !== 0,
    ),
  'UMULL, UMLAL, SMULL, SMLAL': (op) =>
    product(
      (op & S) !== 0 ? 'multiplyLongFlags' : 'multiplyLong',
      op,
      rn(op) | rd(op),
      (op & ACCUMULATE) !== 0 ? rn(op) | rd(op) : 0,
      (op & S) !== 0,
    ),
  SMLAxy: (op) => product('multiplyHalf', op, rn(op), rd(op)),
  SMLAWy: (op) => product('multiplyHalf', op, rn(op), rd(op)),
  SMULxy: (op) => product('multiplyHalf', op, rn(op), 0),
  SMULWy: (op) => product('multiplyHalf', op, rn(op), 0),
  SMLALxy: (op) => product('multiplyHalfLong', op, rn(op) | rd(op), rn(op) | rd(op)),
  'QADD, QSUB, QDADD, QDSUB': (op) => ({
    cycles: cycles('saturate'),
    uses: rm(op) | rn(op),
    writes: rd(op),
    ...late(rd(op), cycles('saturatedDelay')),
  }),
  CLZ: (op) => ({ cycles: cycles('countLeadingZeros'), uses: rm(op), writes: rd(op) }),

  'SWP, SWPB': (op) => ({
    cycles: cycles('swap'),
    uses: rn(op) | rm(op),
    writes: rd(op),
    rotates: (op & 0x400000) === 0,
    ...late(rd(op), cycles((op & 0x400000) !== 0 ? 'loadedPartDelay' : 'loadedWordDelay')),
  }),
  'LDRD, STRD': doubleword,
  'LDRH, STRH': halfword,
  'LDRSB, LDRSH': halfword,
  'LDRT, LDRBT, STRT, STRBT': single,
  'LDR pc': single,
  'LDR, LDRB, STR, STRB immediate': single,
  'LDR, LDRB, STR, STRB register': single,
  LDM: (op) => loadList(op & 0xffff, rn(op), (op & 0x200000) !== 0 ? rn(op) : 0),
  STM: storeList,

  MRS: (op) => ({ cycles: cycles('statusRead'), writes: rd(op) }),
  'MSR SPSR': (op) => toStatus(op, rm(op)),
  'MSR CPSR': (op) => toStatus(op, rm(op)),
  'MSR SPSR immediate': (op) => toStatus(op, 0),
  'MSR CPSR immediate': (op) => toStatus(op, 0),
  'MCR p15': (op) => ({ cycles: cycles('coprocessor') + cycles('coprocessorBusy'), uses: rd(op), coprocessor: true }),
  'MRC p15': (op) => ({
    cycles: cycles('coprocessor') + cycles('coprocessorBusy'),
    writes: rd(op) & ~PC,
    coprocessor: true,
    ...late(rd(op) & ~PC, cycles('coprocessorDelay')),
  }),

  'data processing, immediate': (op) => dataOperation(op, 0, false, false),
  'data processing, register': (op) => dataOperation(op, rm(op), false, false),
  'data processing, shifted register': (op) => dataOperation(op, rm(op), true, false),
  'data processing, register shift': (op) => dataOperation(op, rm(op) | rs(op), true, true),

  'Thumb LDR literal': (op) => {
    const register = bit((op >>> 8) & 7);
    return { cycles: cycles('load'), writes: register, ...late(register, cycles('loadedWordDelay')) };
  },
  'Thumb ADD pc': (op) => ({ cycles: cycles('dataOperation'), writes: bit((op >>> 8) & 7) }),
  'Thumb LDMIA': (op) => loadList(op & 0xff, bit((op >>> 8) & 7), bit((op >>> 8) & 7)),
  'Thumb B': () => ({ ...branch(0, 0), thumbBranch: true }),
  'Thumb BL prefix': () => ({ cycles: cycles('dataOperation'), writes: LR }),
  'Thumb BL, BLX suffix': () => branch(LR, LR),
  'Thumb SWI': () => exception,
  'Thumb BKPT': () => exception,
};

/** The timing of a decoded instruction (form and word as in `Decoded`). Reading pc never waits. */
export function timingOf(form: number, op: number): Timing {
  const name = FORM_NAMES[form];
  const row = name === undefined ? undefined : ROWS[name];
  if (row === undefined) throw new Error(`The arm926ejs tick model has no timing for "${name}".`);
  const timing = { ...SIMPLE, ...row(op) };
  return { ...timing, uses: timing.uses & ~PC, accumulates: timing.accumulates & ~PC };
}

export interface InterlockState {
  readonly lateByOne: number;
  readonly lateByTwo: number;
  readonly product: number;
}

/** Which results are still on their way; it goes on across branches and blocks, as in the chip. */
export class Interlocks {
  private lateByOne = 0;
  private lateByTwo = 0;
  private product = 0;

  reset(): void {
    this.lateByOne = this.lateByTwo = this.product = 0;
  }

  /** Cycles of the next instruction with the stall before it. */
  issue(timing: Timing, passes: boolean): number {
    const asked = timing.uses | timing.accumulates;
    const stall =
      (this.lateByTwo & asked) !== 0 ? 2 : (this.lateByOne & asked) !== 0 || (this.product & timing.uses) !== 0 ? 1 : 0;
    const taken = stall + (passes ? timing.cycles : PARAMETERS.conditionFailed.value);
    this.lateByOne = taken === 1 ? this.lateByTwo : 0;
    this.lateByTwo = 0;
    this.product = 0;
    if (passes) {
      this.lateByOne = (this.lateByOne & ~timing.writes) | timing.lateByOne;
      this.lateByTwo = timing.lateByTwo;
      this.product = timing.product;
    }
    return taken;
  }

  /** The word that the instruction `timing` loads has to be rotated. */
  rotate(timing: Timing): void {
    this.lateByTwo |= timing.lateByOne;
    this.lateByOne &= ~timing.lateByOne;
  }

  capture(): InterlockState {
    return { lateByOne: this.lateByOne, lateByTwo: this.lateByTwo, product: this.product };
  }

  restore(state: InterlockState): void {
    ({ lateByOne: this.lateByOne, lateByTwo: this.lateByTwo, product: this.product } = state);
  }
}
