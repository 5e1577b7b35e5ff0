/**
 * Numbers in the notation that a person asks for, by a suffix of an expression as in other debuggers: `counter,x`, `flags,b`, `text,s`, and
 * `pointer,10` for ten elements. What a value reads without being asked is format.ts.
 */
import type { NumberFormat } from '../types';

const SUFFIXES: Readonly<Record<string, NumberFormat>> = {
  x: 'hexadecimal',
  h: 'hexadecimal',
  d: 'decimal',
  o: 'octal',
  b: 'binary',
  c: 'character',
  s: 'text',
};
/** More elements than a person looks through. */
const MOST_ELEMENTS = 100_000;

export interface FormatSuffix {
  readonly expression: string;
  readonly format?: NumberFormat;
  readonly elements?: number;
}

/** Splits the suffix off; the whole text is the expression where there is none. */
export function splitSuffix(text: string): FormatSuffix {
  const match = /^(.*\S)\s*,\s*(?:([xhdobcs])|(\d{1,6}))\s*$/s.exec(text);
  if (!match) return { expression: text };
  if (match[2] !== undefined) return { expression: match[1]!, format: SUFFIXES[match[2]]! };
  return { expression: match[1]!, elements: Math.min(Number(match[3]), MOST_ELEMENTS) };
}

/** Bases as C writes them. */
const BASES: Partial<
  Record<NumberFormat, { readonly radix: number; readonly prefix: string; readonly bitsOfDigit: number }>
> = {
  hexadecimal: { radix: 16, prefix: '0x', bitsOfDigit: 4 },
  octal: { radix: 8, prefix: '0', bitsOfDigit: 3 },
  binary: { radix: 2, prefix: '0b', bitsOfDigit: 1 },
};

/** @param byteSize of the type: a negative number shows the bits that stand in memory, and leading zeros fill the type */
export function formatNumber(value: number | bigint, byteSize: number, format: NumberFormat): string {
  const base = BASES[format];
  if (base) {
    const bits = BigInt.asUintN(byteSize * 8, typeof value === 'bigint' ? value : BigInt(Math.trunc(value)));
    const digits = Math.ceil((byteSize * 8) / base.bitsOfDigit);
    return base.prefix + bits.toString(base.radix).padStart(base.radix === 8 ? 1 : digits, '0');
  }
  const code = Number(value) & 0xff;
  if (format === 'character' && code >= 32 && code < 127) return `'${String.fromCharCode(code)}'`;
  return `${value}`;
}
