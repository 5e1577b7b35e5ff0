/**
 * One block of guest code into the intermediate form: charges the block, walks its instructions, and ends in where control
 * goes. What an instruction does comes from the tables of lowerData.ts, lowerMemory.ts, lowerMultiply.ts and lowerStatus.ts, by the name of its
 * row in decodeArm.ts. What no table has leaves to the interpreter before the instruction.
 */
import { FORM_NAMES, Form } from '../decodeArm';
import { Context, type End, type Lowering, type RegionFacts } from './context';
import type { GuestBlock } from './discover';
import { condition, effectOf, formAfter, intoWords, type FlagForm } from './flags';
import {
  Local,
  Op,
  STATE_LOCALS,
  binary,
  constant,
  local,
  select,
  set,
  when,
  type Expr,
  type Statement,
} from './intermediate';
import { lookUpFetch } from './lowerCaches';
import { lowerData } from './lowerData';
import { MEMORY } from './lowerMemory';
import { MULTIPLY } from './lowerMultiply';
import { STATUS } from './lowerStatus';

export interface LoweredBlock {
  readonly statements: readonly Statement[];
  readonly end: End;
  /** Where the flags are at its start, and at its end. */
  readonly before: FlagForm;
  readonly after: FlagForm;
  /** Not even its first instruction is served. */
  readonly servesNothing: boolean;
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

const byName = new Map<string, Lowering>(Object.entries({ ...MEMORY, ...MULTIPLY, ...STATUS, ...OTHERS }));
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
      const number = (op >>> 24) & 15;
      if (number === 14) return taken;
      const other: End = { kind: 'jump', pc: (pc + 2) | 0 };
      return { kind: 'either', condition: condition(context.form, number), taken, other };
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

/** @param before where the flags are at the start of the block */
export function lowerBlock(block: GuestBlock, before: FlagForm, facts: RegionFacts): LoweredBlock {
  const context = new Context(block, before, facts);
  const all: Statement[] = [];
  const lowered = (end: End): LoweredBlock => ({
    statements: all,
    end,
    before,
    after: context.form,
    servesNothing: false,
  });
  const next = (block.pc + block.length * block.step) | 0;
  for (let index = 0; index < block.length; index++) {
    context.index = index;
    context.out = all;
    if (facts.cachedFetches) lookUpFetch(context);
    const op = block.words[index]!;
    const form = block.forms[index]!;
    context.conditional = op >>> 28 !== 14;
    const effect = effectOf(form, op);
    const after = formAfter(context.form, effect, context.conditional);
    if (context.conditional && after === 'words') {
      // Whether it is carried out or not, flags are in their words behind it.
      if (effect !== 'none') all.push(...intoWords(context.form));
      context.form = 'words';
    }
    const out: Statement[] = [];
    context.out = out;
    const test = context.conditional ? condition(context.form, op >>> 28) : undefined;
    const end = lowerOne(context, form, op, block.extras[index]!);
    if (end === 'unserved' && test === undefined) {
      all.push(context.leave());
      return { ...lowered({ kind: 'left' }), servesNothing: index === 0 };
    }
    const served = end === 'unserved' ? [context.leave()] : out;
    context.form = after;
    const saved = block.ticks[index]! - 1;
    const refund = saved > 0 ? [set(Local.ROOM, binary(Op.ADD, local(Local.ROOM), constant(saved)))] : [];
    if (test === undefined) {
      all.push(...served);
      if (end !== undefined && end !== 'unserved') return lowered(end);
      continue;
    }
    if (end !== undefined && end !== 'unserved') {
      const other: End = { kind: 'jump', pc: next };
      if (refund.length === 0 && out.length === 0)
        return lowered({ kind: 'either', condition: test, taken: end, other });
      all.push(set(Local.TAKEN, test), when(local(Local.TAKEN), served, refund));
      return lowered({ kind: 'either', condition: local(Local.TAKEN), taken: end, other });
    }
    all.push(...((refund.length === 0 ? chosen(test, served) : undefined) ?? [when(test, served, refund)]));
  }
  return lowered({ kind: 'jump', pc: next });
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
    const { local: to } = statement;
    if (to >= STATE_LOCALS && to !== Local.LEFT && to !== Local.RIGHT) {
      kept.push(statement);
      continue;
    }
    if (++results > MOST_CHOSEN) return undefined;
    kept.push(set(to, select(statement.value, local(to), local(Local.TAKEN))));
  }
  return [set(Local.TAKEN, condition), ...kept];
}

/** No access to memory: it can be worked out at any time. */
function isPure({ op, a, b, c }: Expr): boolean {
  return !(op >= Op.LOAD && op <= Op.LOAD_16U) && [a, b, c].every((each) => each === undefined || isPure(each));
}
