/**
 * What the tour and the prompt keep between two stops: the engine, the chosen thread, breakpoints by name, and what each
 * console printed. Holds no machine state of its own.
 */
import type { PermissionsArguments, PermissionsBody } from '../../adapter/viewProtocol';
import { UserError, type BreakpointState, type DebugEngine, type Frame, type StopEvent } from '../../debugger/types';
import type { AddressSpace } from '../../hypervisor/types';
import { showStop, topFrame } from './panels';
import { hex, paint, type Terminal } from './terminal';

/** Computes the body of `armvisor/permissions`; the adapter's own model, so that both doors show the same. */
export type PermissionsModel = (engine: DebugEngine, request: PermissionsArguments) => PermissionsBody;

/** A breakpoint as a person set it: a function's name, or a file and a line. */
export type BreakpointPlace =
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'line'; readonly file: string; readonly line: number }
  | { readonly kind: 'address'; readonly space: AddressSpace; readonly address: number };

export interface NumberedBreakpoint {
  readonly number: number;
  readonly place: BreakpointPlace;
  readonly condition?: string;
  state?: BreakpointState;
}

export class TourSession {
  /** Whole text of each console, by domain name; the hypervisor's own lines under "Xen". */
  readonly consoles = new Map<string, string>();
  readonly breakpoints: NumberedBreakpoint[] = [];
  /** Exception filters that are on, with their conditions. */
  readonly filters = new Map<string, string | undefined>();
  threadId = 0;
  private nextNumber = 1;
  private readonly unsubscribe: () => void;

  constructor(
    readonly terminal: Terminal,
    readonly engine: DebugEngine,
    readonly permissions: PermissionsModel,
  ) {
    this.unsubscribe = engine.onConsole(({ from, text }) => {
      const name = from === 'hypervisor' ? 'Xen' : from === 'native' ? 'console' : from.name;
      this.consoles.set(name, (this.consoles.get(name) ?? '') + text);
    });
    this.threadId = engine.threads()[0]?.id ?? 0;
  }

  /** Runs to the next stop and shows it; the stopped thread becomes the chosen one. */
  async run(move: () => Promise<StopEvent>): Promise<StopEvent> {
    const stop = await move();
    this.threadId = stop.threadId;
    showStop(this.terminal, this.engine, stop);
    return stop;
  }

  /** The frame that expressions and registers refer to: the topmost, of a vCPU that does not run the guest's topmost. */
  get frame(): Frame | undefined {
    const thread = this.engine.threads().find(({ id }) => id === this.threadId);
    if (thread?.running === false) {
      const guest = this.engine.stack(this.threadId).find(({ kind }) => kind === 'guestKernel' || kind === 'guestUser');
      if (guest !== undefined) return guest;
    }
    return topFrame(this.engine, this.threadId);
  }

  addBreakpoint(place: BreakpointPlace, condition?: string): NumberedBreakpoint {
    const breakpoint: NumberedBreakpoint = { number: this.nextNumber++, place, condition };
    this.breakpoints.push(breakpoint);
    this.applyBreakpoints();
    return breakpoint;
  }

  /** Without a number, removes all. */
  removeBreakpoint(number?: number): void {
    const kept = this.breakpoints.filter((breakpoint) => number !== undefined && breakpoint.number !== number);
    if (number !== undefined && kept.length === this.breakpoints.length) {
      throw new UserError(`There is no breakpoint ${number}; "breakpoints" lists them.`);
    }
    const files = this.files();
    this.breakpoints.splice(0, this.breakpoints.length, ...kept);
    this.applyBreakpoints(files);
  }

  applyFilters(): readonly BreakpointState[] {
    return this.engine.setExceptionFilters([...this.filters].map(([id, condition]) => ({ id, condition })));
  }

  /** Text of an expression as an address with its space: `dom1:0xC0008000`, `$sp`, `domain_list`. */
  address(expression: string): { readonly space: AddressSpace; readonly address: number } {
    const value = this.engine.evaluate(expression, this.frame);
    if (value.memory !== undefined) return value.memory;
    const number = Number(/(0x[0-9a-f]+|\d+)/i.exec(value.text)?.[1]);
    if (Number.isNaN(number)) throw new UserError(`"${expression}" is ${value.text}, which is not an address.`);
    return { space: this.frame?.space ?? { kind: 'xen' }, address: number };
  }

  describe(breakpoint: NumberedBreakpoint): string {
    const { place, state, condition } = breakpoint;
    const what =
      place.kind === 'function'
        ? place.name
        : place.kind === 'line'
          ? `${place.file}:${place.line}`
          : hex(place.address);
    const at = state?.address === undefined ? '' : ` at ${hex(state.address)}`;
    const why =
      state?.verified === false ? paint(this.terminal, 'yellow', ` not set: ${state.message ?? 'unknown'}`) : '';
    return `${breakpoint.number}  ${what}${condition === undefined ? '' : ` if ${condition}`}${at}${why}`;
  }

  dispose(): void {
    this.unsubscribe();
    this.engine.dispose();
  }

  private files(): ReadonlySet<string> {
    return new Set(this.breakpoints.flatMap(({ place }) => (place.kind === 'line' ? [place.file] : [])));
  }

  /** Tells the engine the whole list, kind by kind, as its face asks; `formerFiles` may have lost their last breakpoint. */
  private applyBreakpoints(formerFiles: ReadonlySet<string> = new Set()): void {
    const keep = (chosen: readonly NumberedBreakpoint[], states: readonly BreakpointState[]): void =>
      chosen.forEach((breakpoint, index) => (breakpoint.state = states[index]));
    const requestsOf = <K extends BreakpointPlace['kind']>(kind: K) => {
      const chosen = this.breakpoints.filter(({ place }) => place.kind === kind);
      const requests = chosen.map(({ place, condition }) => ({
        ...(place as Extract<BreakpointPlace, { kind: K }>),
        condition,
      }));
      return { chosen, requests };
    };
    const functions = requestsOf('function');
    keep(functions.chosen, this.engine.setFunctionBreakpoints(functions.requests));
    const addresses = requestsOf('address');
    keep(addresses.chosen, this.engine.setInstructionBreakpoints(addresses.requests));
    const lines = requestsOf('line');
    for (const file of new Set([...formerFiles, ...this.files()])) {
      const chosen = lines.chosen.filter((_, index) => lines.requests[index]?.file === file);
      const requests = lines.requests.filter((request) => request.file === file);
      keep(chosen, this.engine.setSourceBreakpoints(file, requests));
    }
  }
}
