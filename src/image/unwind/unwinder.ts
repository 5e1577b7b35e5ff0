/** One step outwards from a frame: by call frame information, else by the prologue, else by the link register of a top frame. */
import type { IntervalIndex } from '../intervals';
import type { MemoryReader, RegisterSet, UnwindResult } from '../types';
import { cfaOf, unwindByCfi } from './cfi';
import type { FrameDescription } from './frameTable';
import type { CodeSource } from './prologue';
import { unwindByPrologue } from './prologue';

const SP = 13;
const PC = 15;

export class Unwinder {
  constructor(
    private readonly frames: () => IntervalIndex<FrameDescription>,
    private readonly source: CodeSource,
  ) {}

  /** undefined at an outermost frame, and wherever going on would be a guess or would not end. */
  unwind(registers: RegisterSet, readMemory: MemoryReader, isTopFrame: boolean): UnwindResult | undefined {
    const pc = registers[PC];
    if (pc === undefined) return undefined;
    const lookupPc = lookupPcOf(pc, isTopFrame);
    const frame = this.frames().at(lookupPc);
    const step =
      frame === undefined
        ? unwindByPrologue(this.source, lookupPc, registers, readMemory, isTopFrame)
        : unwindByCfi(frame, lookupPc, registers, readMemory);
    return step !== undefined && isProgress(step, registers, isTopFrame) ? step : undefined;
  }

  /** The canonical frame address, for variables; undefined when it cannot be told. */
  cfa(registers: RegisterSet, readMemory: MemoryReader, isTopFrame: boolean): number | undefined {
    const pc = registers[PC];
    if (pc === undefined) return undefined;
    const lookupPc = lookupPcOf(pc, isTopFrame);
    const frame = this.frames().at(lookupPc);
    if (frame !== undefined) return cfaOf(frame, lookupPc, registers, readMemory);
    return unwindByPrologue(this.source, lookupPc, registers, readMemory, isTopFrame)?.cfa;
  }
}

/** An address inside the statement that runs: a return address may already belong to the next function (after a call that never returns). */
export function lookupPcOf(pc: number, isTopFrame: boolean): number {
  return isTopFrame ? pc : (pc - 1) >>> 0;
}

/** Stacks grow downwards: a caller's frame lies above its callee's, or the walk would never end. */
function isProgress(step: UnwindResult, registers: RegisterSet, isTopFrame: boolean): boolean {
  // Whoever was interrupted may run on any stack; the frame of the trap itself still has to lie above the stack pointer.
  const sp = registers[SP];
  if (step.caller[PC] === 0 && !step.interrupted) return false;
  if (sp === undefined) return isTopFrame;
  if (step.cfa > sp) return true;
  // A leaf that keeps nothing on the stack is only ever at the top, or was itself interrupted.
  return isTopFrame && step.cfa === sp && step.caller[PC] !== registers[PC];
}
