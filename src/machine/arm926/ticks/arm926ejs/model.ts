/**
 * The tick model of the chip: pipeline (pipeline.ts) and memory system (memorySystem.ts) joined. Every instruction is a
 * block of its own for this model, because what it costs depends on those before it wherever they stood; so it is asked
 * when an instruction executes, not when it is decoded.
 */
import type { CacheSizes } from '../../../types';
import { CONDITIONS, flagNibble } from '../../psr';
import type { Core } from '../../core';
import type { TickModel, TickObserver } from '../model';
import { MemorySystem, type MemorySystemState } from './memorySystem';
import { PARAMETERS } from './parameters';
import { Interlocks, timingOf, type InterlockState, type Timing } from './pipeline';

/** Timings that are remembered, by form and instruction; direct-mapped. Derived data, not state. */
const REMEMBERED = 1 << 13;
const ALWAYS = 14;

interface Arm926State {
  readonly interlocks: InterlockState;
  readonly memory: MemorySystemState;
}

class Arm926Observer implements TickObserver {
  private readonly interlocks = new Interlocks();
  private core!: Core;
  private memory!: MemorySystem;
  private readonly forms = new Int32Array(REMEMBERED);
  private readonly instructions = new Int32Array(REMEMBERED);
  private readonly timings: (Timing | undefined)[] = new Array<Timing | undefined>(REMEMBERED).fill(undefined);
  /** Of the instruction that executes. */
  private timing: Timing | undefined;

  constructor(private readonly sizes: CacheSizes) {}

  connect(core: Core): void {
    this.core = core;
    this.memory = new MemorySystem(core, this.sizes);
  }

  reset(): void {
    this.interlocks.reset();
    this.memory.reset();
    this.timing = undefined;
  }

  private timingOf(form: number, op: number): Timing {
    const slot = (op ^ (op >>> 13) ^ (op >>> 20) ^ (form << 4)) & (REMEMBERED - 1);
    let timing = this.timings[slot];
    if (timing === undefined || this.forms[slot] !== form || this.instructions[slot] !== op) {
      timing = timingOf(form, op);
      this.timings[slot] = timing;
      this.forms[slot] = form;
      this.instructions[slot] = op;
    }
    return timing;
  }

  instruction(pc: number, form: number, op: number): number {
    const timing = this.timingOf(form, op);
    this.timing = timing;
    const condition = timing.thumbBranch ? (op >>> 24) & 15 : op >>> 28;
    const passes = condition === ALWAYS || ((CONDITIONS[condition]! >>> flagNibble(this.core.s)) & 1) !== 0;
    const taken = this.memory.fetch(pc) + this.interlocks.issue(timing, passes);
    return timing.coprocessor && passes ? taken + this.memory.coprocessor(op, taken) : taken;
  }

  data(virtual: number, write: boolean): number {
    const { timing } = this;
    if (timing !== undefined && timing.rotates && (virtual & 3) !== 0) this.interlocks.rotate(timing);
    return this.memory.access(virtual, write);
  }

  exception(): number {
    this.interlocks.reset();
    return PARAMETERS.exceptionEntry.value;
  }

  capture(): Arm926State {
    return { interlocks: this.interlocks.capture(), memory: this.memory.capture() };
  }

  restore(state: unknown): void {
    const { interlocks, memory } = state as Arm926State;
    this.interlocks.restore(interlocks);
    this.memory.restore(memory);
    this.timing = undefined;
  }
}

/** `sizes`: of the caches that it times, whether or not the machine keeps data in them. */
export function createArm926Model(sizes: CacheSizes): TickModel {
  return {
    name: 'arm926ejs',
    mostInstructions: 1,
    beginBlock: () => {},
    // The loop spends this one; the observer's `instruction` gives all, and the loop adds what is more.
    arm: () => 1,
    thumb: () => 1,
    observer: new Arm926Observer(sizes),
  };
}
