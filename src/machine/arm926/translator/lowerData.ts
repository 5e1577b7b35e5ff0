/**
 * Data processing (ARM DDI 0100 A3.4) in the intermediate form: shifter operand, result, flags. Word for word what
 * interpreter.ts and shifter.ts compute, so that the words behind the flags are equal too.
 */
import { Form } from '../decodeArm';
import { Word } from '../layout';
import { Local, Op, binary, constant, local, select, unary, type Expr } from './intermediate';
import type { Context, End } from './context';
import { effectOf, formAfter, intoWords } from './flags';

const one = constant(1);
const lowBit = (e: Expr): Expr => binary(Op.AND, e, one);

interface Operand {
  readonly value: Expr;
  /** Carry out of the shifter; undefined where it is the old carry. */
  readonly carry: Expr | undefined;
}

/** Operand shifted by an immediate amount (shifter.ts). */
export function shiftByImmediate(context: Context, value: Expr, op: number): Operand {
  const amount = (op >>> 7) & 31;
  const bitBelow = (): Expr => lowBit(binary(Op.SHR_U, value, constant((amount - 1) & 31)));
  switch ((op >>> 5) & 3) {
    case 0:
      if (amount === 0) return { value, carry: undefined };
      return {
        value: binary(Op.SHL, value, constant(amount)),
        carry: lowBit(binary(Op.SHR_U, value, constant(32 - amount))),
      };
    case 1:
      return { value: amount === 0 ? constant(0) : binary(Op.SHR_U, value, constant(amount)), carry: bitBelow() };
    case 2:
      return { value: binary(Op.SHR_S, value, constant(amount === 0 ? 31 : amount)), carry: bitBelow() };
    default:
      if (amount === 0) {
        const carryIn = binary(Op.SHL, context.flag(Word.CARRY), constant(31));
        return { value: binary(Op.OR, binary(Op.SHR_U, value, one), carryIn), carry: lowBit(value) };
      }
      return { value: binary(Op.ROTR, value, constant(amount)), carry: bitBelow() };
  }
}

/** Operand shifted by the low byte of a register, which is put into AMOUNT. */
function shiftByRegister(context: Context, op: number): Operand {
  const value = context.read(op & 15);
  context.set(Local.AMOUNT, binary(Op.AND, context.read((op >>> 8) & 15), constant(0xff)));
  const amount = local(Local.AMOUNT);
  const below = (limit: number): Expr => binary(Op.LT_U, amount, constant(limit));
  const bit = (shift: Expr): Expr => lowBit(binary(Op.SHR_U, value, shift));
  const lessOne = binary(Op.SUB, amount, one);
  const unlessZero = (carry: Expr): Expr => select(carry, context.flag(Word.CARRY), amount);
  switch ((op >>> 5) & 3) {
    case 0:
      return {
        value: select(binary(Op.SHL, value, amount), constant(0), below(32)),
        carry: unlessZero(select(bit(binary(Op.SUB, constant(32), amount)), constant(0), below(33))),
      };
    case 1:
      return {
        value: select(binary(Op.SHR_U, value, amount), constant(0), below(32)),
        carry: unlessZero(select(bit(lessOne), constant(0), below(33))),
      };
    case 2:
      return {
        value: binary(Op.SHR_S, value, select(amount, constant(31), below(32))),
        carry: unlessZero(select(bit(lessOne), binary(Op.SHR_U, value, constant(31)), below(32))),
      };
    default:
      return { value: binary(Op.ROTR, value, amount), carry: unlessZero(bit(lessOne)) };
  }
}

function operandOf(context: Context, form: number, op: number, extra: number): Operand {
  switch (form) {
    case Form.DATA_IMMEDIATE:
      return { value: constant(extra), carry: (op & 0xf00) !== 0 ? constant(extra >>> 31) : undefined };
    case Form.DATA_REGISTER:
      return { value: context.read(op & 15), carry: undefined };
    case Form.DATA_SHIFTED:
      return shiftByImmediate(context, context.read(op & 15), op);
    default:
      return shiftByRegister(context, op);
  }
}

const COMPLEMENT = constant(-1);
const LOGICAL: Readonly<Record<number, (a: Expr, b: Expr) => Expr>> = {
  0: (a, b) => binary(Op.AND, a, b),
  1: (a, b) => binary(Op.XOR, a, b),
  8: (a, b) => binary(Op.AND, a, b),
  9: (a, b) => binary(Op.XOR, a, b),
  12: (a, b) => binary(Op.OR, a, b),
  13: (_a, b) => b,
  14: (a, b) => binary(Op.AND, a, binary(Op.XOR, b, COMPLEMENT)),
  15: (_a, b) => binary(Op.XOR, b, COMPLEMENT),
};
const sum = (a: Expr, b: Expr, carry: Expr): Expr => binary(Op.ADD, binary(Op.ADD, a, b), carry);
const difference = (a: Expr, b: Expr, carry: Expr): Expr =>
  binary(Op.ADD, binary(Op.SUB, binary(Op.SUB, a, b), one), carry);
const ARITHMETIC: Readonly<Record<number, (a: Expr, b: Expr, carry: Expr) => Expr>> = {
  2: (a, b) => binary(Op.SUB, a, b),
  3: (a, b) => binary(Op.SUB, b, a),
  4: (a, b) => binary(Op.ADD, a, b),
  5: sum,
  6: difference,
  7: (a, b, carry) => difference(b, a, carry),
  10: (a, b) => binary(Op.SUB, a, b),
  11: (a, b) => binary(Op.ADD, a, b),
};
const isCompare = (opcode: number): boolean => (opcode & 12) === 8;

/** Before an instruction changes some of the flags: the others go into their words. */
export function keepCarryAndOverflow(context: Context): void {
  if (context.form === 'words') return;
  const [carryWord, overflowWord] = [context.flag(Word.CARRY), context.flag(Word.OVERFLOW)];
  context.set(Word.OVERFLOW, overflowWord);
  context.set(Word.CARRY, carryWord);
}

/** N and Z from a result. */
function setNegativeZero(context: Context, result: Expr): void {
  context.set(Word.NEGATIVE, result);
  context.set(Word.ZERO, local(Word.NEGATIVE));
}

/** Flags of an addition, or with the carry; in their words. The result is in NEGATIVE. */
function setArithmeticFlags(context: Context, opcode: number, a: Expr, b: Expr): void {
  const withCarry = opcode >= 5 && opcode <= 7;
  const adds = opcode === 4 || opcode === 5 || opcode === 11;
  const reversed = opcode === 7;
  // LEFT and RIGHT may be what the carry is in.
  if (withCarry && context.form !== 'words') context.set(Word.CARRY, context.flag(Word.CARRY));
  const carry = local(Word.CARRY);
  context.set(Local.LEFT, reversed ? b : a);
  context.set(Local.RIGHT, reversed ? a : b);
  const left = local(Local.LEFT);
  const right = local(Local.RIGHT);
  setNegativeZero(context, withCarry ? (adds ? sum : difference)(left, right, carry) : binary(Op.ADD, left, right));
  const result = local(Word.NEGATIVE);
  if (!withCarry) {
    context.set(Word.CARRY, binary(Op.LT_U, result, left));
  } else {
    // With a carry in, equality decides together with it.
    const strict = adds ? binary(Op.LT_U, result, left) : binary(Op.GT_U, left, right);
    const equal = adds ? binary(Op.EQ, result, left) : binary(Op.EQ, left, right);
    context.set(Word.CARRY, binary(Op.OR, strict, binary(Op.AND, equal, carry)));
  }
  context.set(
    Word.OVERFLOW,
    adds
      ? binary(Op.AND, binary(Op.XOR, left, result), binary(Op.XOR, right, result))
      : binary(Op.AND, binary(Op.XOR, left, right), binary(Op.XOR, left, result)),
  );
}

/** Flags of a subtraction: its operands. Returns the result. */
function setOperands(context: Context, a: Expr, b: Expr): Expr {
  context.set(Local.LEFT, a);
  context.set(Local.RIGHT, b);
  const result = binary(Op.SUB, local(Local.LEFT), local(Local.RIGHT));
  if (formAfter(context.form, 'subtracts', context.conditional) === 'operands') return result;
  // A conditional one where the flags are in their words before.
  for (const statement of intoWords('operands')) context.out.push(statement);
  return local(Word.NEGATIVE);
}

/** The result in pc with S is the return from an exception: not served. */
export function lowerData(context: Context, form: number, op: number, extra: number): End | undefined | 'unserved' {
  const opcode = (op >>> 21) & 15;
  const rd = (op >>> 12) & 15;
  const flags = (op & 0x100000) !== 0;
  const compare = isCompare(opcode);
  if (flags && !compare && rd === 15) return 'unserved';
  const a = context.read((op >>> 16) & 15);
  const { value, carry: carryOut } = operandOf(context, form, op, extra);
  const logical = LOGICAL[opcode];
  if (!flags) {
    const result = logical ? logical(a, value) : ARITHMETIC[opcode]!(a, value, context.flag(Word.CARRY));
    if (rd === 15) return context.dynamic(result, false);
    context.set(rd, result);
    return undefined;
  }
  let result: Expr = local(Word.NEGATIVE);
  if (effectOf(form, op) === 'subtracts') {
    result = opcode === 3 ? setOperands(context, value, a) : setOperands(context, a, value);
  } else if (logical === undefined) {
    setArithmeticFlags(context, opcode, a, value);
  } else {
    // The shifter's carry may be made of the old flags.
    if (carryOut !== undefined) context.set(Local.CARRY_OUT, carryOut);
    keepCarryAndOverflow(context);
    setNegativeZero(context, logical(a, value));
    if (carryOut !== undefined) context.set(Word.CARRY, local(Local.CARRY_OUT));
  }
  if (!compare) context.set(rd, result);
  return undefined;
}

export const countLeadingZeros = (context: Context, op: number): undefined => {
  context.set((op >>> 12) & 15, unary(Op.CLZ, context.read(op & 15)));
  return undefined;
};
