/**
 * The trace of a session: notes events while it is on, the last so many of them. It stands at the hypervisor's own functions as
 * breakpoints do that never stop; off, it costs nothing. What the past repeats is not noted again. Formats are export*.ts.
 */
import { DACR_WRITE } from '../exceptionFilters';
import type { Breakpoint, Place } from '../breakpoints/breakpoint';
import { instructionPlaces } from '../breakpoints/codeWords';
import type { BreakpointStore } from '../breakpoints/store';
import type { Target } from '../target/target';
import { UserError } from '../types';
import { dacrWrite, traceTable, TraceScene, type TraceEvent, type TraceKind } from './eventTable';

const OWNER = 'trace';
/** About 200 bytes each. */
export const MOST_EVENTS = 500_000;

export class Tracer {
  /** How many were noted and given up again, as there were too many. */
  dropped = 0;
  private noted: TraceEvent[] = [];
  private active = false;

  constructor(
    private readonly target: Target,
    private readonly store: BreakpointStore,
    /** Whether what happens now has happened before. */
    private readonly repeats: () => boolean,
  ) {}

  get on(): boolean {
    return this.active;
  }

  get events(): readonly TraceEvent[] {
    return this.noted;
  }

  /** Begins anew. @throws UserError on a machine without a hypervisor */
  start(kinds: ReadonlySet<TraceKind> = new Set()): void {
    const image = this.target.images.hypervisor;
    if (!image) throw new UserError('A trace is of a hypervisor and its guests: this machine runs a kernel natively');
    this.clear();
    const scene = new TraceScene(this.target);
    const wanted = (kind: TraceKind) => kinds.size === 0 || kinds.has(kind);
    const breakpoints = traceTable.flatMap(({ kind, symbols, read }): Breakpoint[] => {
      const symbol = symbols.map((name) => image.symbol(name)).find((each) => each !== undefined);
      if (!symbol || !wanted(kind)) return [];
      return [this.tap([{ kind: 'image', image, address: symbol.address }], kind, () => read(scene))];
    });
    if (wanted('dacr'))
      breakpoints.push(this.tap(instructionPlaces(image, DACR_WRITE), 'dacr', () => dacrWrite(scene)));
    this.store.replace(OWNER, breakpoints);
    this.active = true;
  }

  stop(): void {
    this.store.replace(OWNER, []);
    this.active = false;
  }

  clear(): void {
    this.noted = [];
    this.dropped = 0;
  }

  private tap(places: readonly Place[], kind: TraceKind, read: () => ReturnType<typeof dacrWrite>): Breakpoint {
    return {
      id: this.store.newId(),
      reason: 'breakpoint',
      description: `Trace of ${kind}`,
      places,
      hits: 0,
      sight: () => {
        if (!this.repeats()) this.note(kind, read());
        return undefined;
      },
    };
  }

  private note(kind: TraceKind, seen: ReturnType<typeof dacrWrite>): void {
    if (!seen) return;
    const { instructionCount, ticks } = this.target.machine;
    this.noted.push({ instruction: instructionCount, tick: ticks, kind, ...seen });
    if (this.noted.length < MOST_EVENTS * 1.25) return;
    this.dropped += this.noted.length - MOST_EVENTS;
    this.noted = this.noted.slice(-MOST_EVENTS);
  }
}
