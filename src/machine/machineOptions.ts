/** What a machine can be made with, and the check of options that may come from a file. */
import type { BoardDescription } from './bus';
import type { CacheMode, CacheSizes, CoherenceReport, EngineMode, TickModelName, TlbMode, VfpMode } from './types';

export interface MachineOptions {
  readonly board: BoardDescription;
  /** Default: the board's. */
  readonly ramBytes?: number;
  /** Default: goldfish. */
  readonly tickModel?: TickModelName;
  /** Device time per tick; default 5 (200 MHz). */
  readonly nsPerTick?: number;
  /** Default: off. Any other has each access and fetch looked at: about a sixth of the speed. */
  readonly cache?: CacheMode;
  /** Default: 16 KB each. With the cache off they are still in the cache type register, and timed by the arm926ejs tick model. */
  readonly cacheSizes?: Partial<CacheSizes>;
  /** Default: fast. Costs no speed. */
  readonly tlb?: TlbMode;
  /** A VFP9-S as coprocessors 10 and 11, which goldfish shows. Default: none. */
  readonly vfp?: VfpMode;
  /** What executes instructions; the state is the same. Default: interpreter. */
  readonly engine?: EngineMode;
  /** How often code is entered before it is translated. Default: 300, once the machine has run a little. */
  readonly translateAfter?: number;
  /** Most translated code, in bytes of WebAssembly. Default: 64 MB. */
  readonly translatedBytes?: number;
  /** Gets each new report of the coherence check. */
  readonly onCoherence?: (report: CoherenceReport) => void;
  /** Gets one sentence about each harmless misuse of a device. */
  readonly onDiagnostic?: (text: string) => void;
}

export const TLB_MODES: readonly TlbMode[] = ['fast', 'arm926'];
export const ENGINE_MODES: readonly EngineMode[] = ['auto', 'interpreter', 'translator'];
export const VFP_MODES: readonly VfpMode[] = ['none', 'vfp9'];

/** The value, when it is one of the known. @throws Error that names those that exist. */
export function oneOf<T extends string>(option: string, value: T, known: readonly T[]): T {
  if (!known.includes(value)) {
    throw new Error(`The ${option} "${value}" is not available; available: ${known.join(', ')}.`);
  }
  return value;
}
