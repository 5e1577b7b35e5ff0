/** Sets exception filters from their table: places by symbols, conditions in small words. Knows no single filter. */
import { filterTable, type FilterRow, type FilterSighting } from '../exceptionFilters';
import { namesIn, type Expression } from '../expressions/syntax';
import { generalRegister } from '../registers/names';
import type { CoherenceWatch } from '../run/coherence';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Target } from '../target/target';
import { UserError, type BreakpointState } from '../types';
import type { Breakpoint } from './breakpoint';
import type { Conditions } from './conditions';
import { FilterScene } from './filterScene';
import type { BreakpointStore } from './store';
import { nearestName } from './suggest';

export class FilterSetter {
  constructor(
    private readonly target: Target,
    private readonly store: BreakpointStore,
    private readonly conditions: Conditions,
    private readonly stacks: StackBuilder,
    private readonly currentThread: () => number,
    private readonly coherence: () => CoherenceWatch,
  ) {}

  set(requests: readonly { readonly id: string; readonly condition?: string }[]): readonly BreakpointState[] {
    const breakpoints: Breakpoint[] = [];
    const states = requests.map((request): BreakpointState => {
      const id = this.store.newId();
      try {
        breakpoints.push(...this.breakpoints(id, request));
        return { id, verified: true };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { id, verified: false, message: error.message };
      }
    });
    this.store.replace('filters', breakpoints);
    return states;
  }

  private breakpoints(id: number, request: { readonly id: string; readonly condition?: string }): Breakpoint[] {
    const row = filterTable.find((candidate) => candidate.id === request.id);
    if (!row) throw new UserError(`There is no exception filter "${request.id}"`);
    const condition = request.condition?.trim() ? this.prepare(row, request.condition) : undefined;
    if (row.symbols.length === 0) return [this.reportBreakpoint(id, row, condition)];
    return row.symbols.map((alternatives) => this.breakpoint(id, row, alternatives, condition));
  }

  private breakpoint(id: number, row: FilterRow, alternatives: readonly string[], condition?: Expression): Breakpoint {
    const image = this.target.images.hypervisor;
    if (!image) throw new UserError(`"${row.label}" needs a hypervisor: this machine runs a kernel natively`);
    const symbol = alternatives.find((name) => image.symbol(name) !== undefined);
    if (symbol === undefined)
      throw new UserError(
        `"${row.label}" needs the symbol ${alternatives.join(' or ')}, which ${image.name} does not have`,
      );
    const scene = new FilterScene(this.target, this.stacks, this.currentThread, symbol);
    return {
      id,
      reason: 'exception',
      description: row.label,
      hits: 0,
      places: [{ kind: 'image', image, address: image.symbol(symbol)!.address }],
      sight: () => this.sight(row, scene, condition),
    };
  }

  /** Stands at no address: the machine says when. */
  private reportBreakpoint(id: number, row: FilterRow, condition?: Expression): Breakpoint {
    const watch = this.coherence();
    if (!watch.available) throw new UserError(`"${row.label}" needs "cache": "coherence" in the launch configuration`);
    const scene = new FilterScene(this.target, this.stacks, this.currentThread, '', () => watch.current);
    const sight = () => this.sight(row, scene, condition);
    return { id, reason: 'exception', description: row.label, hits: 0, places: [], atReports: true, sight };
  }

  private sight(row: FilterRow, scene: FilterScene, condition?: Expression): FilterSighting | undefined {
    const seen = row.sight(scene);
    if (!seen || !condition) return seen;
    const vocabulary = new Map([...row.words, ...Object.entries(seen.variables)]);
    return this.conditions.evaluate(condition, vocabulary) ? seen : undefined;
  }

  /** Parses a condition and holds every name against the filter's words, so that a mistake is told at once and not at the first hit. */
  private prepare(row: FilterRow, text: string): Expression {
    const expression = this.conditions.parse(text);
    const known = [...row.variables, ...row.words.keys()];
    for (const name of namesIn(expression)) {
      if (known.includes(name) || generalRegister(name) !== undefined) continue;
      const near = nearestName(name, known);
      throw new UserError(
        `"${name}" means nothing in a condition of "${row.label}"${near ? `: did you mean ${near}?` : `: write for example ${row.conditionHelp}`}`,
      );
    }
    return asTruth(expression, row);
  }
}

/** Where a truth value is expected, a bare word stands for "the subject is this". */
function asTruth(expression: Expression, row: FilterRow): Expression {
  switch (expression.kind) {
    case 'name': {
      const value = row.words.get(expression.name);
      if (value === undefined || row.variables.includes(expression.name)) return expression;
      const left = { kind: 'name', name: row.subject } as const;
      return { kind: 'binary', operator: '==', left, right: { kind: 'number', value, unsigned: false } };
    }
    case 'unary':
      return expression.operator === '!' ? { ...expression, operand: asTruth(expression.operand, row) } : expression;
    case 'binary':
      if (expression.operator !== '&&' && expression.operator !== '||') return expression;
      return { ...expression, left: asTruth(expression.left, row), right: asTruth(expression.right, row) };
    default:
      return expression;
  }
}
