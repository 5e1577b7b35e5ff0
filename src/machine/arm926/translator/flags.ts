/**
 * Where the flags are at a point of translated code. A subtraction leaves its two operands behind, and nothing else is worked out: most
 * flags are never looked at but by the next jump, and what an exit needs is made at the exit. The words behind the flags are then those that
 * the interpreter would have stored. Known before code runs, but where ways meet that differ.
 */
import { FORM_NAMES, Form } from '../decodeArm';
import { Word } from '../layout';
import { FLAGS, fieldMask } from '../psr';
import { successors, type GuestBlock } from './discover';
import {
  Local,
  Op,
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

/** `words`: in the four state words. `operands`: of LEFT - RIGHT. `either`: Local.FORM is 1 when they are those of the operands. */
export type FlagForm = 'words' | 'operands' | 'either';

/** What an instruction does to flags: nothing, those of a subtraction, or something else. */
export type FlagEffect = 'none' | 'subtracts' | 'changes';

const S = 0x100000;
const SUBTRACTIONS: ReadonlySet<number> = new Set([2, 3, 10]);
const MULTIPLIES: ReadonlySet<string> = new Set(['MUL, MLA', 'UMULL, UMLAL, SMULL, SMLAL']);

/** Instructions that put all four flags into their words by other bits than S. */
const INTO_FLAGS: Readonly<Record<string, (op: number) => boolean>> = {
  'MSR CPSR': (op) => (fieldMask(op) & FLAGS) !== 0,
  'MSR CPSR immediate': (op) => (fieldMask(op) & FLAGS) !== 0,
  'MRC p15': (op) => ((op >>> 12) & 15) === 15,
};

/** Of a row of decodeArm.ts, when it is served. */
export function effectOf(form: number, op: number): FlagEffect {
  const intoFlags = INTO_FLAGS[FORM_NAMES[form] ?? ''];
  if (intoFlags !== undefined) return intoFlags(op) ? 'changes' : 'none';
  if ((op & S) === 0) return 'none';
  if (form >= Form.DATA_IMMEDIATE && form <= Form.DATA_REGISTER_SHIFTED)
    return SUBTRACTIONS.has((op >>> 21) & 15) ? 'subtracts' : 'changes';
  return MULTIPLIES.has(FORM_NAMES[form] ?? '') ? 'changes' : 'none';
}

/** A conditional instruction has to leave the flags in one form, whether it is carried out or not. */
export function formAfter(before: FlagForm, effect: FlagEffect, conditional: boolean): FlagForm {
  if (effect === 'none') return before;
  return effect === 'subtracts' && (!conditional || before === 'operands') ? 'operands' : 'words';
}

function formAfterBlock({ forms, words, length }: GuestBlock, before: FlagForm): FlagForm {
  let form = before;
  for (let i = 0; i < length; i++) {
    form = formAfter(form, effectOf(forms[i]!, words[i]!), words[i]! >>> 28 !== 14);
  }
  return form;
}

/** The form at the start of each block of a region, whose first block is its entry, with the flags in words. */
export function formsOf(region: ReadonlyMap<number, GuestBlock>): ReadonlyMap<number, FlagForm> {
  const forms = new Map<number, FlagForm>();
  const [entry] = region.keys();
  const queue: [pc: number, form: FlagForm][] = [[entry!, 'words']];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [pc, coming] = next;
    const block = region.get(pc);
    if (block === undefined) continue;
    const known = forms.get(pc);
    const form = known === undefined || known === coming ? coming : 'either';
    if (form === known) continue;
    forms.set(pc, form);
    const after = formAfterBlock(block, form);
    for (const to of successors(block)) queue.push([to, after]);
  }
  return forms;
}

/** Whether flags are anywhere not in their words. */
export function usesOperands(region: ReadonlyMap<number, GuestBlock>): boolean {
  return [...region.values()].some(({ forms, words, length }) => {
    for (let i = 0; i < length; i++) if (effectOf(forms[i]!, words[i]!) === 'subtracts') return true;
    return false;
  });
}

const [left, right] = [local(Local.LEFT), local(Local.RIGHT)];
const zero = constant(0);
const difference = binary(Op.SUB, left, right);
const words = [Word.NEGATIVE, Word.ZERO, Word.CARRY, Word.OVERFLOW] as const;
type FlagWord = (typeof words)[number];
const FROM_OPERANDS: Readonly<Record<FlagWord, Expr>> = {
  [Word.NEGATIVE]: difference,
  [Word.ZERO]: difference,
  [Word.CARRY]: binary(Op.GE_U, left, right),
  [Word.OVERFLOW]: binary(Op.AND, binary(Op.XOR, left, right), binary(Op.XOR, left, difference)),
};

/** The value of the word behind a flag. */
export function flagWord(form: FlagForm, word: FlagWord): Expr {
  if (form === 'words') return local(word);
  if (form === 'operands') return FROM_OPERANDS[word];
  return select(FROM_OPERANDS[word], local(word), local(Local.FORM));
}

/** Puts all four into their words. */
export function intoWords(form: FlagForm): Statement[] {
  if (form === 'words') return [];
  const sets = words.map((word) => set(word, FROM_OPERANDS[word]));
  return form === 'operands' ? sets : [when(local(Local.FORM), sets)];
}

/** For a place that is reached with flags in several forms. */
export function noteForm(form: FlagForm): Statement[] {
  return form === 'either' ? [] : [set(Local.FORM, constant(form === 'operands' ? 1 : 0))];
}

/** Conditions 0 to 13 (ARM DDI 0100 A3.2.1) straight from the operands of a subtraction; 0 where that is not one comparison. */
const COMPARISONS = [
  ...[Op.EQ, Op.NE, Op.GE_U, Op.LT_U, 0, 0, 0, 0],
  ...[Op.GT_U, Op.LE_U, Op.GE_S, Op.LT_S, Op.GT_S, Op.LE_S],
];

const not = (e: Expr): Expr => unary(Op.EQZ, e);

/** Whether a condition holds, as 1 or 0. */
export function condition(form: FlagForm, number: number): Expr {
  const comparison = form === 'operands' ? COMPARISONS[number]! : 0;
  if (comparison !== 0) return binary(comparison, left, right);
  const flag = (word: FlagWord): Expr => flagWord(form, word);
  const isZero = (): Expr => not(flag(Word.ZERO));
  const signsDiffer = (): Expr => binary(Op.LT_S, binary(Op.XOR, flag(Word.NEGATIVE), flag(Word.OVERFLOW)), zero);
  /** The first of each pair; the second is its opposite. */
  const positive = [
    isZero,
    () => flag(Word.CARRY),
    () => binary(Op.LT_S, flag(Word.NEGATIVE), zero),
    () => binary(Op.LT_S, flag(Word.OVERFLOW), zero),
    () => binary(Op.AND, flag(Word.CARRY), not(isZero())),
    () => not(signsDiffer()),
    () => binary(Op.AND, not(isZero()), not(signsDiffer())),
  ][number >>> 1]!();
  return (number & 1) === 0 ? positive : not(positive);
}
