/** Conditions, hit conditions and log messages as the user types them, compiled once and asked at each hit. Errors are sentences. */
import { evaluateExpression, scalarOf, type Environment } from '../expressions/evaluator';
import type { Operand } from '../expressions/operand';
import { parseExpression } from '../expressions/parser';
import type { Expression } from '../expressions/syntax';
import { generalRegister } from '../registers/names';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Target } from '../target/target';
import { UserError } from '../types';
import { formatScalar } from '../values/format';
import { FrameEnvironment } from '../values/frameEnvironment';

/** Names that only a filter knows, with their values at this stop. */
export type Vocabulary = ReadonlyMap<string, number>;

const HIT = /^\s*(==|=|>=|>|<=|<|%)?\s*(\d+)\s*$/;

/** `5`, `== 5`, `> 3`, `% 10` (every tenth). A bare number means "from then on", as in other debuggers. */
export function compileHitCondition(text: string): (hits: number) => boolean {
  const match = HIT.exec(text);
  if (!match)
    throw new UserError(`"${text}" is no hit condition: write a number, or one of ==, >, >=, <, <=, % with a number`);
  const wanted = Number(match[2]);
  switch (match[1]) {
    case '==':
    case '=':
      return (hits) => hits === wanted;
    case '>':
      return (hits) => hits > wanted;
    case '<':
      return (hits) => hits < wanted;
    case '<=':
      return (hits) => hits <= wanted;
    case '%':
      if (wanted === 0) throw new UserError('"% 0" is no hit condition: every zeroth hit does not exist');
      return (hits) => hits % wanted === 0;
    default:
      return (hits) => hits >= wanted;
  }
}

export class Conditions {
  constructor(
    private readonly target: Target,
    private readonly stacks: StackBuilder,
  ) {}

  /** An expression that is asked in the innermost frame; true unless it is 0. */
  compile(text: string): () => boolean {
    const expression = this.parse(text);
    return () => scalarOf(evaluateExpression(expression, this.environment()), `The condition "${text}"`) !== 0;
  }

  /** The same with a filter's words; the tree has been prepared by the filter. */
  evaluate(expression: Expression, vocabulary: Vocabulary): boolean {
    return scalarOf(evaluateExpression(expression, this.environment(vocabulary)), 'The condition') !== 0;
  }

  /** Text with expressions in braces: `count is {count}, {$r0}`. */
  compileLog(message: string): () => string {
    const parts = message.split(/(\{[^{}]*\})/).map((part) => {
      if (!/^\{.*\}$/.test(part)) return () => part;
      const expression = this.parse(part.slice(1, -1));
      return () => this.text(expression);
    });
    return () => parts.map((part) => part()).join('');
  }

  parse(text: string): Expression {
    const images = this.target.allImages;
    return parseExpression(text, (name) => images.some((image) => image.typeNamed(name) !== undefined));
  }

  private text(expression: Expression): string {
    try {
      const operand = evaluateExpression(expression, this.environment());
      if (operand.value === undefined) return '{...}';
      return formatScalar(operand.exact ?? operand.value, operand.type, operand.space, {
        symbolAt: (space, address) => this.target.symbolAt(space, address),
        read: (space, address, byteLength) => this.target.read(space, address, byteLength),
      });
    } catch (error) {
      if (error instanceof UserError) return `<${error.message}>`;
      throw error;
    }
  }

  private environment(vocabulary: Vocabulary = new Map()): Environment {
    const frame = this.stacks.top();
    const inner = new FrameEnvironment(this.target, this.stacks.factory, frame);
    const plain = (value: number): Operand => ({ value, unsigned: value >= 0, space: frame.space });
    return {
      space: inner.space,
      typeNamed: (name, space) => inner.typeNamed(name, space),
      checkSpace: (space) => inner.checkSpace(space),
      register: (name, domainId) => inner.register(name, domainId),
      read: (space, address, byteLength) => inner.read(space, address, byteLength),
      write: () => false,
      name: (name, space) => {
        const word = vocabulary.get(name);
        if (word !== undefined) return plain(word);
        const found = inner.name(name, space);
        if (found) return found;
        if (name === 'dom') return plain(this.target.current()?.domainId ?? -1);
        return generalRegister(name) === undefined && name !== 'cpsr' ? undefined : inner.register(name, undefined);
      },
    };
  }
}
