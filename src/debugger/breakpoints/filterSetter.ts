/** Sets exception filters from their table: places by symbols, conditions in small words. Knows no single filter. */
import { filterTable, onlyOf, type FilterRow, type FilterSighting } from '../exceptionFilters';
import { namesIn, type Expression } from '../expressions/syntax';
import { generalRegister } from '../registers/names';
import type { CoherenceWatch } from '../run/coherence';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Target } from '../target/target';
import { UserError, type BreakpointState, type ExceptionOption, type FilterRequest } from '../types';
import type { Breakpoint } from './breakpoint';
import type { Conditions } from './conditions';
import { readEventName } from './eventNames';
import { filtersOf } from './exceptionOptions';
import { FilterScene, touchedBy } from './filterScene';
import type { FirstTouches } from './firstTouches';
import { instructionPlaces, type InstructionPattern } from './codeWords';
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
    /** Absent where the past is searched. */
    private readonly touches?: FirstTouches,
  ) {}

  set(requests: readonly (FilterRequest | ExceptionOption)[]): readonly BreakpointState[] {
    const breakpoints: Breakpoint[] = [];
    const states = requests.map((request, index): BreakpointState => {
      const id = this.store.newId();
      try {
        if ('id' in request) breakpoints.push(this.breakpoint(id, request));
        else return this.chosen(id, filtersOf(request, requests.slice(index + 1).filter(isOption)), breakpoints);
        return { id, verified: true };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { id, verified: false, message: error.message };
      }
    });
    this.store.replace('filters', breakpoints);
    return states;
  }

  /** Several filters under one number. Where some of them can be set, the others are told. */
  private chosen(id: number, requests: readonly FilterRequest[], breakpoints: Breakpoint[]): BreakpointState {
    const failures: string[] = [];
    for (const request of requests) {
      try {
        breakpoints.push(this.breakpoint(id, request));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failures.push(error.message);
      }
    }
    const verified = requests.length === 0 || failures.length < requests.length;
    return { id, verified, ...(failures.length > 0 ? { message: failures.join('. ') } : {}) };
  }

  /**
   * What a function breakpoint such as `hypercall:event_channel_op if r0 == 4` stands for; undefined for a name of no filter.
   * @throws UserError when it cannot be set
   */
  named(name: string): Omit<Breakpoint, 'id' | 'hits' | 'reason'> | undefined {
    const meant = readEventName(name);
    return meant && this.located(meant.row, meant.condition);
  }

  private breakpoint(id: number, { id: filter, condition }: FilterRequest): Breakpoint {
    const row = filterTable.find((candidate) => candidate.id === filter);
    if (!row) throw new UserError(`There is no exception filter "${filter}"`);
    const names = condition?.trim() ? [...namesIn(this.conditions.parse(condition))] : [];
    const inner = filterTable.find(
      (each) => each.within === row.id && onlyOf(each).some((name) => names.includes(name)),
    );
    return { id, hits: 0, reason: 'exception', ...this.located(inner ?? row, condition) };
  }

  private located(row: FilterRow, text: string | undefined): Omit<Breakpoint, 'id' | 'hits' | 'reason'> {
    const condition = text?.trim() ? this.prepare(row, text) : undefined;
    const { where } = row;
    if (where === 'reports') return this.atReports(row, condition);
    if (where === 'firstTouches') return this.atFirstTouches(row, condition);
    return 'symbols' in where
      ? this.atSymbols(row, where.symbols, condition)
      : this.atInstructions(row, where.instruction, condition);
  }

  private atSymbols(row: FilterRow, symbols: readonly (readonly string[])[], condition?: Expression) {
    const image = this.target.images.hypervisor;
    if (!image) throw new UserError(`"${row.label}" needs a hypervisor: this machine runs a kernel natively`);
    const scenes = new Map<number, FilterScene>();
    for (const alternatives of symbols) {
      const name = alternatives.find((each) => image.symbol(each) !== undefined);
      if (name === undefined)
        throw new UserError(
          `"${row.label}" needs the symbol ${alternatives.join(' or ')}, which ${image.name} does not have`,
        );
      scenes.set(image.symbol(name)!.address, new FilterScene(this.target, this.stacks, this.currentThread, name));
    }
    return {
      description: row.label,
      places: [...scenes.keys()].map((address) => ({ kind: 'image' as const, image, address })),
      sight: () => {
        const scene = scenes.get(this.target.machine.cpu.getRegister(15)) ?? [...scenes.values()][0]!;
        return this.sight(row, scene, condition);
      },
    };
  }

  private atInstructions(row: FilterRow, instruction: InstructionPattern, condition?: Expression) {
    const { hypervisor, native } = this.target.images;
    const places = (hypervisor ? [hypervisor] : native).flatMap((image) => instructionPlaces(image, instruction));
    if (places.length === 0) throw new UserError(`"${row.label}": no image has such an instruction`);
    const scene = new FilterScene(this.target, this.stacks, this.currentThread, '');
    return { description: row.label, places, sight: () => this.sight(row, scene, condition) };
  }

  /** Stands at no address: the machine says when. */
  private atReports(row: FilterRow, condition?: Expression) {
    const watch = this.coherence();
    if (!watch.available) throw new UserError(`"${row.label}" needs "cache": "coherence" in the launch configuration`);
    const scene = new FilterScene(this.target, this.stacks, this.currentThread, '', { coherence: () => watch.current });
    return {
      description: row.label,
      places: [],
      atReports: true as const,
      sight: () => this.sight(row, scene, condition),
    };
  }

  private atFirstTouches(row: FilterRow, condition?: Expression) {
    const { touches } = this;
    if (!touches) throw new UserError(`"${row.label}" cannot be looked for in the past: look for "last-write"`);
    const scene = new FilterScene(this.target, this.stacks, this.currentThread, '', { touch: () => touches.current });
    const named = condition !== undefined && [...namesIn(condition)].includes('by');
    const sight = () => {
      const seen = this.sight(row, scene, condition);
      return named || seen?.variables.by !== touchedBy.hypervisor ? seen : undefined;
    };
    return { description: row.label, places: [], atFirstTouches: true as const, sight };
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

const isOption = (request: FilterRequest | ExceptionOption): request is ExceptionOption => !('id' in request);

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
