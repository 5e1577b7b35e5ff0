/**
 * One block of guest code into the intermediate form: charges the block, walks its instructions, and ends in where control
 * goes. What an instruction does comes from the tables of lowerData.ts, lowerMemory.ts and lowerMultiply.ts, by the name of its
 * row in decodeArm.ts. What no table has leaves to the interpreter before the instruction.
 */
import { FORM_NAMES, Form } from '../decodeArm';
import { Word } from '../layout';
import { Context, type End, type Lowering } from './context';
import type { GuestBlock } from './discover';
import {
  Local,
  Op,
  STATE_LOCALS,
  binary,
  constant,
  local,
  select,
  set,
  unary,
  when,
  type Expr,
  type Statement,
} from './intermediate';
import { lowerData } from './lowerData';
import { MEMORY } from './lowerMemory';
import { MULTIPLY } from './lowerMultiply';

export interface LoweredBlock {
  readonly statements: readonly Statement[];
  readonly end: End;
}

const flag = (word: number): Expr => local(word);
const zero = constant(0);
const isZero = (): Expr => unary(Op.EQZ, flag(Word.ZERO));
const carrySet = (): Expr => flag(Word.CARRY);
const signsDiffer = (): Expr => binary(Op.LT_S, binary(Op.XOR, flag(Word.NEGATIVE), flag(Word.OVERFLOW)), zero);
const not = (e: Expr): Expr => unary(Op.EQZ, e);

/** The first of each pair of conditions (ARM DDI 0100 A3.2.1) from the flags; the second is its opposite. */
const FROM_FLAGS: readonly (() => Expr)[] = [
  isZero,
  carrySet,
  () => binary(Op.LT_S, flag(Word.NEGATIVE), zero),
  () => binary(Op.LT_S, flag(Word.OVERFLOW), zero),
  () => binary(Op.AND, carrySet(), not(isZero())),
  () => not(signsDiffer()),
  () => binary(Op.AND, not(isZero()), not(signsDiffer())),
];
/** Straight from the operands of the compare, where they are at hand; 0 where the flags have to do. */
const FROM_COMPARE = [Op.EQ, Op.NE, Op.GE_U, Op.LT_U, 0, 0, 0, 0, Op.GT_U, Op.LE_U, Op.GE_S, Op.LT_S, Op.GT_S, Op.LE_S];

function conditionOf(context: Context, condition: number): Expr {
  const compare = context.compared ? FROM_COMPARE[condition]! : 0;
  if (compare !== 0) return binary(compare, local(Local.LEFT), local(Local.RIGHT));
  const positive = FROM_FLAGS[condition >>> 1]!();
  return (condition & 1) === 0 ? positive : not(positive);
}

/** BX, BXJ and BLX by register. */
const branchExchange: Lowering = (context, op) => context.dynamic(context.read(op & 15), true);
const branchLinkExchange: Lowering = (context, op) => {
  const end = context.dynamic(context.read(op & 15), true);
  const { block } = context;
  context.set(14, constant((context.pc + block.step) | (block.thumb ? 1 : 0)));
  return end;
};
const nothing: Lowering = () => undefined;

const OTHERS: Readonly<Record<string, Lowering>> = {
  BX: branchExchange,
  BXJ: branchExchange,
  BLX: branchLinkExchange,
  PLD: nothing,
  'Thumb ADD pc': (context, op) => {
    context.set((op >>> 8) & 7, constant((((context.pc + 4) & ~3) + ((op & 0xff) << 2)) | 0));
    return undefined;
  },
  'Thumb BL prefix': (context, op) => {
    context.set(14, constant((context.pc + 4 + ((op << 21) >> 9)) | 0));
    return undefined;
  },
  'Thumb BL, BLX suffix': (context, op) => {
    context.set(Local.WRITE_BACK, binary(Op.ADD, local(14), constant((op & 0x7ff) << 1)));
    context.set(14, constant((context.pc + 2) | 1));
    if ((op & 0x1000) !== 0) return context.dynamic(local(Local.WRITE_BACK), false);
    return context.dynamic(binary(Op.AND, local(Local.WRITE_BACK), constant(~3)), true);
  },
};

const byName = new Map<string, Lowering>(Object.entries({ ...MEMORY, ...MULTIPLY, ...OTHERS }));
/** By form or handler number. */
const LOWERINGS: readonly (Lowering | undefined)[] = FORM_NAMES.map((name) => byName.get(name));

function lowerOne(context: Context, form: number, op: number, extra: number): End | undefined | 'unserved' {
  const { pc } = context;
  switch (form) {
    case Form.BRANCH:
      return { kind: 'jump', pc: (pc + 8 + extra) | 0 };
    case Form.BRANCH_LINK:
      context.set(14, constant(pc + 4));
      return { kind: 'call', pc: (pc + 8 + extra) | 0, returnTo: (pc + 4) | 0 };
    case Form.THUMB_BRANCH: {
      const taken: End = { kind: 'jump', pc: (pc + 4 + ((op << 8) >> 8)) | 0 };
      const condition = (op >>> 24) & 15;
      if (condition === 14) return taken;
      const other: End = { kind: 'jump', pc: (pc + 2) | 0 };
      return { kind: 'either', condition: conditionOf(context, condition), taken, other };
    }
    case Form.DATA_IMMEDIATE:
    case Form.DATA_REGISTER:
    case Form.DATA_SHIFTED:
    case Form.DATA_REGISTER_SHIFTED:
      return lowerData(context, form, op, extra);
    default:
      return LOWERINGS[form]?.(context, op, extra) ?? (LOWERINGS[form] === undefined ? 'unserved' : undefined);
  }
}

/** Whether the first instruction can be served at all; a region that begins with another gains nothing. */
export function servesFirst(block: GuestBlock): boolean {
  return lowerBlock(block).statements[0]?.kind !== 'leave';
}

export function lowerBlock(block: GuestBlock): LoweredBlock {
  const context = new Context(block);
  const all: Statement[] = [];
  const next = (block.pc + block.length * block.step) | 0;
  for (let index = 0; index < block.length; index++) {
    context.index = index;
    const op = block.words[index]!;
    const condition = op >>> 28;
    const out: Statement[] = [];
    context.out = out;
    const test = condition === 14 ? undefined : conditionOf(context, condition);
    const before = context.compared;
    const end = lowerOne(context, block.forms[index]!, op, block.extras[index]!);
    const served = end === 'unserved' ? [{ kind: 'leave', leave: context.leave() } as const] : out;
    const saved = block.ticks[index]! - 1;
    const refund = saved > 0 ? [set(Local.ROOM, binary(Op.ADD, local(Local.ROOM), constant(saved)))] : [];
    if (test === undefined) {
      all.push(...served);
      if (end === 'unserved') return { statements: all, end: { kind: 'left' } };
      if (end !== undefined) return { statements: all, end };
      continue;
    }
    // What a conditional compare leaves behind is not known any more.
    context.compared = before && context.compared && !changesCompare(out);
    if (end !== undefined && end !== 'unserved') {
      const other: End = { kind: 'jump', pc: next };
      if (refund.length === 0 && out.length === 0) {
        return { statements: all, end: { kind: 'either', condition: test, taken: end, other } };
      }
      all.push(set(Local.TAKEN, test), when(local(Local.TAKEN), served, refund));
      return { statements: all, end: { kind: 'either', condition: local(Local.TAKEN), taken: end, other } };
    }
    all.push(...((refund.length === 0 ? chosen(test, served) : undefined) ?? [when(test, served, refund)]));
  }
  return { statements: all, end: { kind: 'jump', pc: next } };
}

/** More results than this are not worth working out in vain. */
const MOST_CHOSEN = 4;

/**
 * A conditional instruction without a jump: its results are worked out in any case, and kept by the condition. Which way such an instruction
 * goes often depends on data, which the computer's branch prediction cannot learn. Undefined where it has another effect.
 */
function chosen(condition: Expr, statements: readonly Statement[]): readonly Statement[] | undefined {
  const kept: Statement[] = [];
  let results = 0;
  for (const statement of statements) {
    if (statement.kind !== 'set' || !isPure(statement.value)) return undefined;
    if (statement.local >= STATE_LOCALS) {
      kept.push(statement);
      continue;
    }
    if (++results > MOST_CHOSEN) return undefined;
    kept.push(set(statement.local, select(statement.value, local(statement.local), local(Local.TAKEN))));
  }
  return [set(Local.TAKEN, condition), ...kept];
}

/** No access to memory: it can be worked out at any time. */
function isPure({ op, a, b, c }: Expr): boolean {
  return !(op >= Op.LOAD && op <= Op.LOAD_16U) && [a, b, c].every((each) => each === undefined || isPure(each));
}

function changesCompare(out: readonly Statement[]): boolean {
  return out.some((statement) => statement.kind === 'set' && statement.local === Local.LEFT);
}
