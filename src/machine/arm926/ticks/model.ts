/**
 * What a tick model is: it prices the instructions of one basic block after the other, at decoding time, and may add to
 * that what it sees while the machine runs. No model is here.
 */
import type { TickModelName } from '../../types';

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
  /** The machine is switched on. */
  reset(): void;
  /** Ticks that a load or store adds, after it has been made; one that aborts is not asked about. Virtual address, any sign. */
  data(virtual: number, write: boolean): number;
  /** Plain, structured-cloneable state, a copy; and back. */
  capture(): unknown;
  restore(state: unknown): void;
}
