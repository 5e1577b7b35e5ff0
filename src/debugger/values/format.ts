/** How values read: integers, pointers with their symbol, enums by name, characters and text, structs in brief. */
import { stripType, typeBytes, typeName } from '../../hypervisor/typedMemory';
import type { AddressSpace } from '../../hypervisor/types';
import type { CType } from '../../image/types';

export const hex32 = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
export const hex = (value: number | bigint): string =>
  value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;

/** What formatting asks about a target. */
export interface FormatContext {
  symbolAt(space: AddressSpace, address: number): { readonly name: string; readonly offset: number } | undefined;
  read(space: AddressSpace, address: number, byteLength: number): Uint8Array | undefined;
}

/** Longest text shown for a char array or char pointer. */
export const MOST_TEXT = 200;

export function formatScalar(
  exact: number | bigint,
  type: CType | undefined,
  space: AddressSpace,
  context: FormatContext,
): string {
  const bare = type && stripType(type);
  const value = Number(exact);
  if (!bare) return `${exact} (${hex(exact)})`;
  if (bare.kind === 'pointer') return formatPointer(value, bare.target, space, context);
  if (bare.kind === 'enum') {
    const named = bare.values.find((constant) => constant.value === value);
    return named ? `${named.name} (${value})` : `${value}`;
  }
  if (bare.kind === 'base' && bare.encoding === 'boolean') return value ? 'true' : 'false';
  if (isCharacter(bare)) return `${value}${value >= 32 && value < 127 ? ` '${String.fromCharCode(value)}'` : ''}`;
  if (bare.kind === 'base' && bare.encoding === 'float') return floatText(value, bare.byteSize);
  return Math.abs(value) < 10 ? `${exact}` : `${exact} (${hex(exact)})`;
}

const SINGLE_BYTES = 4;
/** Digits that tell any float from its neighbours. */
const SINGLE_DIGITS = 9;

/** As few digits as give the same number again. */
function floatText(value: number, byteSize: number): string {
  if (byteSize !== SINGLE_BYTES || !Number.isFinite(value)) return `${value}`;
  for (let digits = 1; digits < SINGLE_DIGITS; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return `${shorter}`;
  }
  return `${Number(value.toPrecision(SINGLE_DIGITS))}`;
}

function formatPointer(value: number, target: CType, space: AddressSpace, context: FormatContext): string {
  if (value === 0) return 'NULL';
  if (isCharacter(stripType(target))) {
    const text = textAt(value, MOST_TEXT, space, context);
    if (text !== undefined) return `${hex32(value)} ${text}`;
  }
  const symbol = context.symbolAt(space, value);
  if (!symbol) return hex32(value);
  return `${hex32(value)} <${symbol.name}${symbol.offset ? `+0x${symbol.offset.toString(16)}` : ''}>`;
}

const isCharacter = (type: CType): boolean =>
  type.kind === 'base' &&
  type.byteSize === 1 &&
  (type.encoding === 'char' || type.encoding === 'unsignedChar') &&
  /char/.test(type.name);

const TEXT_PIECE = 64;

/** A NUL-terminated text in quotes; undefined when what stands there is not printable. */
export function textAt(address: number, most: number, space: AddressSpace, context: FormatContext): string | undefined {
  const codes: number[] = [];
  while (codes.length < most) {
    const at = address + codes.length;
    // Up to the next multiple, which no page ends before.
    const bytes = context.read(space, at, Math.min(most - codes.length, TEXT_PIECE - (at % TEXT_PIECE)));
    if (!bytes) return undefined;
    for (const byte of bytes) {
      if (byte === 0) return quote(codes);
      if (byte < 9 || byte === 127) return undefined;
      codes.push(byte);
    }
  }
  return `${quote(codes)}...`;
}

const quote = (bytes: readonly number[]): string => JSON.stringify(new TextDecoder().decode(Uint8Array.from(bytes)));

/** One line for something with children. */
export function formatAggregate(type: CType, address: number, space: AddressSpace, context: FormatContext): string {
  const bare = stripType(type);
  if (bare.kind === 'array' && isCharacter(stripType(bare.element))) {
    const count = Math.min(bare.count ?? MOST_TEXT, MOST_TEXT);
    const bytes = context.read(space, address, count);
    const end = bytes ? bytes.indexOf(0) : -1;
    if (bytes) return quote([...bytes.subarray(0, end < 0 ? count : end)]);
  }
  const size = typeBytes(bare);
  return `{${typeName(type)} at ${hex32(address)}${size === undefined ? '' : `, ${size} bytes`}}`;
}
