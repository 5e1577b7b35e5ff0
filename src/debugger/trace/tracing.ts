/** Tracer and profiler of a session, and their exports; hangs the profiler into the run loop while it is on. */
import type { BreakpointStore } from '../breakpoints/store';
import type { RunLoop } from '../run/runLoop';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import { UserError, type Frame } from '../types';
import type { TraceEvent, TraceKind } from './eventTable';
import { cpuProfile, perfettoTrace, profileCsv, profileRows, traceCsv, type ProfileRow } from './exports';
import type { ProfileFormat, TraceFormat, TracingFace } from './face';
import { Profiler } from './profiler';
import { Tracer } from './tracer';

export interface TracingParts {
  readonly target: Target;
  readonly store: BreakpointStore;
  readonly loop: RunLoop;
  readonly stacks: StackBuilder;
  readonly threads: Threads;
  readonly nsPerTick: number;
  /** Whether what happens now has happened before. */
  readonly repeats: () => boolean;
}

export class Tracing implements TracingFace {
  private readonly tracer: Tracer;
  private readonly profiler: Profiler;

  constructor(private readonly parts: TracingParts) {
    const { target, store, stacks, threads, repeats } = parts;
    this.tracer = new Tracer(target, store, repeats);
    this.profiler = new Profiler(
      target.machine,
      () => stacks.build(threads.currentId()),
      (frame) => this.who(frame),
      repeats,
    );
  }

  get tracing(): boolean {
    return this.tracer.on;
  }

  get profiling(): boolean {
    return this.profiler.on;
  }

  get events(): readonly TraceEvent[] {
    return this.tracer.events;
  }

  get dropped(): number {
    return this.tracer.dropped;
  }

  startTrace(kinds?: ReadonlySet<TraceKind>): void {
    this.tracer.start(kinds);
  }

  stopTrace(): void {
    this.tracer.stop();
  }

  startProfile(interval?: number): void {
    this.profiler.start(interval);
    this.parts.loop.observer = this.profiler;
  }

  stopProfile(): void {
    this.profiler.stop();
    this.parts.loop.observer = undefined;
  }

  /** The session begins anew, and so does what is on. */
  restart(): void {
    this.tracer.clear();
    if (this.profiler.on) this.profiler.restart();
  }

  profile(): readonly ProfileRow[] {
    return profileRows(this.profiler.root);
  }

  get profileNotes(): readonly string[] {
    return this.profiler.notes;
  }

  traceAs(format: TraceFormat): string {
    if (this.events.length === 0) throw new UserError('The trace is empty: "trace on", and let the machine run');
    return format === 'csv' ? traceCsv(this.events, this.context) : perfettoTrace(this.events, this.context);
  }

  profileAs(format: ProfileFormat): string {
    const { root, samples } = this.profiler;
    if (samples.length === 0) throw new UserError('The profile is empty: "profile on", and let the machine run');
    return format === 'csv' ? profileCsv(root) : cpuProfile(root, samples, this.context);
  }

  private get context() {
    const { nsPerTick, target } = this.parts;
    return { nsPerTick, domainName: (domainId: number) => target.domainName(domainId) };
  }

  private who({ kind, space }: Frame): string {
    if (kind === 'native') return 'Kernel';
    return space.kind === 'domain' ? this.parts.target.domainName(space.domainId) : 'Hypervisor';
  }
}
