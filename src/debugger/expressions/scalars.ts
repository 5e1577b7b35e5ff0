/**
 * C's arithmetic: integer promotions, the usual conversions and the operators (C11 6.3.1, 6.5), for the AAPCS's sizes. Integers are exact
 * bigints of 32 or 64 bits; floats and doubles are calculated with as the chip's library does. Knows operands, and neither names nor memory.
 */
import { stripType } from '../../hypervisor/typedMemory';
import type { AddressSpace } from '../../hypervisor/types';
import type { CType } from '../../image/types';
import { UserError } from '../types';
import type { Operand } from './operand';
import type { BinaryOperator } from './syntax';

/** A number after the integer promotions. */
export type Scalar =
  { readonly kind: 'integer'; readonly value: bigint; readonly bits: 32 | 64; readonly unsigned: boolean } | Floating;

interface Floating {
  readonly kind: 'float';
  readonly value: number;
  /** A float and no double; the value is one that a float has. */
  readonly single: boolean;
}

type Integer = Extract<Scalar, { kind: 'integer' }>;

const base = (name: string, byteSize: number, encoding: 'signed' | 'unsigned' | 'float'): CType => ({
  kind: 'base',
  name,
  byteSize,
  encoding,
});
const LONG_LONG = base('long long', 8, 'signed');
const UNSIGNED_LONG_LONG = base('unsigned long long', 8, 'unsigned');
const FLOAT = base('float', 4, 'float');
const DOUBLE = base('double', 8, 'float');
const INT_BYTES = 4;
const FLOAT_BYTES = 4;
const LONG_LONG_BYTES = 8;
const DOUBLE_INTEGER_BITS = 54;
const LOST_BITS = 11n;
const LOST_MASK = (1n << LOST_BITS) - 1n;

/** Whether a type's values are not negative. */
export const isUnsigned = (type: CType): boolean =>
  !(type.kind === 'base' && (type.encoding === 'signed' || type.encoding === 'char')) &&
  !(type.kind === 'enum' && type.values.some(({ value }) => value < 0));

export const isFloat = (type: CType | undefined): boolean => type?.kind === 'base' && type.encoding === 'float';

const isSingle = (type: CType | undefined): boolean =>
  type?.kind === 'base' && type.encoding === 'float' && type.byteSize === FLOAT_BYTES;

/** Whether a type's values are integers that a double does not hold exactly. */
export const isWide = (type: CType | undefined): boolean =>
  type?.kind === 'base' && type.byteSize === LONG_LONG_BYTES && type.encoding !== 'float';

/** An operand's number as arithmetic sees it; undefined for what has none. */
export function scalarFrom(operand: Operand): Scalar | undefined {
  const { value, exact, place } = operand;
  if (value === undefined) return undefined;
  const bare = operand.type && stripType(operand.type);
  if (isFloat(bare)) return { kind: 'float', value, single: isSingle(bare) };
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
  if (scalar.kind === 'float')
    return { type: scalar.single ? FLOAT : DOUBLE, value: scalar.value, unsigned: false, space };
  const { value, bits, unsigned } = scalar;
  if (bits === 32) return { value: Number(value), unsigned, space };
  return { type: unsigned ? UNSIGNED_LONG_LONG : LONG_LONG, value: Number(value), exact: value, unsigned, space };
}

/** A number converted to a type, as by a cast. */
export function castOperand(scalar: Scalar, type: CType, space: AddressSpace): Operand {
  const bare = stripType(type);
  const asNumber = Number(scalar.value);
  if (isFloat(bare)) return { type, value: isSingle(bare) ? asSingle(scalar) : asNumber, unsigned: false, space };
  const whole = scalar.kind === 'integer' ? scalar.value : BigInt(Number.isFinite(asNumber) ? Math.trunc(asNumber) : 0);
  const bytes = bare.kind === 'base' || bare.kind === 'enum' || bare.kind === 'pointer' ? bare.byteSize : INT_BYTES;
  if (bare.kind === 'base' && bare.encoding === 'boolean')
    return { type, value: asNumber === 0 ? 0 : 1, unsigned: true, space };
  const unsigned = isUnsigned(bare);
  const value = unsigned ? BigInt.asUintN(bytes * 8, whole) : BigInt.asIntN(bytes * 8, whole);
  return { type, value: Number(value), ...(isWide(bare) ? { exact: value } : {}), unsigned, space };
}

export function negated(scalar: Scalar): Scalar {
  if (scalar.kind === 'float') return { ...scalar, value: -scalar.value };
  return integer(-scalar.value, scalar.bits, scalar.unsigned);
}

export function complemented(scalar: Scalar): Scalar {
  if (scalar.kind === 'float') throw new UserError('"~" wants an integer, not a floating-point number');
  return integer(~scalar.value, scalar.bits, scalar.unsigned);
}

/** @throws UserError for a division by zero, and for operators that floating-point numbers do not have */
export function calculated(operator: BinaryOperator, left: Scalar, right: Scalar): Scalar {
  if (left.kind === 'float' || right.kind === 'float') return floating(operator, left, right);
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

/** A float for a float and an integer, a double as soon as one of the two is a double (C11 6.3.1.8). */
function floating(operator: BinaryOperator, left: Scalar, right: Scalar): Scalar {
  const single = [left, right].every((each) => each.kind === 'integer' || each.single);
  const [a, b] = [left, right].map((each) => (single ? asSingle(each) : Number(each.value))) as [number, number];
  const compared = COMPARE[operator]?.(a, b);
  if (compared !== undefined) return truth(compared);
  const calculate = FLOATING[operator];
  if (!calculate) throw new UserError(`"${operator}" wants integers, not floating-point numbers`);
  // A double has more than twice a float's digits: rounding it once more is as if it had been rounded once.
  const value = calculate(a, b);
  return { kind: 'float', value: single ? Math.fround(value) : value, single };
}

/** The float nearest to a number. */
function asSingle({ value }: Scalar): number {
  if (typeof value === 'number') return Math.fround(value);
  // Of an integer of 64 bits a double holds all but eleven, of which it matters only whether one is set.
  if (value === BigInt.asIntN(DOUBLE_INTEGER_BITS, value)) return Math.fround(Number(value));
  const lost = value & LOST_MASK ? 1n : 0n;
  return Math.fround(Number((value >> LOST_BITS) | lost) * 2 ** Number(LOST_BITS));
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
