/**
 * A tick model whose machine is being watched instruction by instruction: the same ticks, and a listener that gets each
 * instruction before it executes. It stands in for the model only while a trace is made, so that nothing is paid otherwise.
 */
import type { CodeReader, InstructionListener } from '../../trace/listener';
import type { Core } from '../core';
import { Word } from '../layout';
import { Mode, currentMode } from '../modes';
import { BlockEnds } from './blockEnds';
import type { TickModel, TickObserver } from './model';
import { perInstruction } from './perInstruction';

/** Blocks of a model that has none of its own end after as many instructions as those of the goldfish models. */
const MOST_INSTRUCTIONS = 80;
const PAGE_MASK = 0x3ff;
/** Low bits of an exception vector's address (ARM DDI 0100 A2.6). */
const VECTOR = { undefined: 4, softwareInterrupt: 8, prefetchAbort: 12, dataAbort: 16 } as const;

class TraceObserver implements TickObserver {
  readonly eachFetch = true;
  private core!: Core;
  private readonly ends = new BlockEnds();
  private readonly mostInstructions: number;
  private next: number | undefined;
  private count = 0;
  private thumb = false;
  private lastPc = 0;
  private lastOp = 0;

  constructor(
    private readonly inner: TickModel,
    original: TickModel,
    private readonly listener: InstructionListener,
    private readonly instructionCount: () => number,
  ) {
    this.mostInstructions = original.mostInstructions === 1 ? MOST_INSTRUCTIONS : original.mostInstructions;
  }

  connect(core: Core): void {
    this.core = core;
    this.inner.observer?.connect?.(core);
    this.listener.connect?.(this.codeReader());
  }

  private codeReader(): CodeReader {
    const { ram } = this.core;
    const opcode = (place: number, thumb: boolean): number =>
      thumb ? ram.halves[place >>> 1]! : ram.words[place >>> 2]! >>> 0;
    const block = (place: number, pc: number, thumb: boolean): number[] => {
      const step = thumb ? 2 : 4;
      const most = Math.min(this.mostInstructions, (PAGE_MASK + 1 - (pc & PAGE_MASK)) / step);
      const opcodes: number[] = [];
      do opcodes.push(opcode(place + opcodes.length * step, thumb));
      while (opcodes.length < most && !this.ends.after(opcodes.at(-1)! | 0, thumb));
      return opcodes;
    };
    return { opcode, block };
  }

  reset(): void {
    this.next = undefined;
    this.inner.observer?.reset();
  }

  data(virtual: number, write: boolean): number {
    return this.inner.observer?.data(virtual, write) ?? 0;
  }

  instruction(pc: number, form: number, op: number): number {
    const { core } = this;
    const { fetched } = core.memory;
    const { thumb } = core;
    const opcode = thumb ? core.ram.halves[fetched >>> 1]! : core.ram.words[fetched >>> 2]!;
    const ticks = core.sliceTicks + core.s[Word.TICKS]!;
    const begins =
      pc !== this.next || thumb !== this.thumb || this.count === this.mostInstructions || (pc & PAGE_MASK) === 0;
    if (begins) {
      if (!thumb && (pc & PAGE_MASK) < 0x10 && this.isOwnException(pc)) {
        this.listener.exception(this.lastPc >>> 0, pc >>> 0, ticks);
      }
      this.count = 0;
      this.thumb = thumb;
    }
    this.count++;
    this.lastPc = pc;
    this.lastOp = opcode;
    this.next = this.ends.after(opcode, thumb) ? undefined : (pc + (thumb ? 2 : 4)) | 0;
    this.listener.instruction(this.instructionCount(), ticks, pc >>> 0, opcode >>> 0, thumb, begins, fetched);
    return this.inner.observer!.instruction!(pc, form, op);
  }

  /** Whether the last instruction raised the exception whose vector the CPU now is at: SWI, BKPT or one that is undefined. */
  private isOwnException(pc: number): boolean {
    const mode = currentMode(this.core.s);
    switch (pc & PAGE_MASK) {
      case VECTOR.undefined:
        return mode === Mode.UND;
      case VECTOR.softwareInterrupt:
        return this.thumb
          ? this.lastOp >>> 8 === 0xdf
          : ((this.lastOp >>> 24) & 15) === 15 && this.lastOp >>> 28 !== 15;
      case VECTOR.prefetchAbort:
        return this.thumb ? this.lastOp >>> 8 === 0xbe : (this.lastOp & 0xfff000f0) >>> 0 === 0xe1200070;
      default:
        return mode < 0;
    }
  }

  /** Interrupts and aborts, which the loop tells. */
  exception(): number {
    const { s, sliceTicks } = this.core;
    const target = s[Word.NEXT]!;
    const back = (target & 0x1f) === VECTOR.dataAbort ? 8 : 4;
    this.listener.exception((s[14]! - back) >>> 0, target >>> 0, sliceTicks + s[Word.TICKS]!);
    this.next = undefined;
    return this.inner.observer?.exception?.() ?? 0;
  }

  capture(): unknown {
    return this.inner.observer?.capture();
  }

  restore(state: unknown): void {
    this.next = undefined;
    this.inner.observer?.restore(state);
  }
}

/** The same ticks with a listener. `capture` and `restore` of its observer are those of `perInstruction(model)`. */
export function traced(model: TickModel, listener: InstructionListener, instructionCount: () => number): TickModel {
  const inner = perInstruction(model);
  return {
    name: model.name,
    mostInstructions: 1,
    beginBlock: () => inner.beginBlock(),
    arm: (op) => inner.arm(op),
    thumb: (op) => inner.thumb(op),
    observer: new TraceObserver(inner, model, listener, instructionCount),
  };
}
