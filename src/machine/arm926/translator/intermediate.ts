/**
 * The translator's intermediate form: expressions and statements over locals, one step above WebAssembly, whose numeric
 * opcodes it uses. Made by lowering (lower.ts and its kin), nested by structure.ts, written out by emit.ts. No knowledge of ARM.
 */

import type { FlagForm } from './flags';

/** WebAssembly opcodes of the operations that expressions use (WebAssembly Core Specification 5.4). */
export const Op = {
  SELECT: 0x1b,
  LOCAL: 0x20,
  LOAD: 0x28,
  LOAD_8S: 0x2c,
  LOAD_8U: 0x2d,
  LOAD_16S: 0x2e,
  LOAD_16U: 0x2f,
  STORE: 0x36,
  STORE_8: 0x3a,
  STORE_16: 0x3b,
  CONST: 0x41,
  CONST_64: 0x42,
  EQZ: 0x45,
  EQ: 0x46,
  NE: 0x47,
  LT_S: 0x48,
  LT_U: 0x49,
  GT_S: 0x4a,
  GT_U: 0x4b,
  LE_S: 0x4c,
  LE_U: 0x4d,
  GE_S: 0x4e,
  GE_U: 0x4f,
  CLZ: 0x67,
  ADD: 0x6a,
  SUB: 0x6b,
  MUL: 0x6c,
  AND: 0x71,
  OR: 0x72,
  XOR: 0x73,
  SHL: 0x74,
  SHR_S: 0x75,
  SHR_U: 0x76,
  ROTR: 0x78,
  ADD_64: 0x7c,
  MUL_64: 0x7e,
  OR_64: 0x84,
  SHL_64: 0x86,
  SHR_S_64: 0x87,
  SHR_U_64: 0x88,
  WRAP: 0xa7,
  EXTEND_S: 0xac,
  EXTEND_U: 0xad,
  EXTEND_8: 0xc0,
  EXTEND_16: 0xc1,
} as const;

/** One shape for all expressions: `value` is a constant, a local, or the offset of a load. */
export interface Expr {
  readonly op: number;
  readonly value: number;
  readonly a: Expr | undefined;
  readonly b: Expr | undefined;
  readonly c: Expr | undefined;
}

export const constant = (value: number): Expr => ({
  op: Op.CONST,
  value: value | 0,
  a: undefined,
  b: undefined,
  c: undefined,
});
export const constant64 = (value: number): Expr => ({
  op: Op.CONST_64,
  value,
  a: undefined,
  b: undefined,
  c: undefined,
});
export const local = (value: number): Expr => ({ op: Op.LOCAL, value, a: undefined, b: undefined, c: undefined });
export const unary = (op: number, a: Expr): Expr => ({ op, value: 0, a, b: undefined, c: undefined });
export const load = (op: number, address: Expr, offset: number): Expr => ({
  op,
  value: offset,
  a: address,
  b: undefined,
  c: undefined,
});
/** `a` when `condition` is not 0, else `b`; both are worked out. */
export const select = (a: Expr, b: Expr, condition: Expr): Expr => ({ op: Op.SELECT, value: 0, a, b, c: condition });

const FOLD: Readonly<Record<number, (a: number, b: number) => number>> = {
  [Op.ADD]: (a, b) => a + b,
  [Op.SUB]: (a, b) => a - b,
  [Op.AND]: (a, b) => a & b,
  [Op.OR]: (a, b) => a | b,
  [Op.XOR]: (a, b) => a ^ b,
  [Op.SHL]: (a, b) => a << b,
  [Op.SHR_U]: (a, b) => a >>> b,
  [Op.SHR_S]: (a, b) => a >> b,
};
const NEUTRAL_ZERO: ReadonlySet<number> = new Set([Op.ADD, Op.SUB, Op.OR, Op.XOR, Op.SHL, Op.SHR_U, Op.SHR_S]);

/** Two operands; constants are folded, so that what is known of pc costs nothing. */
export function binary(op: number, a: Expr, b: Expr): Expr {
  if (b.op === Op.CONST) {
    const fold = a.op === Op.CONST ? FOLD[op] : undefined;
    if (fold !== undefined) return constant(fold(a.value, b.value));
    if (b.value === 0 && NEUTRAL_ZERO.has(op)) return a;
  }
  return { op, value: 0, a, b, c: undefined };
}

/** How translated code ends: before an instruction inside a block, or before the first one of a block. */
export interface Leave {
  readonly block: BlockPlace;
  /** Instructions of `block` that were charged at its start and have not been executed, and their ticks. */
  readonly count: number;
  readonly ticks: number;
  /** Where the interpreter goes on. */
  readonly pc: number;
  /** Number of that instruction in `block`; undefined where a new block begins. */
  readonly inside: number | undefined;
}

/** Of a block of guest code, what the interpreter has to know to go on after it. */
export interface BlockPlace {
  readonly pc: number;
  /** Place in the memory. */
  readonly place: number;
  readonly thumb: boolean;
}

export type Statement =
  | { readonly kind: 'set'; readonly local: number; readonly value: Expr }
  | {
      readonly kind: 'store';
      readonly op: number;
      readonly address: Expr;
      readonly value: Expr;
      readonly offset: number;
    }
  | {
      readonly kind: 'if';
      readonly condition: Expr;
      readonly then: readonly Statement[];
      readonly else: readonly Statement[];
    }
  /** Ends the code before an instruction. `form`: where the flags are. */
  | { readonly kind: 'leave'; readonly leave: Leave; readonly form: FlagForm }
  /** Ends the code where it is not known before; Word.TARGET has been stored. */
  | { readonly kind: 'end'; readonly block: BlockPlace; readonly form: FlagForm }
  /** Has the machine's own code do what is rare. */
  | { readonly kind: 'call'; readonly imported: Imported; readonly operands: readonly Expr[] }
  | { readonly kind: 'loop' | 'block'; readonly label: number; readonly body: readonly Statement[] }
  | { readonly kind: 'branch'; readonly label: number };

/**
 * Functions that translated code may call where caches are modelled (cache/caches.ts, `TagsAlone`), in the order in which modules import
 * them.
 */
export const IMPORTED = [
  { name: 'loads', operands: ['virtual', 'words'] },
  { name: 'stores', operands: ['virtual', 'words', 'attributes'] },
] as const;
export type Imported = (typeof IMPORTED)[number]['name'];
export type ImportedFunctions = Readonly<Record<Imported, (...operands: number[]) => void>>;

export const set = (to: number, value: Expr): Statement => ({ kind: 'set', local: to, value });
export const when = (condition: Expr, then: readonly Statement[], otherwise: readonly Statement[] = []): Statement => ({
  kind: 'if',
  condition,
  then,
  else: otherwise,
});

/**
 * Locals of translated code. Those below STATE_LOCALS are state words of the same number: general registers and flags.
 */
export const STATE_LOCALS = 20;
export const Local = {
  COUNT: 20,
  ROOM: 21,
  /** 1 while the flags are those of LEFT - RIGHT, where code does not know (flags.ts). */
  FORM: 22,
  TLB_BANK: 23,
  EXIT: 24,
  /** Operands of the last subtraction. */
  LEFT: 25,
  RIGHT: 26,
  OPERAND: 27,
  RESULT: 28,
  CARRY_OUT: 29,
  ADDRESS: 30,
  ENTRY: 31,
  WRITE_BACK: 32,
  AMOUNT: 33,
  VALUE: 34,
  /** Whether a conditional instruction that ends the block is carried out. */
  TAKEN: 35,
  /** Of an access: what the tag of its TLB entry says besides the page (tlb.ts). */
  TAG: 36,
  /** Where caches are modelled: words that were found and not found in the data cache, and COUNT at the start. */
  DATA_HITS: 37,
  DATA_MISSES: 38,
  FIRST_COUNT: 39,
  /** From here on 64 bits wide. */
  WIDE: 40,
} as const;
export const LOCALS = 41;
