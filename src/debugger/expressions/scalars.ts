/**
 * C's arithmetic: integer promotions, the usual conversions and the operators (C11 6.3.1, 6.5), for the AAPCS's sizes. Integers are exact
 * bigints of 32 or 64 bits, floating-point numbers are doubles. Knows operands, and neither names nor memory.
 */
import { stripType } from '../../hypervisor/typedMemory';
import type { AddressSpace } from '../../hypervisor/types';
import type { CType } from '../../image/types';
import { UserError } from '../types';
import type { Operand } from './operand';
import type { BinaryOperator } from './syntax';

/** A number after the integer promotions. */
export type Scalar =
  | { readonly kind: 'integer'; readonly value: bigint; readonly bits: 32 | 64; readonly unsigned: boolean }
  | { readonly kind: 'float'; readonly value: number };

type Integer = Extract<Scalar, { kind: 'integer' }>;

const base = (name: string, byteSize: number, encoding: 'signed' | 'unsigned' | 'float'): CType => ({
  kind: 'base',
  name,
  byteSize,
  encoding,
});
const LONG_LONG = base('long long', 8, 'signed');
const UNSIGNED_LONG_LONG = base('unsigned long long', 8, 'unsigned');
const DOUBLE = base('double', 8, 'float');
const INT_BYTES = 4;
const LONG_LONG_BYTES = 8;

/** Whether a type's values are not negative. */
export const isUnsigned = (type: CType): boolean =>
  !(type.kind === 'base' && (type.encoding === 'signed' || type.encoding === 'char')) &&
  !(type.kind === 'enum' && type.values.some(({ value }) => value < 0));

export const isFloat = (type: CType | undefined): boolean => type?.kind === 'base' && type.encoding === 'float';

/** Whether a type's values are integers that a double does not hold exactly. */
export const isWide = (type: CType | undefined): boolean =>
  type?.kind === 'base' && type.byteSize === LONG_LONG_BYTES && type.encoding !== 'float';

/** An operand's number as arithmetic sees it; undefined for what has none. */
export function scalarFrom(operand: Operand): Scalar | undefined {
  const { value, exact, place } = operand;
  if (value === undefined) return undefined;
  const bare = operand.type && stripType(operand.type);
  if (isFloat(bare)) return { kind: 'float', value };
  const number = exact ?? BigInt(Math.trunc(value));
  const fieldBits = place?.bitField?.bitSize;
  if (bare === undefined) return integer(number, exact === undefined ? 32 : 64, operand.unsigned);
  if (fieldBits !== undefined && fieldBits < 32) return integer(number, 32, false);
  if (isWide(bare)) return integer(number, fieldBits === 32 ? 32 : 64, isUnsigned(bare));
  // Narrower types, enumerations and truth values become int, which holds all of them (C11 6.3.1.1).
  const isNarrow = (bare.kind === 'base' && bare.byteSize < INT_BYTES) || bare.kind === 'enum';
  return integer(number, 32, isNarrow ? false : isUnsigned(bare));
}

/** A number as the result of an expression. */
export function operandOf(scalar: Scalar, space: AddressSpace): Operand {
  if (scalar.kind === 'float') return { type: DOUBLE, value: scalar.value, unsigned: false, space };
  const { value, bits, unsigned } = scalar;
  if (bits === 32) return { value: Number(value), unsigned, space };
  return { type: unsigned ? UNSIGNED_LONG_LONG : LONG_LONG, value: Number(value), exact: value, unsigned, space };
}

/** A number converted to a type, as by a cast. */
export function castOperand(scalar: Scalar, type: CType, space: AddressSpace): Operand {
  const bare = stripType(type);
  const asNumber = Number(scalar.value);
  if (isFloat(bare)) {
    const single = bare.kind === 'base' && bare.byteSize === INT_BYTES;
    return { type, value: single ? Math.fround(asNumber) : asNumber, unsigned: false, space };
  }
  const whole = scalar.kind === 'integer' ? scalar.value : BigInt(Number.isFinite(asNumber) ? Math.trunc(asNumber) : 0);
  const bytes = bare.kind === 'base' || bare.kind === 'enum' || bare.kind === 'pointer' ? bare.byteSize : INT_BYTES;
  if (bare.kind === 'base' && bare.encoding === 'boolean')
    return { type, value: asNumber === 0 ? 0 : 1, unsigned: true, space };
  const unsigned = isUnsigned(bare);
  const value = unsigned ? BigInt.asUintN(bytes * 8, whole) : BigInt.asIntN(bytes * 8, whole);
  return { type, value: Number(value), ...(isWide(bare) ? { exact: value } : {}), unsigned, space };
}

export function negated(scalar: Scalar): Scalar {
  if (scalar.kind === 'float') return { kind: 'float', value: -scalar.value };
  return integer(-scalar.value, scalar.bits, scalar.unsigned);
}

export function complemented(scalar: Scalar): Scalar {
  if (scalar.kind === 'float') throw new UserError('"~" wants an integer, not a floating-point number');
  return integer(~scalar.value, scalar.bits, scalar.unsigned);
}

/** @throws UserError for a division by zero, and for operators that floating-point numbers do not have */
export function calculated(operator: BinaryOperator, left: Scalar, right: Scalar): Scalar {
  if (left.kind === 'float' || right.kind === 'float')
    return floating(operator, Number(left.value), Number(right.value));
  if (operator === '<<' || operator === '>>') return shifted(operator, left, right.value);
  const bits = left.bits === 64 || right.bits === 64 ? 64 : 32;
  // The wider type wins, and of two that are equally wide the unsigned one (C11 6.3.1.8).
  const unsigned = (left.bits === bits && left.unsigned) || (right.bits === bits && right.unsigned);
  const [a, b] = [reduced(left.value, bits, unsigned), reduced(right.value, bits, unsigned)];
  const compared = COMPARE[operator]?.(a, b);
  if (compared !== undefined) return truth(compared);
  if ((operator === '/' || operator === '%') && b === 0n) throw new UserError('Division by zero');
  return integer(ARITHMETIC[operator]!(a, b), bits, unsigned);
}

export const truth = (value: boolean): Scalar => ({
  kind: 'integer',
  value: value ? 1n : 0n,
  bits: 32,
  unsigned: false,
});

const reduced = (value: bigint, bits: number, unsigned: boolean): bigint =>
  unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);

const integer = (value: bigint, bits: 32 | 64, unsigned: boolean): Integer => ({
  kind: 'integer',
  value: reduced(value, bits, unsigned),
  bits,
  unsigned,
});

/** More than the width is undefined in C; here nothing of the number is left, as of a number that is shifted on. */
function shifted(operator: '<<' | '>>', { value, bits, unsigned }: Integer, count: bigint): Scalar {
  if (count < 0n) throw new UserError(`A number cannot be shifted by ${count}`);
  const by = count > BigInt(bits) ? BigInt(bits) : count;
  return integer(operator === '<<' ? value << by : value >> by, bits, unsigned);
}

function floating(operator: BinaryOperator, a: number, b: number): Scalar {
  const compared = COMPARE[operator]?.(a, b);
  if (compared !== undefined) return truth(compared);
  const calculate = FLOATING[operator];
  if (!calculate) throw new UserError(`"${operator}" wants integers, not floating-point numbers`);
  return { kind: 'float', value: calculate(a, b) };
}

type Comparison = (a: bigint | number, b: bigint | number) => boolean;

const COMPARE: Partial<Record<BinaryOperator, Comparison>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

const ARITHMETIC: Partial<Record<BinaryOperator, (a: bigint, b: bigint) => bigint>> = {
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '&': (a, b) => a & b,
  '^': (a, b) => a ^ b,
  '|': (a, b) => a | b,
};

const FLOATING: Partial<Record<BinaryOperator, (a: number, b: number) => number>> = {
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
};
