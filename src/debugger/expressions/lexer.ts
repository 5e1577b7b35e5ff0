/** Splits an expression into tokens. C's tokens as far as a debugger needs them, `$registers`, and address-space prefixes such as `dom1:`. */
import { UserError } from '../types';

export type Token =
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly unsigned: boolean;
      /** Of 64 bits, or no integer. */
      readonly type?: { readonly exact: bigint } | 'float' | 'double';
      readonly at: number;
    }
  | { readonly kind: 'name' | 'register' | 'operator' | 'space'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

const PATTERNS: readonly {
  readonly kind: 'blank' | 'float' | 'number' | 'char' | 'register' | 'space' | 'name' | 'operator';
  readonly pattern: RegExp;
}[] = [
  { kind: 'blank', pattern: /\s+/y },
  { kind: 'float', pattern: /(\d+\.\d*|\.\d+)([eE][-+]?\d+)?[fFlL]?(?![\w.])|\d+[eE][-+]?\d+[fFlL]?(?![\w.])/y },
  { kind: 'number', pattern: /(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)(?![\w.])/y },
  { kind: 'char', pattern: /'(\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3}|\\.|[^'\\])'/y },
  // The number belongs to a device's name: `$goldfish_tty.0.BYTES_READY`.
  { kind: 'register', pattern: /\$(dom\d+\.)?[A-Za-z_]\w*(\.\d+(?!\w))?/y },
  { kind: 'space', pattern: /(dom\d+|xen|pa):(?!:)/y },
  { kind: 'name', pattern: /[A-Za-z_]\w*/y },
  { kind: 'operator', pattern: /->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>?:()[\].,]/y },
];

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '\\': 92, "'": 39, '"': 34 };

/** What people write who know another debugger. */
const HINTS: Readonly<Record<string, string>> = {
  '=': 'an expression does not assign: change the value where it is shown',
  '"': "there are no texts in expressions: compare characters, such as name[0] == 'a'",
  '@': '"pointer@3" is written "pointer,3" here',
};

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const token = tokenAt(text, at);
    if (!token) {
      const hint = HINTS[text[at]!];
      throw new UserError(
        `"${text}": ${hint ?? `"${text.slice(at, at + 12)}" is not understood at position ${at + 1}`}`,
      );
    }
    if (token.token) tokens.push(token.token);
    at = token.end;
  }
  return [...tokens, { kind: 'end', at }];
}

function tokenAt(text: string, at: number): { readonly token?: Token; readonly end: number } | undefined {
  for (const { kind, pattern } of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) continue;
    const end = at + match[0].length;
    if (kind === 'blank') return { end };
    if (kind === 'float') return { token: floating(match[0], at), end };
    if (kind === 'number') return { token: number(match, at), end };
    if (kind === 'char') return { token: { kind: 'number', value: character(match[1]!), unsigned: false, at }, end };
    const matched = kind === 'register' ? match[0].slice(1) : kind === 'space' ? match[0].slice(0, -1) : match[0];
    return { token: { kind, text: matched, at }, end };
  }
  return undefined;
}

const MOST_INT = 0x7fffffffn;
const MOST_UNSIGNED = 0xffffffffn;

/** The first type that holds it (C11 6.4.4.1): a decimal constant without a suffix never becomes unsigned. */
function number(match: RegExpExecArray, at: number): Token {
  const [, digits, suffix] = match;
  const isOctal = /^0\d/.test(digits!);
  if (isOctal && /[89]/.test(digits!)) throw new UserError(`"${digits}" is no number: after a leading 0 it is octal`);
  const exact = BigInt(isOctal ? `0o${digits!.slice(1)}` : digits!);
  if (exact >= 1n << 64n) throw new UserError(`"${digits}" does not fit into 64 bits`);
  const askedUnsigned = /u/i.test(suffix!);
  const mayBeUnsigned = askedUnsigned || /^0./.test(digits!);
  const isWide = /ll/i.test(suffix!) || exact > (mayBeUnsigned ? MOST_UNSIGNED : MOST_INT);
  const unsigned = askedUnsigned || exact > (isWide ? (MOST_INT << 32n) | MOST_UNSIGNED : MOST_INT);
  return { kind: 'number', value: Number(exact), unsigned, ...(isWide ? { type: { exact } } : {}), at };
}

function character(body: string): number {
  if (!body.startsWith('\\')) return body.charCodeAt(0);
  if (body[1] === 'x') return parseInt(body.slice(2), 16);
  if (/[0-7]/.test(body[1]!)) return parseInt(body.slice(1), 8);
  return ESCAPES[body[1]!] ?? body.charCodeAt(1);
}

/** A suffix makes it a float; without one it is a double (C11 6.4.4.2). */
function floating(text: string, at: number): Token {
  const [value, single] = [parseFloat(text), /f$/i.test(text)];
  return {
    kind: 'number',
    value: single ? Math.fround(value) : value,
    unsigned: false,
    type: single ? 'float' : 'double',
    at,
  };
}
