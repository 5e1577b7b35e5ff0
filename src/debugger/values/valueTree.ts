/** Operands of the evaluator as values that a client shows and expands: members, elements, pointees, bit fields. */
import { memberPlace, stripType, typeBytes, typeName } from '../../hypervisor/typedMemory';
import type { CType } from '../../image/types';
import { evaluateExpression, memoryOperand, scalarOf, spaceText, type Environment } from '../expressions/evaluator';
import { isFloat } from '../expressions/scalars';
import type { NamedPart, Operand, Part } from '../expressions/operand';
import { parseExpression } from '../expressions/parser';
import { fieldValue } from '../registers/fields';
import { UserError, type DataTarget, type NumberFormat, type Value } from '../types';
import { elementsOfList, nextMember } from './linkedList';
import { MOST_TEXT, formatAggregate, formatScalar, hex32, textAt, type FormatContext } from './format';
import { formatNumber } from './numberFormat';

const LOWEST_NAMED = 0x1000;
const DEVICE_WORD = 4;
const WORD_BYTES = 4;
/** Elements of a large array are offered in ranges of this many. */
const RANGE = 100;

export class ValueTree {
  constructor(
    private readonly environment: Environment,
    private readonly format: FormatContext,
  ) {}

  /** Never throws: what cannot be read is a value that says so. */
  named(name: string, expression: string, read: () => Operand): Value {
    try {
      return this.value(name, expression, read());
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { name, text: `<${error.message}>`, expression };
    }
  }

  value(name: string, expression: string, operand: Operand): Value {
    const { type, space } = operand;
    if (operand.part) return this.part(name, expression, operand, operand.part);
    const bare = type && stripType(type);
    const isAddress = bare?.kind === 'pointer' || (operand.hexadecimal && !operand.noAddress);
    const address = operand.place?.address ?? (isAddress ? operand.value : undefined);
    const children = this.children(expression, operand);
    const storage = operand.storage ?? memoryStorage(operand);
    return {
      name,
      text: this.text(operand),
      expression,
      ...(type ? { type: typeName(type) } : {}),
      ...(operand.value === undefined ? {} : { textAs: (format: NumberFormat) => this.numberText(operand, format) }),
      ...(children ? { children } : {}),
      ...(address === undefined ? {} : { memory: { space, address: address >>> 0 } }),
      ...(storage ? { storage } : {}),
      ...(operand.assign ? { set: this.setter(operand) } : {}),
      ...(operand.readOnlyReason ? { readOnlyReason: operand.readOnlyReason } : {}),
    };
  }

  /** The number that a person's text means: an expression, such as `r1 + 4`. */
  number(text: string, space: Operand['space']): number {
    return scalarOf(this.meant(text, space), 'The new value');
  }

  private meant(text: string, space: Operand['space']): Operand {
    const parsed = parseExpression(text, (name) => this.environment.typeNamed(name, space) !== undefined);
    return evaluateExpression(parsed, this.environment);
  }

  private part(name: string, expression: string, operand: Operand, part: Part): Value {
    const { doc, address, kind, parts } = part;
    const inner = (each: NamedPart) => (kind === 'elements' ? expression : `${expression}.`) + each.name;
    return {
      name,
      text: part.text,
      expression,
      ...(doc === undefined ? {} : { type: doc }),
      ...(parts && {
        children: () => parts().map((each) => this.value(each.title ?? each.name, inner(each), each.operand)),
      }),
      ...(kind === 'elements' && parts && { indexed: parts().length }),
      ...(address === undefined ? {} : { memory: { space: operand.space, address } }),
      // A register of a device; a whole device is no value.
      ...(address === undefined || parts ? {} : { storage: wholeMemory(operand.space, address, DEVICE_WORD) }),
      ...(operand.assign ? { set: this.setter(operand) } : {}),
      ...(operand.readOnlyReason ? { readOnlyReason: operand.readOnlyReason } : {}),
    };
  }

  /** The elements that a pointer points to, or the first ones of an array. Throws UserError for anything else. */
  elementsAt(name: string, expression: string, operand: Operand, count: number): Value {
    const bare = operand.type && stripType(operand.type);
    const element = bare?.kind === 'pointer' ? bare.target : bare?.kind === 'array' ? bare.element : undefined;
    const address = bare?.kind === 'array' ? operand.place?.address : operand.value;
    if (!element || address === undefined || !typeBytes(element))
      throw new UserError(`"${expression}" is no pointer and no array: ",${count}" shows the elements of one`);
    const type: CType = { kind: 'array', element, count };
    const whole: Operand = { type, place: { address, type }, space: operand.space, unsigned: true };
    return this.value(name, `&(${expression})[0]`, whole);
  }

  private numberText(operand: Operand, format: NumberFormat): string {
    const { value, type, space } = operand;
    const bare = type && stripType(type);
    if (format === 'text' && bare?.kind === 'pointer')
      return textAt(value!, MOST_TEXT, space, this.format) ?? this.text(operand);
    return formatNumber(operand.exact ?? value!, (type && typeBytes(type)) ?? WORD_BYTES, format);
  }

  private text(operand: Operand): string {
    const { type, value, space, place } = operand;
    if (value === undefined) return place && type ? formatAggregate(type, place.address, space, this.format) : '';
    if (operand.hexadecimal && !type) {
      // A small number is a number: the code at the vectors would give it a misleading name.
      const symbol = operand.noAddress || value < LOWEST_NAMED ? undefined : this.format.symbolAt(space, value >>> 0);
      const where = symbol ? ` <${symbol.name}${symbol.offset ? `+0x${symbol.offset.toString(16)}` : ''}>` : '';
      return hex32(value) + where;
    }
    return formatScalar(operand.exact ?? value, type, space, this.format);
  }

  /** New values are expressions themselves: `r1 + 4`, `&counter`, `'x'`. */
  private setter(operand: Operand): (text: string) => void {
    return (text) => {
      const named = operand.names?.(text.trim());
      if (named !== undefined) return operand.assign!(named);
      const meant = this.meant(text, operand.space);
      checkFits(meant, operand, text.trim());
      if (operand.assignExact && meant.exact !== undefined) return operand.assignExact(meant.exact);
      operand.assign!(scalarOf(meant, 'The new value'));
    };
  }

  private children(expression: string, operand: Operand): (() => readonly Value[]) | undefined {
    const bare = operand.type && stripType(operand.type);
    const { fields, value } = operand;
    if (fields && value !== undefined)
      return () =>
        fields.map((field) => {
          const raw = fieldValue(field, value);
          return { name: field.name, text: field.meaning ? `${raw} ${field.meaning(raw)}` : `${raw}` };
        });
    if (!bare) return undefined;
    if (bare.kind === 'struct' || bare.kind === 'union')
      return operand.place && (() => this.members(expression, operand));
    if (bare.kind === 'array') return operand.place && (() => this.elements(expression, operand, 0, bare.count ?? 0));
    if (bare.kind !== 'pointer' || !operand.value) return undefined;
    const target = stripType(bare.target);
    if (target.kind === 'void' || target.kind === 'function') return undefined;
    if ((target.kind === 'struct' || target.kind === 'union') && target.incomplete) return undefined;
    return () => this.pointee(expression, operand, bare.target);
  }

  private pointee(expression: string, operand: Operand, type: CType): readonly Value[] {
    const bare = stripType(type);
    const read = () => memoryOperand(this.environment, operand.space, operand.value!, type);
    if (bare.kind === 'struct' || bare.kind === 'union') {
      try {
        return [...this.list(expression, operand, type), ...this.members(expression, read())];
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
      }
    }
    return [this.named(`*${expression.split(/[.>\]]/).pop() ?? ''}`, `*(${expression})`, read)];
  }

  /** A pointer to something that is linked to the next of its kind: all of them, before its members. */
  private list(expression: string, { space, value }: Operand, type: CType): readonly Value[] {
    const next = nextMember(type);
    const word = (address: number) => this.environment.read(space, address, WORD_BYTES);
    const elements = elementsOfList(value!, type, (address) => {
      const bytes = word(address);
      return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    });
    if (!next || elements.length < 2) return [];
    const spelled = (address: number) => `*(${typeName(type)} *)${spaced(space, hex32(address))}`;
    const children = () =>
      elements.map((address, index) =>
        this.named(`[${index}]`, spelled(address), () => memoryOperand(this.environment, space, address, type)),
      );
    const text = `${elements.length} of ${typeName(type)}, linked by ${next.name}`;
    return [{ name: '[list]', text, expression, children, indexed: elements.length }];
  }

  private members(expression: string, operand: Operand): readonly Value[] {
    const bare = stripType(operand.type!);
    if (bare.kind !== 'struct' && bare.kind !== 'union') return [];
    const joint = stripType(operand.type!).kind === 'pointer' ? '->' : '.';
    return bare.members.map((member) => {
      const place = memberPlace(operand.place!, member);
      const inner = member.name === '' ? expression : `(${expression})${joint}${member.name}`;
      return this.named(member.name || `(${bare.kind})`, inner, () =>
        memoryOperand(this.environment, operand.space, place.address, place.type, place.bitField),
      );
    });
  }

  private elements(expression: string, operand: Operand, from: number, count: number): readonly Value[] {
    const bare = stripType(operand.type!);
    if (bare.kind !== 'array') return [];
    if (count > RANGE) return this.ranges(expression, operand, from, count);
    const size = typeBytes(bare.element) ?? 1;
    return Array.from({ length: count }, (_, offset) => {
      const index = from + offset;
      return this.named(`[${index}]`, `(${expression})[${index}]`, () =>
        memoryOperand(this.environment, operand.space, operand.place!.address + index * size, bare.element),
      );
    });
  }

  private ranges(expression: string, operand: Operand, from: number, count: number): readonly Value[] {
    let step = RANGE;
    while (count / step > RANGE) step *= RANGE;
    return Array.from({ length: Math.ceil(count / step) }, (_, index) => {
      const first = from + index * step;
      const length = Math.min(step, from + count - first);
      return {
        name: `[${first}..${first + length - 1}]`,
        text: '',
        children: () => this.elements(expression, operand, first, length),
      };
    });
  }
}

/** @throws UserError for a number that would lose its upper bits */
function checkFits({ value, exact, type }: Operand, into: Operand, text: string): void {
  if (value === undefined || isFloat(type && stripType(type)) || isFloat(into.type && stripType(into.type))) return;
  const bits = into.place?.bitField?.bitSize ?? ((into.type && typeBytes(into.type)) ?? WORD_BYTES) * 8;
  const number = exact ?? BigInt(Math.trunc(value));
  if (number >= -(1n << BigInt(bits - 1)) && number < 1n << BigInt(bits)) return;
  throw new UserError(`${text} does not fit into ${bits} bits`);
}

/** A value and all that is in it with numbers in another notation. */
export function formatted(value: Value, format: NumberFormat): Value {
  const { children, textAs } = value;
  return {
    ...value,
    ...(textAs ? { text: textAs(format) } : {}),
    ...(children ? { children: () => children().map((child) => formatted(child, format)) } : {}),
  };
}

const wholeMemory = (space: Operand['space'], address: number, byteLength: number): DataTarget => ({
  kind: 'memory',
  space,
  address,
  byteLength,
  scope: 'memory',
});

/** Bit fields share their bytes with their neighbours, whose changes cannot be told apart. */
function memoryStorage({ place, space }: Operand): DataTarget | undefined {
  const byteLength = place && typeBytes(place.type);
  return place && byteLength ? wholeMemory(space, place.address, byteLength) : undefined;
}

/** An expression for a name in a space, so that it can be watched. */
export const spaced = (space: Operand['space'], name: string): string => `${spaceText(space)}${name}`;
