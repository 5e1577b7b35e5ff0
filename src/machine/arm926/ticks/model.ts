/** What a tick model is: it prices the instructions of one basic block after the other, at decoding time. */
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
}
