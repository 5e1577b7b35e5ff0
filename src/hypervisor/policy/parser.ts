/** From tokens to statements. Knows the grammar (docs/policy.md), not whether the names mean anything. */
import { tokens, type Token } from './lexer';
import { PolicyError, type Limit, type Name, type Statement } from './syntax';

const STATEMENTS = ['policy', 'type', 'domain', 'default', 'key', 'require', 'limit', 'allow', 'audit', 'never'];

/** @throws PolicyError */
export function parsePolicy(file: string, text: string): readonly Statement[] {
  const parser = new Parser(file, tokens(file, text));
  const statements: Statement[] = [];
  while (!parser.atEnd) statements.push(parser.statement());
  return statements;
}

class Parser {
  private index = 0;

  constructor(
    private readonly file: string,
    private readonly list: readonly Token[],
  ) {}

  get atEnd(): boolean {
    return this.next.kind === 'end';
  }

  statement(): Statement {
    const start = this.take('name', `a statement (${STATEMENTS.join(', ')})`);
    const statement = this.body(start);
    if (statement.kind !== 'limit') this.mark(';');
    return statement;
  }

  private body(start: Token): Statement {
    switch (start.text) {
      case 'policy':
        return { kind: 'policy', name: this.take('text', 'the name of the policy in quotes') };
      case 'type':
        return { kind: 'type', names: this.names() };
      case 'domain': {
        const domain =
          this.next.kind === 'number'
            ? this.take('number', '')
            : this.take('text', 'a domain: its number, or its name in quotes');
        this.word('is');
        return { kind: 'domain', domain, byNumber: domain.kind === 'number', type: this.name() };
      }
      case 'default':
        return { kind: 'default', type: this.name() };
      case 'key':
        return {
          kind: 'key',
          name: this.name(),
          value: this.take('text', 'the public key in quotes: 64 hexadecimal digits, or a file'),
        };
      case 'require':
        this.word('signature');
        this.word('for');
        return { kind: 'require', types: this.names(), ...(this.acceptWord('by') && { keys: this.names() }) };
      case 'limit':
        return { kind: 'limit', type: this.name(), limits: this.limits() };
      case 'audit':
        this.word('allow');
        return this.rule('allow', true, start);
      case 'allow':
      case 'never':
        return this.rule(start.text, false, start);
      default:
        throw this.mistake(start, `there is no statement “${start.text}”: use ${STATEMENTS.join(', ')}.`);
    }
  }

  private rule(kind: 'allow' | 'never', audit: boolean, at: Token): Statement {
    const sources = this.set();
    const targets = this.set();
    this.mark(':');
    const permissions = [this.permissions()];
    while (this.accept(',')) permissions.push(this.permissions());
    return { kind, audit, at, sources, targets, permissions };
  }

  private permissions(): { className: Name; names: readonly Name[] } {
    return { className: this.name('a class of permissions'), names: this.set() };
  }

  /** One name, `*`, or several names in braces. */
  private set(): readonly Name[] {
    if (this.next.text === '*' && this.next.kind === 'mark') return [this.list[this.index++]!];
    if (!this.accept('{')) return [this.name('a name, * or { … }')];
    const names: Name[] = [];
    while (!this.accept('}')) {
      names.push(this.name('a name or }'));
      this.accept(',');
    }
    return names;
  }

  private names(): readonly Name[] {
    const names = [this.name()];
    while (this.accept(',')) names.push(this.name());
    return names;
  }

  private limits(): readonly Limit[] {
    this.mark('{');
    const limits: Limit[] = [];
    while (!this.accept('}')) {
      const what = this.name('a limit or }');
      const number = this.take('number', 'a number');
      let unit = '';
      while (this.next.text !== ';' && this.next.text !== '}' && !this.atEnd) unit += this.list[this.index++]!.text;
      this.mark(';');
      limits.push({ what, value: Number(number.text), unit, at: number });
    }
    return limits;
  }

  private get next(): Token {
    return this.list[this.index]!;
  }

  private name(what = 'a name'): Name {
    return this.take('name', what);
  }

  private word(text: string): void {
    const token = this.take('name', `“${text}”`);
    if (token.text !== text) throw this.mistake(token, `“${text}” is missing before “${token.text}”: add it.`);
  }

  private acceptWord(text: string): boolean {
    const found = this.next.kind === 'name' && this.next.text === text;
    if (found) this.index++;
    return found;
  }

  private mark(text: string): void {
    if (!this.accept(text))
      throw this.mistake(this.next, `“${text}” is missing before ${this.shown(this.next)}: add it.`);
  }

  private accept(text: string): boolean {
    const found = this.next.kind === 'mark' && this.next.text === text;
    if (found) this.index++;
    return found;
  }

  private take(kind: Token['kind'], what: string): Token {
    if (this.next.kind !== kind) throw this.mistake(this.next, `here belongs ${what}, not ${this.shown(this.next)}.`);
    return this.list[this.index++]!;
  }

  private shown({ kind, text }: Token): string {
    return kind === 'end' ? text : `“${text}”`;
  }

  private mistake(token: Token, sentence: string): PolicyError {
    return new PolicyError(this.file, token, sentence);
  }
}
