/** Lines, frames and callers where the CPU stands: what tells steps back which addresses to look for, and which of them are meant. Moves nothing. */
import type { FunctionInfo, SourceLine } from '../../image/types';
import { positionOf, sameContext, type Position } from '../run/position';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Target } from '../target/target';
import type { Frame } from '../types';

/** No frame of the firmware or of a guest kernel is larger; stacks of vCPUs are farther apart. */
export const LARGEST_FRAME = 4096;
export interface Line {
  readonly row: SourceLine | undefined;
  readonly function: FunctionInfo | undefined;
  /** Linked address of pc, and how far from there it executes (the MMU may still be off). */
  readonly address: number;
  readonly distance: number;
}

export class FrameLines {
  constructor(
    private readonly target: Target,
    private readonly stacks: StackBuilder,
  ) {}

  here(): Line {
    const space = this.target.spaceOf(this.target.execution());
    const pc = this.target.machine.cpu.getRegister(15);
    const address = this.target.linked(space, pc);
    const image = this.target.imageAt(space, address);
    return { row: image?.lineAt(address), function: image?.functionAt(address), address, distance: pc - address };
  }

  callerOf(threadId: number): Frame | undefined {
    return this.stacks
      .build(threadId)
      .slice(1)
      .find(({ kind }) => kind !== 'label');
  }

  /** Where the lines of a function begin, by the address at which they execute. */
  starts(here: Line, range: FunctionInfo): ReadonlyMap<number, SourceLine> {
    const starts = new Map<number, SourceLine>();
    const image = this.target.imageAt(this.target.spaceOf(this.target.execution()), here.address);
    for (let address = range.lowPc; image && address < range.highPc;) {
      const row = image.lineAt(address);
      if (row?.isStatement) starts.set((row.address + here.distance) >>> 0, row);
      address = Math.max(row?.endAddress ?? 0, address + 2);
    }
    return starts;
  }

  /** Whether the CPU stands in the frame in which it stands now: same code, same stack, no recursion of it. */
  test(caller: Frame | undefined, entry: number): (pc: number) => boolean {
    const then: Position = positionOf(this.target);
    // A caller across the border has another stack.
    const top = caller?.kind === this.stacks.top().kind ? caller?.registers[13] : undefined;
    const highest = top ?? then.sp + LARGEST_FRAME;
    const lowest = then.sp < highest ? then.sp : highest - LARGEST_FRAME;
    return (pc) => {
      const now = positionOf(this.target);
      if (!sameContext(now, then) || now.sp < lowest || now.sp > highest) return false;
      return top === undefined || pc !== entry >>> 0 || now.sp === top;
    };
  }
}

export const isSameLine = (left: SourceLine | undefined, right: SourceLine): boolean =>
  left !== undefined && left.file === right.file && left.line === right.line;

/** A call stands before its return address; what was interrupted stands at it. */
export const callSites = ({ pc, thumb }: Frame): readonly number[] =>
  [pc, pc - 4, ...(thumb ? [pc - 2] : [])].map((address) => address >>> 0);
