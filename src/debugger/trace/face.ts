/** Tracing and profiling as the layers above see them. Types only; `tracing.ts` implements it. */
import type { TraceEvent, TraceKind } from './eventTable';
import type { ProfileRow } from './exports';

/** Files that a trace or a profile can become, by the end of their name. */
export const TRACE_FORMATS = ['json', 'csv'] as const;
export const PROFILE_FORMATS = ['cpuprofile', 'csv'] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];
export type ProfileFormat = (typeof PROFILE_FORMATS)[number];

export interface TracingFace {
  readonly tracing: boolean;
  readonly profiling: boolean;
  /** Oldest first; `dropped` were before them. */
  readonly events: readonly TraceEvent[];
  readonly dropped: number;
  /** Notes events from now on, all kinds or some. Throws UserError on a machine without a hypervisor. */
  startTrace(kinds?: ReadonlySet<TraceKind>): void;
  /** What was noted stays. */
  stopTrace(): void;
  /** @param interval instructions between two looks */
  startProfile(interval?: number): void;
  stopProfile(): void;
  /** Functions by what they took themselves. */
  profile(): readonly ProfileRow[];
  /** What a long profile does not say any more, in sentences. */
  readonly profileNotes: readonly string[];
  traceAs(format: TraceFormat): string;
  profileAs(format: ProfileFormat): string;
}
