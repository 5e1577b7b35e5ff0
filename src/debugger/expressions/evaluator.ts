/**
 * Evaluates a syntax tree by C's rules against an environment (names, registers, memory). Reads only; what is assignable carries a
 * function for the caller to use. Errors are sentences that name the part that failed.
 */
import { memberNamed, memberPlace, scalar, stripType, typeBytes, typeName } from '../../hypervisor/typedMemory';
import type { AddressSpace } from '../../hypervisor/types';
import type { CType } from '../../image/types';
import { fieldValue } from '../registers/fields';
import { UserError } from '../types';
import type { Operand, Part } from './operand';
import {
  calculated,
  castOperand,
  complemented,
  isFloat,
  isUnsigned,
  isWide,
  negated,
  operandOf,
  scalarFrom,
  type Scalar,
} from './scalars';
import type { BinaryOperator, Expression, TypeName, UnaryOperator } from './syntax';

/** What names mean where an expression is evaluated. */
export interface Environment {
  readonly space: AddressSpace;
  /** A variable, function, enum constant or condition word; undefined when there is none. */
  name(name: string, space: AddressSpace): Operand | undefined;
  /** `$name`, of the frame or of a domain. Throws UserError when it cannot be known. */
  register(name: string, domainId: number | undefined): Operand;
  typeNamed(name: string, space: AddressSpace): CType | undefined;
  /** Throws UserError for a domain that there is not. */
  checkSpace?(space: AddressSpace): void;
  read(space: AddressSpace, address: number, byteLength: number): Uint8Array | undefined;
  write(space: AddressSpace, address: number, bytes: Uint8Array): boolean;
}

export function evaluateExpression(expression: Expression, environment: Environment): Operand {
  return new Evaluator(environment, environment.space).operand(expression);
}

/** The scalar of an operand; UserError when it is a struct or the like. */
export function scalarOf(operand: Operand, what = 'the expression'): number {
  if (operand.value === undefined) {
    const found = operand.type ? typeName(operand.type) : (operand.part?.text ?? 'not a value');
    throw new UserError(`${what} is ${found}, not a number`);
  }
  return operand.value;
}

/** An operand for a thing in memory; scalars are read at once. */
export function memoryOperand(
  environment: Environment,
  space: AddressSpace,
  address: number,
  type: CType,
  bitField?: NonNullable<Operand['place']>['bitField'],
): Operand {
  const place = { address: address >>> 0, type, ...(bitField ? { bitField } : {}) };
  const bare = stripType(type);
  if (bare.kind !== 'base' && bare.kind !== 'pointer' && bare.kind !== 'enum')
    return { type, place, space, unsigned: true };
  const bytes = environment.read(space, address, bare.byteSize);
  if (!bytes) throw new UserError(`Nothing is mapped at ${spaceText(space)}0x${(address >>> 0).toString(16)}`);
  const known = { type, place, space, unsigned: isUnsigned(bare) };
  const store = (raw: bigint) => assignScalar(environment, space, place, bare.byteSize, raw);
  if (isFloat(bare)) {
    const assign = (wanted: number) => store(bitsOfFloat(wanted, bare.byteSize));
    return { ...known, value: floatOf(bytes), assign };
  }
  const assign = (wanted: number) => store(BigInt(Math.trunc(wanted)));
  if (!isWide(bare)) return { ...known, value: scalar(bytes, type, bitField), assign };
  const exact = wideInteger(bytes, known.unsigned, bitField);
  return { ...known, value: Number(exact), exact, assign, assignExact: store };
}

export const spaceText = (space: AddressSpace): string =>
  space.kind === 'domain' ? `dom${space.domainId}:` : `${space.kind}:`;

function assignScalar(
  environment: Environment,
  space: AddressSpace,
  place: NonNullable<Operand['place']>,
  byteSize: number,
  wanted: bigint,
): void {
  let raw = wanted;
  if (place.bitField) {
    const { bitSize, bitOffset } = place.bitField;
    const old = environment.read(space, place.address, byteSize);
    const mask = ((1n << BigInt(bitSize)) - 1n) << BigInt(bitOffset);
    raw = (littleEndian(old ?? new Uint8Array(byteSize)) & ~mask) | ((raw << BigInt(bitOffset)) & mask);
  }
  const bytes = new Uint8Array(byteSize);
  for (let index = 0; index < byteSize; index++) bytes[index] = Number((raw >> BigInt(8 * index)) & 0xffn);
  if (!environment.write(space, place.address, bytes))
    throw new UserError(`0x${place.address.toString(16)} is not writable memory`);
}

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** An integer of eight bytes, or a bit field in them. */
function wideInteger(bytes: Uint8Array, unsigned: boolean, field?: NonNullable<Operand['place']>['bitField']): bigint {
  const bits = field?.bitSize ?? bytes.length * 8;
  const raw = littleEndian(bytes) >> BigInt(field?.bitOffset ?? 0);
  return unsigned ? BigInt.asUintN(bits, raw) : BigInt.asIntN(bits, raw);
}

/** IEEE 754 of four or eight bytes; the few other sizes are no numbers here. */
export function floatOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return view.getFloat32(0, true);
  return bytes.length === 8 ? view.getFloat64(0, true) : NaN;
}

function bitsOfFloat(value: number, byteSize: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (byteSize === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return view.getBigUint64(0, true);
}

class Evaluator {
  constructor(
    private readonly environment: Environment,
    private readonly space: AddressSpace,
  ) {}

  operand(expression: Expression): Operand {
    switch (expression.kind) {
      case 'number':
        return this.constant(expression);
      case 'name':
        return this.named(expression.name);
      case 'register':
        return this.environment.register(expression.name, expression.domainId);
      case 'space':
        return this.inSpace(expression.space, expression.operand);
      case 'member':
        return this.member(this.operand(expression.operand), expression.member);
      case 'index':
        return this.indexed(this.decayed(this.operand(expression.operand)), this.operand(expression.index));
      case 'unary':
        return this.unary(expression.operator, expression.operand);
      case 'binary':
        return this.binary(expression.operator, expression.left, expression.right);
      case 'conditional':
        return this.truth(expression.condition)
          ? this.operand(expression.whenTrue)
          : this.operand(expression.whenFalse);
      case 'cast':
        return this.cast(this.type(expression.type), this.operand(expression.operand));
      case 'sizeofType':
        return this.plain(this.size(this.type(expression.type)), true);
      case 'sizeof': {
        const operand = this.operand(expression.operand);
        return this.plain(operand.type ? this.size(operand.type) : 4, true);
      }
    }
  }

  private constant({ value, unsigned, type }: Extract<Expression, { kind: 'number' }>): Operand {
    if (type === 'float' || type === 'double')
      return operandOf({ kind: 'float', value, single: type === 'float' }, this.space);
    if (type) return operandOf({ kind: 'integer', value: type.exact, bits: 64, unsigned }, this.space);
    return this.plain(value, unsigned);
  }

  private plain(value: number, unsigned: boolean): Operand {
    return { value, unsigned, space: this.space };
  }

  private named(name: string): Operand {
    const found = this.environment.name(name, this.space);
    if (found) return found;
    throw new UserError(`There is no variable, register or constant "${name}" here`);
  }

  private inSpace(text: string, operand: Expression): Operand {
    const space: AddressSpace = text.startsWith('dom')
      ? { kind: 'domain', domainId: Number(text.slice(3)) }
      : { kind: text as 'xen' | 'pa' };
    this.environment.checkSpace?.(space);
    const inner = new Evaluator(this.environment, space).operand(operand);
    return { ...inner, space, hexadecimal: true };
  }

  private truth(expression: Expression): boolean {
    return scalarOf(this.operand(expression), 'The condition') !== 0;
  }

  private unary(operator: UnaryOperator, operandExpression: Expression): Operand {
    const operand = this.operand(operandExpression);
    if (operator === '&') return this.addressOf(operand);
    if (operator === '*') return this.index(operand, 0);
    const value = this.number(operand, `The operand of "${operator}"`);
    switch (operator) {
      case '-':
        return operandOf(negated(value), this.space);
      case '~':
        return operandOf(complemented(value), this.space);
      case '!':
        return this.logical(Number(value.value) === 0);
      default:
        return operandOf(value, this.space);
    }
  }

  private addressOf(operand: Operand): Operand {
    const bare = operand.type && stripType(operand.type);
    // `&function` is `function` (C11 6.3.2.1).
    if (bare?.kind === 'pointer' && bare.target.kind === 'function' && !operand.place) return operand;
    if (!operand.place) throw new UserError('Only what stands in memory has an address');
    const type: CType = { kind: 'pointer', byteSize: 4, target: operand.place.type };
    return { type, value: operand.place.address, unsigned: true, space: operand.space };
  }

  private member(operand: Operand, name: string): Operand {
    if (operand.part) return this.part(operand.part, 'members', name);
    if (operand.fields && operand.value !== undefined) {
      const field = operand.fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
      if (!field)
        throw new UserError(`This register has no field "${name}": ${operand.fields.map((f) => f.name).join(', ')}`);
      return this.plain(fieldValue(field, operand.value), true);
    }
    const owner = operand.type && stripType(operand.type).kind === 'pointer' ? this.index(operand, 0) : operand;
    if (!owner.type || !owner.place) throw new UserError(`"${name}" is asked of something that has no members`);
    const member = memberNamed(owner.type, name);
    if (!member) throw new UserError(`${typeName(stripType(owner.type))} has no member "${name}"`);
    const place = memberPlace(owner.place, member);
    return memoryOperand(this.environment, owner.space, place.address, place.type, place.bitField);
  }

  private part(owner: Part, kind: Part['kind'], name: string): Operand {
    const parts = owner.kind === kind ? (owner.parts?.() ?? []) : [];
    const found = parts.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (found) return found.operand;
    const names = parts.map((candidate) => candidate.name);
    const there = names.length > 12 ? `${names[0]} to ${names.at(-1)}` : names.join(', ');
    throw new UserError(`There is no "${name}" in it${there ? `: ${there}` : ''}`);
  }

  /** Either of the two may be the array: `2[numbers]` is `numbers[2]` (C11 6.5.2.1). */
  private indexed(left: Operand, index: Operand): Operand {
    const swapped = this.isPointer(this.decayed(index)) && !this.isPointer(left) && !left.part;
    const [operand, number] = swapped ? [this.decayed(index), left] : [left, index];
    return this.index(operand, scalarOf(number, 'The index'));
  }

  private isPointer({ type }: Operand): boolean {
    return type !== undefined && stripType(type).kind === 'pointer';
  }

  /** `operand[index]`, and with 0 also `*operand`. */
  private index(operand: Operand, index: number): Operand {
    if (operand.part) return this.part(operand.part, 'elements', `[${index}]`);
    const bare = operand.type && stripType(operand.type);
    if (bare?.kind === 'array' && operand.place) {
      const address = operand.place.address + index * this.size(bare.element);
      return memoryOperand(this.environment, operand.space, address, bare.element);
    }
    if (bare?.kind === 'pointer') {
      const target = stripType(bare.target).kind === 'void' ? UNSIGNED_WORD : bare.target;
      const step = index === 0 ? 0 : index * this.size(target);
      return memoryOperand(this.environment, operand.space, scalarOf(operand) + step, target);
    }
    if (operand.type && bare?.kind !== 'base') throw new UserError(`${typeName(operand.type)} cannot be dereferenced`);
    // A bare address (or a register): a word, as every monitor program would read it.
    return memoryOperand(this.environment, operand.space, scalarOf(operand) + index * 4, UNSIGNED_WORD);
  }

  private binary(operator: BinaryOperator, leftExpression: Expression, rightExpression: Expression): Operand {
    if (operator === '&&') return this.logical(this.truth(leftExpression) && this.truth(rightExpression));
    if (operator === '||') return this.logical(this.truth(leftExpression) || this.truth(rightExpression));
    const left = this.decayed(this.operand(leftExpression));
    const right = this.decayed(this.operand(rightExpression));
    const pointer = this.pointerArithmetic(operator, left, right);
    if (pointer) return pointer;
    const a = this.number(left, `The left side of "${operator}"`);
    const b = this.number(right, `The right side of "${operator}"`);
    const space = left.hexadecimal ? left.space : right.hexadecimal ? right.space : this.space;
    const result = operandOf(calculated(operator, a, b), space);
    const isNumber = result.type !== undefined || COMPARISONS.includes(operator);
    return isNumber ? result : { ...result, hexadecimal: left.hexadecimal === true || right.hexadecimal === true };
  }

  /** @throws UserError when it is a struct or the like */
  private number(operand: Operand, what: string): Scalar {
    const found = scalarFrom(operand);
    if (found) return found;
    scalarOf(operand, what);
    throw new UserError(`${what} is no number`);
  }

  private logical(value: boolean): Operand {
    return this.plain(value ? 1 : 0, false);
  }

  /** An array in an arithmetic expression is a pointer to its first element. */
  private decayed(operand: Operand): Operand {
    const bare = operand.type && stripType(operand.type);
    if (bare?.kind !== 'array' || !operand.place) return operand;
    const type: CType = { kind: 'pointer', byteSize: 4, target: bare.element };
    return { type, value: operand.place.address, unsigned: true, space: operand.space };
  }

  private pointerArithmetic(operator: BinaryOperator, left: Operand, right: Operand): Operand | undefined {
    const bare = left.type && stripType(left.type);
    if (bare?.kind !== 'pointer' || (operator !== '+' && operator !== '-')) return undefined;
    const size = stripType(bare.target).kind === 'void' ? 1 : this.size(bare.target);
    const rightBare = right.type && stripType(right.type);
    if (rightBare?.kind === 'pointer') return this.plain((scalarOf(left) - scalarOf(right)) / size, false);
    const distance = scalarOf(right) * size * (operator === '-' ? -1 : 1);
    return {
      ...left,
      assign: undefined,
      place: undefined,
      storage: undefined,
      value: (scalarOf(left) + distance) >>> 0,
    };
  }

  private cast(type: CType, operand: Operand): Operand {
    const bare = stripType(type);
    const source = this.decayed(operand);
    if (bare.kind === 'pointer') return { type, value: scalarOf(source) >>> 0, unsigned: true, space: source.space };
    if (bare.kind !== 'base' && bare.kind !== 'enum')
      throw new UserError(`A cast to ${typeName(type)} is not possible`);
    return castOperand(this.number(source, 'What is cast'), type, source.space);
  }

  private type(name: TypeName): CType {
    let type =
      name.base === 'void' ? VOID : (this.environment.typeNamed(name.base, this.space) ?? BUILTIN_TYPES[name.base]);
    if (!type) throw new UserError(`There is no type "${name.base}" here`);
    for (const layer of name.layers)
      type =
        layer === 'pointer'
          ? { kind: 'pointer', byteSize: 4, target: type }
          : { kind: 'array', element: type, count: layer };
    return type;
  }

  private size(type: CType): number {
    const bytes = typeBytes(type);
    if (bytes === undefined) throw new UserError(`The size of ${typeName(type)} is not known`);
    return bytes;
  }
}

const COMPARISONS: readonly BinaryOperator[] = ['<', '<=', '>', '>=', '==', '!='];
const VOID: CType = { kind: 'void' };
const integer = (
  name: string,
  byteSize: number,
  encoding: 'signed' | 'unsigned' | 'unsignedChar' | 'float',
): CType => ({
  kind: 'base',
  name,
  byteSize,
  encoding,
});
const UNSIGNED_WORD = integer('unsigned int', 4, 'unsigned');
/** For images without debug information: the AAPCS's sizes. */
const BUILTIN_TYPES: Readonly<Record<string, CType>> = {
  char: integer('char', 1, 'unsignedChar'),
  'unsigned char': integer('unsigned char', 1, 'unsignedChar'),
  'signed char': integer('signed char', 1, 'signed'),
  short: integer('short', 2, 'signed'),
  'unsigned short': integer('unsigned short', 2, 'unsigned'),
  int: integer('int', 4, 'signed'),
  unsigned: UNSIGNED_WORD,
  'unsigned int': UNSIGNED_WORD,
  long: integer('long', 4, 'signed'),
  'unsigned long': integer('unsigned long', 4, 'unsigned'),
  'long long': integer('long long', 8, 'signed'),
  'unsigned long long': integer('unsigned long long', 8, 'unsigned'),
  float: integer('float', 4, 'float'),
  double: integer('double', 8, 'float'),
};
