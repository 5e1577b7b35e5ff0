/**
 * What a tick model is: it prices the instructions of one basic block after the other, at decoding time, and may add to
 * that what it sees while the machine runs. No model is here.
 */
import type { TickModelName } from '../../types';
import type { Core } from '../core';

export interface TickModel {
  readonly name: TickModelName;
  /** A block never holds more instructions than this. */
  readonly mostInstructions: number;
  /** A new basic block begins: interlocks are forgotten. */
  beginBlock(): void;
  /** Ticks (1-255) of the next instruction of the block; all but the first are only spent when its condition passes. */
  arm(instruction: number): number;
  /** The same for a Thumb instruction, whose ticks are always spent. */
  thumb(instruction: number): number;
  /** Only in models whose ticks depend on more than the code. */
  readonly observer?: TickObserver;
}

/**
 * The part of a model that watches the machine run. Its state is machine state: it is in every snapshot, and equal runs
 * give equal ticks. Loads and stores leave the interpreter's fast path while there is one.
 */
export interface TickObserver {
  /** What the model looks at; called once, before all else. */
  connect?(core: Core): void;
  /** The machine is switched on. */
  reset(): void;
  /** Ticks that a load or store adds, after it has been made; one that aborts is not asked about. Virtual address, any sign. */
  data(virtual: number, write: boolean): number;
  /**
   * Ticks of the instruction that executes next, with `form` and `op` as decoded (Decoded in decodeArm.ts), whether or not
   * its condition passes. Only for models with blocks of one instruction whose `arm` and `thumb` give 1.
   */
  instruction?(pc: number, form: number, op: number): number;
  /** Whether `instruction` wants to know where each instruction was fetched (CpuMemory.fetched). */
  readonly eachFetch?: boolean;
  /** Ticks of entering an interrupt or an abort; 0 when left out. */
  exception?(): number;
  /** Plain, structured-cloneable state, a copy; and back. */
  capture(): unknown;
  restore(state: unknown): void;
}
