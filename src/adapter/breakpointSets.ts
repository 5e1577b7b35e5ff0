/**
 * The breakpoints that the client has set, kept as it asked for them, and the numbers it knows them by. So a machine that was
 * loaded anew (restart after a rebuild) gets the same breakpoints under the same numbers, and an extra one for a stop on entry
 * comes and goes unseen. What a breakpoint means is the engine's.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { BreakpointState, DebugEngine } from '../debugger/types';
import type { PathMapping } from './paths';

type SourceRequests = Parameters<DebugEngine['setSourceBreakpoints']>[1];
type FunctionRequests = Parameters<DebugEngine['setFunctionBreakpoints']>[0];
type InstructionRequests = Parameters<DebugEngine['setInstructionBreakpoints']>[0];
type DataRequests = Parameters<DebugEngine['setDataBreakpoints']>[0];
type FilterRequests = Parameters<DebugEngine['setExceptionFilters']>[0];

export class BreakpointSets {
  private readonly sources = new Map<string, SourceRequests>();
  private functions: FunctionRequests = [];
  private instructions: InstructionRequests = [];
  private data: DataRequests = [];
  private filters: FilterRequests = [];
  /** The client's numbers in order, for each set; and from the engine's numbers to them. */
  private readonly clientIds = new Map<string, number[]>();
  private toClient = new Map<number, number>();
  private nextId = 1;
  /** Set for a run without debugging: breakpoints are kept, not set. */
  ignored = false;

  constructor(private engine: DebugEngine) {}

  setSource(path: string, requests: SourceRequests): BreakpointState[] {
    this.sources.set(path, requests);
    return this.apply(`source ${path}`, requests, () => this.engine.setSourceBreakpoints(path, requests));
  }

  setFunctions(requests: FunctionRequests): BreakpointState[] {
    this.functions = requests;
    return this.apply('function', requests, () => this.engine.setFunctionBreakpoints(requests));
  }

  setInstructions(requests: InstructionRequests): BreakpointState[] {
    this.instructions = requests;
    return this.apply('instruction', requests, () => this.engine.setInstructionBreakpoints(requests));
  }

  setData(requests: DataRequests): BreakpointState[] {
    this.data = requests;
    return this.apply('data', requests, () => this.engine.setDataBreakpoints(requests));
  }

  setFilters(requests: FilterRequests): BreakpointState[] {
    this.filters = requests;
    return this.apply('exception', requests, () => this.engine.setExceptionFilters(requests));
  }

  /** Hands the whole of it to another engine; the numbers stay. Returns every breakpoint as it is now. */
  moveTo(engine: DebugEngine): BreakpointState[] {
    this.engine = engine;
    this.toClient = new Map();
    if (this.ignored) return [];
    return [
      ...[...this.sources].flatMap(([path, requests]) =>
        this.number(`source ${path}`, engine.setSourceBreakpoints(path, requests), false),
      ),
      ...this.number('function', engine.setFunctionBreakpoints(this.functions), false),
      ...this.number('instruction', engine.setInstructionBreakpoints(this.instructions), false),
      ...this.number('data', engine.setDataBreakpoints(this.data), false),
      ...this.number('exception', engine.setExceptionFilters(this.filters), false),
    ];
  }

  /** Adds a function breakpoint that the client does not know, for a stop on entry. */
  armEntry(name: string): BreakpointState {
    const states = this.engine.setFunctionBreakpoints([...this.functions, { name }]);
    this.number('function', states.slice(0, -1), false);
    return states.at(-1)!;
  }

  /** Takes the breakpoint of `armEntry` away. */
  disarmEntry(): void {
    this.number('function', this.engine.setFunctionBreakpoints(this.functions), false);
  }

  /** The numbers by which the client knows breakpoints of the engine. */
  clientNumbers(engineIds: readonly number[]): number[] {
    return engineIds.flatMap((id) => this.toClient.get(id) ?? []);
  }

  private apply(set: string, requests: readonly unknown[], apply: () => readonly BreakpointState[]): BreakpointState[] {
    if (!this.ignored) return this.number(set, apply(), true);
    const message = 'This run is without debugging: breakpoints are not set.';
    return requests.map(() => ({ id: this.nextId++, verified: false, message }));
  }

  private number(set: string, states: readonly BreakpointState[], fresh: boolean): BreakpointState[] {
    const known = this.clientIds.get(set) ?? [];
    const reverse = new Set(known);
    const ids = states.map((state, index) => {
      // A breakpoint that the engine kept (same number, set again) keeps its number for the client too.
      const kept = this.toClient.get(state.id);
      if (kept !== undefined && reverse.has(kept)) return kept;
      return (fresh ? undefined : known[index]) ?? this.nextId++;
    });
    for (const [engineId, id] of this.toClient) if (reverse.has(id)) this.toClient.delete(engineId);
    states.forEach((state, index) => this.toClient.set(state.id, ids[index]));
    this.clientIds.set(set, ids);
    return states.map((state, index) => ({ ...state, id: ids[index] }));
  }
}

/** A breakpoint as the protocol shows it: an unverified one says why. */
export function toProtocolBreakpoint(state: BreakpointState, paths: PathMapping): DebugProtocol.Breakpoint {
  return {
    id: state.id,
    verified: state.verified,
    ...(state.message !== undefined && { message: state.message }),
    ...(!state.verified && { reason: 'pending' }),
    ...(state.source && {
      source: paths.source(state.source.path),
      line: paths.toClientLine(state.source.line),
    }),
    ...(state.address !== undefined && { instructionReference: `0x${state.address.toString(16).padStart(8, '0')}` }),
  };
}
