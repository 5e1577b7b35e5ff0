/**
 * Runs the machine in slices and gives the event loop a turn between them, so that a pause is heard within 50 ms. Knows what stops a
 * run only through the two collaborators it asks: the breakpoints' judge and the goal of a step. Decides nothing about either.
 */
import type { MachineFace, RunStop, WatchHit } from '../../machine/types';
import type { FaultingAccess, RunLimits, StopReason } from '../types';
import type { RunHost } from './host';

/** What ends a run, before a thread and words are put to it. */
export interface Halt {
  readonly reason: StopReason;
  readonly breakpointIds: readonly number[];
  readonly description: string;
  readonly text?: string;
  readonly fault?: FaultingAccess;
}

/** Asked at an armed address: who stops here, if anybody. Armed addresses of other domains' images end here silently. */
export interface Judge {
  armedAddresses(): Iterable<number>;
  judge(pc: number): Halt | undefined;
}

/** Asked whether the running kernel is beyond help. */
export interface CrashWatch {
  /** Where `atVector` wants to be asked. */
  readonly addresses: Iterable<number>;
  atVector(pc: number): Halt | undefined;
  /** Asked at multiples of `CRASH_CHECK` instructions, so that the same run always ends at the same instruction. */
  betweenSlices(): Halt | undefined;
}

/** Asked after every run whether the machine has reported something that stops it. */
export interface ReportWatch {
  ask(): Halt | undefined;
}

/** Asked about accesses to what the machine watches, and about registers (`dataBreakpoints.ts`). */
export interface DataWatch {
  /** Called before the machine is set going. */
  arm(): void;
  readonly comparesRegisters: boolean;
  judge(hits: readonly WatchHit[]): Halt | undefined;
  judgeRegisters(): Halt | undefined;
}

/** Asked before each run how far it may go: whoever records the past (`history/recorder.ts`). */
export interface RunRecorder {
  before(most: number): number;
}

/** Looks at the machine every so many instructions (`trace/profiler.ts`). */
export interface RunObserver extends RunRecorder {
  after(): void;
}

/** Where a step wants to arrive. */
export interface Goal {
  readonly addresses: Iterable<number>;
  readonly arrived: (pc: number) => boolean;
}

export type RunResult = { readonly kind: 'halt'; readonly halt: Halt } | { readonly kind: 'arrived' };

/** Target length of one slice; a pause waits for one at most. */
const SLICE_MS = 8;
const FIRST_SLICE = 20_000;
const LARGEST_SLICE = 4_000_000;
const SMALLEST_SLICE = 500;
/** Stops at armed addresses are cheap but not free: look at the clock after this many. */
const STOPS_PER_CLOCK = 64;
/** Far fewer than a slice that a pause waits for, and far more than a handler needs. */
const CRASH_CHECK = 100_000;
const ARRIVED: RunResult = { kind: 'arrived' };

export class RunLoop {
  private pauseRequested = false;
  private sliceInstructions = FIRST_SLICE;
  /** Events of the last slice boundary, for whoever wants to tell the user while the machine runs (consoles). */
  onSlice: () => void = () => undefined;
  /** Set while somebody looks. */
  observer: RunObserver | undefined;

  constructor(
    private readonly machine: MachineFace,
    private readonly judge: Judge,
    private readonly host: RunHost,
    private readonly crash?: CrashWatch,
    private readonly reports?: ReportWatch,
    private readonly data?: DataWatch,
    private readonly recorder?: RunRecorder,
  ) {}

  requestPause(): void {
    this.pauseRequested = true;
  }

  /** To be called once when a user's run or step begins: a pause asked for earlier is over. */
  begin(): void {
    this.pauseRequested = false;
    this.data?.arm();
  }

  /** Runs until a breakpoint stops, the goal is reached, a limit is met, or a pause is asked for. */
  async run(limits: RunLimits = {}, goal?: Goal): Promise<RunResult> {
    const armed = new Set(this.judge.armedAddresses());
    for (const address of this.crash?.addresses ?? []) armed.add(address);
    for (const address of goal?.addresses ?? []) armed.add(address >>> 0);
    this.machine.setBreakpoints(armed);
    const until = limits.untilInstruction ?? Infinity;
    for (;;) {
      const result = this.slice(until, armed, goal);
      if (result) return result;
      this.onSlice();
      await this.host.yieldToEventLoop();
      if (this.pauseRequested) return this.paused();
    }
  }

  /** Executes exactly one instruction; the breakpoints at the address after it are asked. */
  single(): Halt | undefined {
    this.recorder?.before(1);
    const stop = this.machine.run(1);
    return this.ended(stop) ?? this.reports?.ask() ?? joined(this.accessed(stop), this.judgeHere());
  }

  /** For loops of single steps: gives the event loop a turn, and says whether a pause was asked for. */
  async breathe(): Promise<Halt | undefined> {
    this.onSlice();
    await this.host.yieldToEventLoop();
    return this.pauseRequested ? this.paused().halt : undefined;
  }

  private slice(until: number, armed: ReadonlySet<number>, goal: Goal | undefined): RunResult | undefined {
    const begin = this.host.now();
    const end = this.machine.instructionCount + this.sliceInstructions;
    let stops = 0;
    while (this.machine.instructionCount < end) {
      const most = Math.min(end, until, this.nextCrashCheck()) - this.machine.instructionCount;
      const left = this.data?.comparesRegisters ? Math.min(most, 1) : most;
      if (left <= 0) return halt('count', 'The asked number of instructions has been executed');
      const before = this.machine.instructionCount;
      const recorded = this.recorder?.before(left) ?? left;
      const stop = this.machine.run(this.observer?.before(recorded) ?? recorded);
      this.observer?.after();
      if (stop.kind === 'underway') return undefined;
      const ended = this.ended(stop) ?? this.reports?.ask();
      if (ended) return { kind: 'halt', halt: ended };
      const crashed = this.machine.instructionCount % CRASH_CHECK === 0 ? this.crash?.betweenSlices() : undefined;
      if (crashed) return { kind: 'halt', halt: crashed };
      const accessed = this.accessed(stop);
      const pc = this.machine.cpu.getRegister(15);
      if (accessed) return { kind: 'halt', halt: joined(accessed, armed.has(pc) ? this.judgeHere() : undefined) };
      // A slice may end, by its count, just at an armed address: the next run would not stop there any more.
      if (armed.has(pc) && this.machine.instructionCount !== before) {
        const found = this.judgeHere();
        if (found) return { kind: 'halt', halt: found };
        if (goal?.arrived(pc)) return ARRIVED;
      }
      if (++stops % STOPS_PER_CLOCK === 0 && this.host.now() - begin > SLICE_MS) break;
    }
    this.adapt(this.host.now() - begin, stops);
    return undefined;
  }

  /** Data breakpoints that this end of a run means. */
  private accessed(stop: RunStop): Halt | undefined {
    const halt = stop.kind === 'watch' ? this.data?.judge(stop.hits) : undefined;
    return halt ?? (this.data?.comparesRegisters ? this.data.judgeRegisters() : undefined);
  }

  private judgeHere(): Halt | undefined {
    const pc = this.machine.cpu.getRegister(15);
    return this.judge.judge(pc) ?? this.crash?.atVector(pc);
  }

  private nextCrashCheck(): number {
    if (!this.crash) return Infinity;
    return (Math.floor(this.machine.instructionCount / CRASH_CHECK) + 1) * CRASH_CHECK;
  }

  private ended(stop: RunStop): Halt | undefined {
    if (stop.kind === 'halted') return halt('halted', 'The machine has halted', stop.reason).halt;
    if (stop.kind === 'waiting')
      return halt('waiting', 'The CPU waits for an interrupt that no timer will raise: only console input can wake it')
        .halt;
    return undefined;
  }

  private paused(): { readonly kind: 'halt'; readonly halt: Halt } {
    this.pauseRequested = false;
    return halt('pause', 'Paused');
  }

  /** Keeps slices near SLICE_MS whatever the host's speed. A slice full of stops says nothing about speed. */
  private adapt(elapsedMs: number, stops: number): void {
    if (stops > STOPS_PER_CLOCK) return;
    const factor = elapsedMs <= 0 ? 2 : Math.min(2, Math.max(0.25, SLICE_MS / elapsedMs));
    this.sliceInstructions = Math.round(
      Math.min(LARGEST_SLICE, Math.max(SMALLEST_SLICE, this.sliceInstructions * factor)),
    );
  }
}

/** One stop out of two at the same instruction; the first names it. */
function joined(first: Halt, second: Halt | undefined): Halt;
function joined(first: Halt | undefined, second: Halt | undefined): Halt | undefined;
function joined(first: Halt | undefined, second: Halt | undefined): Halt | undefined {
  if (!first || !second) return first ?? second;
  return { ...first, breakpointIds: [...first.breakpointIds, ...second.breakpointIds] };
}

function halt(reason: StopReason, description: string, text?: string) {
  return {
    kind: 'halt' as const,
    halt: { reason, breakpointIds: [], description, ...(text === undefined ? {} : { text }) },
  };
}
