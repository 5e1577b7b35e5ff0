/**
 * A tick model that prices blocks when they are decoded, made to price each instruction when it executes: for machines with
 * caches, where every instruction is fetched by itself and blocks have one instruction. It follows where the blocks would
 * have begun and ended, so that ticks are those of a machine without caches.
 */
import type { Core } from '../core';
import { CONDITIONS, flagNibble } from '../psr';
import { BlockEnds } from './blockEnds';
import type { TickModel, TickObserver } from './model';

/** A block ends at the latest with the page, as in blocks.ts. */
const PAGE_MASK = 0x3ff;
const ALWAYS = 14;

/** The block that is being executed. */
export interface BlockState {
  /** The instructions of the open block so far, as they were fetched. */
  readonly instructions: Int32Array;
  readonly thumb: boolean;
  /** Where the block goes on; undefined when the next instruction begins another. */
  readonly next: number | undefined;
  readonly inner: unknown;
}

class PerInstruction implements TickObserver {
  private core!: Core;
  private readonly instructions: Int32Array;
  private count = 0;
  private thumb = false;
  private next: number | undefined;
  private readonly ends = new BlockEnds();

  constructor(private readonly model: TickModel) {
    this.instructions = new Int32Array(model.mostInstructions);
  }

  connect(core: Core): void {
    this.core = core;
    this.model.observer?.connect?.(core);
  }

  reset(): void {
    this.count = 0;
    this.next = undefined;
    this.model.observer?.reset();
  }

  data(virtual: number, write: boolean): number {
    return this.model.observer?.data(virtual, write) ?? 0;
  }

  instruction(pc: number): number {
    const { core, model } = this;
    const { ram, memory } = core;
    const { thumb } = core;
    if (pc !== this.next || thumb !== this.thumb || this.count === model.mostInstructions || (pc & PAGE_MASK) === 0) {
      model.beginBlock();
      this.count = 0;
      this.thumb = thumb;
    }
    const op = thumb ? ram.halves[memory.fetched >>> 1]! : ram.words[memory.fetched >>> 2]!;
    this.instructions[this.count++] = op;
    this.next = this.ends.after(op, thumb) ? undefined : (pc + (thumb ? 2 : 4)) | 0;
    if (thumb) return model.thumb(op);
    const ticks = model.arm(op);
    const condition = op >>> 28;
    // The condition space of NV holds instructions of its own, which the loop carries out always.
    const passes = condition >= ALWAYS || ((CONDITIONS[condition]! >>> flagNibble(core.s)) & 1) !== 0;
    return passes ? ticks : 1;
  }

  exception(): number {
    this.next = undefined;
    return this.model.observer?.exception?.() ?? 0;
  }

  capture(): BlockState {
    return {
      instructions: this.instructions.slice(0, this.count),
      thumb: this.thumb,
      next: this.next,
      inner: this.model.observer?.capture(),
    };
  }

  restore(state: unknown): void {
    const { instructions, thumb, next, inner } = state as BlockState;
    this.instructions.set(instructions);
    this.count = instructions.length;
    this.thumb = thumb;
    this.next = next;
    this.model.observer?.restore(inner);
    this.model.beginBlock();
    for (const op of instructions) {
      if (thumb) this.model.thumb(op);
      else this.model.arm(op);
    }
  }
}

/** The same model for blocks of one instruction. */
export function perInstruction(model: TickModel): TickModel {
  if (model.mostInstructions === 1) return model;
  return {
    name: model.name,
    mostInstructions: 1,
    beginBlock: () => {},
    // The loop spends this one; `instruction` gives all, and the loop adds what is more.
    arm: () => 1,
    thumb: () => 1,
    observer: new PerInstruction(model),
  };
}
