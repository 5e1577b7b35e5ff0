/**
 * Evaluates a syntax tree by C's rules against an environment (names, registers, memory). Reads only; what is assignable carries a
 * function for the caller to use. Errors are sentences that name the part that failed.
 */
import { memberNamed, memberPlace, scalar, stripType, typeBytes, typeName } from '../../hypervisor/typedMemory';
import type { AddressSpace } from '../../hypervisor/types';
import type { CType } from '../../image/types';
import { fieldValue } from '../registers/fields';
import { UserError } from '../types';
import { wrap, type Operand, type Part } from './operand';
import type { BinaryOperator, Expression, TypeName, UnaryOperator } from './syntax';

/** What names mean where an expression is evaluated. */
export interface Environment {
  readonly space: AddressSpace;
  /** A variable, function, enum constant or condition word; undefined when there is none. */
  name(name: string, space: AddressSpace): Operand | undefined;
  /** `$name`, of the frame or of a domain. Throws UserError when it cannot be known. */
  register(name: string, domainId: number | undefined): Operand;
  typeNamed(name: string, space: AddressSpace): CType | undefined;
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
  const value = scalar(bytes, type, bitField);
  const assign = (wanted: number) => assignScalar(environment, space, place, bare.byteSize, wanted);
  return { type, place, space, value, unsigned: isUnsigned(bare), assign };
}

const isUnsigned = (type: CType): boolean =>
  !(type.kind === 'base' && (type.encoding === 'signed' || type.encoding === 'char'));

export const spaceText = (space: AddressSpace): string =>
  space.kind === 'domain' ? `dom${space.domainId}:` : `${space.kind}:`;

function assignScalar(
  environment: Environment,
  space: AddressSpace,
  place: NonNullable<Operand['place']>,
  byteSize: number,
  wanted: number,
): void {
  let raw = BigInt(Math.trunc(wanted));
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

class Evaluator {
  constructor(
    private readonly environment: Environment,
    private readonly space: AddressSpace,
  ) {}

  operand(expression: Expression): Operand {
    switch (expression.kind) {
      case 'number':
        return this.plain(expression.value, expression.unsigned);
      case 'name':
        return this.named(expression.name);
      case 'register':
        return this.environment.register(expression.name, expression.domainId);
      case 'space':
        return this.inSpace(expression.space, expression.operand);
      case 'member':
        return this.member(this.operand(expression.operand), expression.member);
      case 'index':
        return this.index(this.operand(expression.operand), scalarOf(this.operand(expression.index), 'The index'));
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
    const value = scalarOf(operand, `The operand of "${operator}"`);
    switch (operator) {
      case '-':
        return this.plain(wrap(-value, operand.unsigned), operand.unsigned);
      case '~':
        return this.plain(wrap(~value, operand.unsigned), operand.unsigned);
      case '!':
        return this.plain(value === 0 ? 1 : 0, false);
      default:
        return this.plain(value, operand.unsigned);
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
    const unsigned = left.unsigned || right.unsigned;
    const a = wrap(scalarOf(left, `The left side of "${operator}"`), unsigned);
    const b = wrap(scalarOf(right, `The right side of "${operator}"`), unsigned);
    if ((operator === '/' || operator === '%') && b === 0) throw new UserError('Division by zero');
    const compare = COMPARE[operator];
    if (compare) return this.logical(compare(a, b));
    const space = left.hexadecimal ? left.space : right.hexadecimal ? right.space : this.space;
    const hexadecimal = left.hexadecimal === true || right.hexadecimal === true;
    return { value: wrap(ARITHMETIC[operator]!(a, b), unsigned), unsigned, space, hexadecimal };
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
    const value = scalarOf(source);
    const unsigned = isUnsigned(bare);
    const bits = bare.byteSize * 8;
    // A double cannot take 2 ** 64 away from a number exactly.
    const whole = BigInt(Math.trunc(value));
    const reduced = Number(unsigned ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole));
    return { type, value: reduced, unsigned, space: source.space };
  }

  private type(name: TypeName): CType {
    let type =
      name.base === 'void' ? VOID : (this.environment.typeNamed(name.base, this.space) ?? BUILTIN_TYPES[name.base]);
    if (!type) throw new UserError(`There is no type "${name.base}" here`);
    for (let depth = 0; depth < name.pointers; depth++) type = { kind: 'pointer', byteSize: 4, target: type };
    return type;
  }

  private size(type: CType): number {
    const bytes = typeBytes(type);
    if (bytes === undefined) throw new UserError(`The size of ${typeName(type)} is not known`);
    return bytes;
  }
}

const VOID: CType = { kind: 'void' };
const integer = (name: string, byteSize: number, encoding: 'signed' | 'unsigned' | 'unsignedChar'): CType => ({
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
};

const COMPARE: Partial<Record<BinaryOperator, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

const ARITHMETIC: Partial<Record<BinaryOperator, (a: number, b: number) => number>> = {
  '*': (a, b) => (Math.abs(a * b) > Number.MAX_SAFE_INTEGER ? Math.imul(a, b) : a * b),
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '<<': (a, b) => a << b,
  // `wrap` has made `a` non-negative exactly when it is unsigned, so >> of a large unsigned goes by division.
  '>>': (a, b) => Math.floor(a / 2 ** (b & 31)),
  '&': (a, b) => a & b,
  '^': (a, b) => a ^ b,
  '|': (a, b) => a | b,
};
