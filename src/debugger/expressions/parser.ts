/**
 * Recursive-descent parser of C expressions without assignment and calls: a debugger that evaluates must not change its target.
 * Precedence is C's. `dom1:` and its kind bind like a cast. Errors are sentences.
 */
import { UserError } from '../types';
import { tokenize, type Token } from './lexer';
import type { BinaryOperator, Expression, TypeName, UnaryOperator } from './syntax';

/** Loosest first (C11 6.5). */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const UNARY: readonly string[] = ['-', '+', '~', '!', '*', '&'];
const TAGS = ['struct', 'union', 'enum'];
const QUALIFIERS = ['const', 'volatile'];
const BASE_WORDS = ['void', 'char', 'short', 'int', 'long', 'unsigned', 'signed', '_Bool', 'float', 'double'];
/** Deeper nesting than a person writes; bounds the recursion. */
const DEEPEST = 200;

/** @param isTypeName whether a plain name in parentheses is a typedef, so that `(domid_t)x` is a cast and `(x)` is not */
export function parseExpression(text: string, isTypeName: (name: string) => boolean = () => false): Expression {
  if (text.trim() === '') throw new UserError('An expression is missing here');
  return new Parser(text, tokenize(text), isTypeName).whole();
}

class Parser {
  private position = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
    private readonly isTypeName: (name: string) => boolean,
  ) {}

  whole(): Expression {
    const expression = this.conditional();
    if (this.token.kind !== 'end') throw this.unexpected('an operator');
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.position]!;
  }

  private isOperator(text: string): boolean {
    return this.token.kind === 'operator' && this.token.text === text;
  }

  private accept(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.position++;
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) throw this.unexpected(`"${text}"`);
  }

  private unexpected(wanted: string): UserError {
    const token = this.token;
    if (this.isOperator('(') && this.tokens[this.position - 1]?.kind === 'name')
      return new UserError(`"${this.text}": functions are not called, since looking at a target changes nothing`);
    const found =
      token.kind === 'end' ? 'it ends there' : `"${token.kind === 'number' ? token.value : token.text}" stands there`;
    return new UserError(`"${this.text}": ${wanted} is expected at position ${token.at + 1}, but ${found}`);
  }

  private conditional(): Expression {
    const condition = this.binary(0);
    if (!this.accept('?')) return condition;
    const whenTrue = this.conditional();
    this.expect(':');
    return { kind: 'conditional', condition, whenTrue, whenFalse: this.conditional() };
  }

  private binary(level: number): Expression {
    const operators = LEVELS[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = operators.find((candidate) => this.isOperator(candidate));
      if (!operator) return left;
      this.position++;
      left = { kind: 'binary', operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): Expression {
    if (++this.depth > DEEPEST) throw new UserError('The expression is nested too deeply');
    try {
      return this.unaryHere();
    } finally {
      this.depth--;
    }
  }

  private unaryHere(): Expression {
    const token = this.token;
    if (token.kind === 'operator' && UNARY.includes(token.text)) {
      this.position++;
      return { kind: 'unary', operator: token.text as UnaryOperator, operand: this.unary() };
    }
    if (token.kind === 'space') {
      this.position++;
      return { kind: 'space', space: token.text, operand: this.unary() };
    }
    if (token.kind === 'name' && token.text === 'sizeof') return this.sizeof();
    const cast = this.parenthesisedType();
    return cast ? { kind: 'cast', type: cast, operand: this.unary() } : this.postfix(this.primary());
  }

  private sizeof(): Expression {
    this.position++;
    const type = this.parenthesisedType();
    return type ? { kind: 'sizeofType', type } : { kind: 'sizeof', operand: this.unary() };
  }

  private postfix(start: Expression): Expression {
    let operand = start;
    for (;;) {
      if (this.accept('[')) {
        operand = { kind: 'index', operand, index: this.conditional() };
        this.expect(']');
      } else if (this.isOperator('.') || this.isOperator('->')) {
        const arrow = this.isOperator('->');
        this.position++;
        operand = { kind: 'member', operand, member: this.name(), arrow };
      } else return operand;
    }
  }

  private primary(): Expression {
    const token = this.token;
    if (this.accept('(')) {
      const inner = this.conditional();
      this.expect(')');
      return inner;
    }
    if (token.kind === 'number') {
      this.position++;
      const { value, unsigned, type } = token;
      return { kind: 'number', value, unsigned, ...(type ? { type } : {}) };
    }
    if (token.kind === 'register') {
      this.position++;
      const qualified = /^dom(\d+)\.(.*)$/.exec(token.text);
      if (qualified) return { kind: 'register', name: qualified[2]!, domainId: Number(qualified[1]) };
      return { kind: 'register', name: token.text };
    }
    return { kind: 'name', name: this.name() };
  }

  private name(): string {
    const token = this.token;
    if (token.kind !== 'name') throw this.unexpected('a name or a number');
    this.position++;
    return token.text;
  }

  /** `(type)`; leaves everything as it was when the parenthesis opens an expression. */
  private parenthesisedType(): TypeName | undefined {
    if (!this.isOperator('(')) return undefined;
    const begin = this.position++;
    const base = this.typeBase();
    const layers = base === undefined ? undefined : this.declarator();
    if (base !== undefined && layers && this.accept(')')) return { base, layers };
    this.position = begin;
    return undefined;
  }

  /** What stands behind the base, without a name: `**`, `[4]`, `(*)[16]` (C11 6.7.7); undefined for what is none. */
  private declarator(): TypeName['layers'] | undefined {
    const pointers: 'pointer'[] = [];
    while (this.accept('*')) pointers.push('pointer');
    let within: TypeName['layers'] | undefined = [];
    if (this.accept('(')) {
      within = this.declarator();
      if (!within?.length || !this.accept(')')) return undefined;
    }
    return [...pointers, ...this.counts().toReversed(), ...within];
  }

  /** `[4][2]` */
  private counts(): readonly number[] {
    const counts: number[] = [];
    while (this.accept('[')) {
      if (this.token.kind !== 'number') throw this.unexpected('a number');
      counts.push(this.token.value);
      this.position++;
      this.expect(']');
    }
    return counts;
  }

  private typeBase(): string | undefined {
    const words: string[] = [];
    for (; this.token.kind === 'name'; this.position++) {
      const word = this.token.text;
      if (QUALIFIERS.includes(word)) continue;
      const first = words.length === 0;
      const continues = TAGS.includes(words[0] ?? '') ? words.length === 1 : BASE_WORDS.includes(word);
      if (!(first ? TAGS.includes(word) || BASE_WORDS.includes(word) || this.isTypeName(word) : continues)) break;
      words.push(word);
    }
    return words.length === 0 ? undefined : words.join(' ');
  }
}
