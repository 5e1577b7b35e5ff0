/**
 * Steps of a thread: in, over, out; by line and by instruction. Composes single instructions (`instructionStep.ts`) and runs to
 * addresses; ends at breakpoints, and a step that does not end can be paused.
 */
import { isMissing } from '../../hypervisor/types';
import type { FunctionInfo, SourceLine } from '../../image/types';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import { UserError } from '../types';
import { InstructionStep, type InstructionOutcome } from './instructionStep';
import { positionOf, sameContext, standsInFrame, type Position } from './position';
import type { Halt, RunLoop } from './runLoop';

const DONE: Halt = { reason: 'step', breakpointIds: [], description: 'Step' };
/** Single steps between two turns of the event loop. */
const SINGLES_PER_BREATH = 2000;
/** A line that takes longer is left by breakpoints on all its exits, at full speed. */
const SINGLES_PER_LINE = 3000;
/** Vectors are one instruction each; the routine behind one is reached soon. */
const MOST_VECTOR_INSTRUCTIONS = 4;
const LAST_VECTOR = 0x1c;

interface Line {
  readonly row: SourceLine | undefined;
  readonly function: FunctionInfo | undefined;
  readonly address: number;
}

export class Stepper {
  private readonly instruction: InstructionStep;

  constructor(
    private readonly target: Target,
    private readonly loop: RunLoop,
    private readonly stacks: StackBuilder,
    private readonly threads: Threads,
  ) {
    this.instruction = new InstructionStep(target, loop);
  }

  async step(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line'): Promise<Halt> {
    const interrupted = await this.switchIn(threadId);
    if (interrupted) return interrupted;
    if (kind === 'out') return this.out(threadId);
    if (granularity === 'instruction') return (await this.instruction.execute(kind === 'in')).halt ?? DONE;
    return this.line(() => kind === 'in');
  }

  /** A step over the line that goes into what is called at some addresses, and ends there. */
  async into(threadId: number, sites: ReadonlySet<number>): Promise<Halt> {
    return (await this.switchIn(threadId)) ?? this.line((pc) => sites.has(pc), sites);
  }

  /** A thread that is not on the CPU first has to get there: runs until its hypervisor side goes on. */
  private async switchIn(threadId: number): Promise<Halt | undefined> {
    if (threadId === this.threads.currentId()) return undefined;
    const vcpu = this.threads.vcpuOf(threadId);
    if (!vcpu) throw new UserError('This thread is not running and cannot be stepped: step the one that runs');
    if (isMissing(vcpu.switchedOut)) throw new UserError(`This thread cannot be stepped: ${vcpu.switchedOut.missing}`);
    const [sp, pc] = [vcpu.switchedOut[13], vcpu.switchedOut[15]];
    const arrived = (at: number) => at === pc && positionOf(this.target).sp === sp;
    const result = await this.loop.run({}, { addresses: [pc!], arrived });
    return result.kind === 'halt' ? result.halt : undefined;
  }

  private async out(threadId: number): Promise<Halt> {
    const frames = this.stacks.build(threadId);
    const caller = frames.slice(1).find(({ kind }) => kind !== 'label');
    if (!caller) throw new UserError('There is no caller to step out to: this is the outermost frame');
    const result = await this.loop.run(
      {},
      { addresses: [caller.pc], arrived: (pc) => standsInFrame(this.target, pc, caller) },
    );
    return result.kind === 'halt' ? result.halt : DONE;
  }

  /** @param wanted where a line that takes long has to be looked at, beside its exits */
  private async line(follows: (pc: number) => boolean, wanted: Iterable<number> = []): Promise<Halt> {
    const start = this.lineHere();
    const first = positionOf(this.target);
    for (let singles = 1; ; singles++) {
      const outcome = await this.instruction.execute(follows(this.target.machine.cpu.getRegister(15)));
      if (outcome.halt) return outcome.halt;
      const entered = outcome.entered && (await this.enter(outcome));
      if (entered) return entered;
      if (this.isNewLine(start, first)) return DONE;
      if (singles % SINGLES_PER_BREATH === 0) {
        const paused = await this.loop.breathe();
        if (paused) return paused;
      }
      if (singles >= SINGLES_PER_LINE && start.row) {
        const halt = await this.leaveLine(start, first, wanted);
        if (halt) return halt;
        if (this.isNewLine(start, first)) return DONE;
        singles = 0;
      }
    }
  }

  /** After following a call or a trap: stops at its first line, or comes straight back from code without lines. */
  private async enter(outcome: InstructionOutcome): Promise<Halt | undefined> {
    if (outcome.entered !== 'call') return this.leaveVectors();
    const here = this.lineHere();
    if (here.row && here.function) {
      const body = here.function.bodyPc;
      if (body === here.address) return DONE;
      return this.skipPrologue(this.runningAddress(body, here.address));
    }
    return this.instruction.returnTo([(outcome.after.lr & ~1) >>> 0], outcome.before);
  }

  /** Code before the MMU is on runs elsewhere than it is linked; the distance is the same all over a function. */
  private runningAddress(linked: number, linkedNow: number): number {
    return (linked - linkedNow + positionOf(this.target).pc) >>> 0;
  }

  /** The stack pointer moves in a prologue, so only the context is compared. */
  private async skipPrologue(body: number): Promise<Halt> {
    const then = positionOf(this.target);
    const arrived = (pc: number) => pc === body && sameContext(positionOf(this.target), then);
    const result = await this.loop.run({}, { addresses: [body], arrived });
    return result.kind === 'halt' ? result.halt : DONE;
  }

  /** From an exception vector to the routine it leads to. */
  private async leaveVectors(): Promise<Halt> {
    for (let count = 0; count < MOST_VECTOR_INSTRUCTIONS; count++) {
      const { pc } = positionOf(this.target);
      if (pc > LAST_VECTOR && pc < 0xffff0000) break;
      const halt = this.loop.single();
      if (halt) return halt;
    }
    return DONE;
  }

  private lineHere(): Line {
    const execution = this.target.execution();
    const space = this.target.spaceOf(execution);
    const address = this.target.linked(space, positionOf(this.target).pc);
    const image = this.target.imageAt(space, address);
    return { row: image?.lineAt(address), function: image?.functionAt(address), address };
  }

  private isNewLine(start: Line, first: Position): boolean {
    const now = positionOf(this.target);
    // Out of the hypervisor into a guest, or into another domain: that is news at any address.
    if (!sameContext({ ...now, ttbr: first.ttbr }, first)) return true;
    const here = this.lineHere();
    if (!start.row) return true;
    if (here.function?.lowPc !== start.function?.lowPc) return true;
    if (!here.row) return false;
    const changed = here.row.file !== start.row.file || here.row.line !== start.row.line;
    return changed && here.row.isStatement && here.row.address === here.address;
  }

  /** Runs at full speed until another line of the function begins, or the function is left. */
  private async leaveLine(start: Line, first: Position, wanted: Iterable<number>): Promise<Halt | undefined> {
    const exits = new Set([...this.exitsOf(start), ...wanted]);
    const caller = this.stacks
      .build(this.threads.currentId())
      .slice(1)
      .find(({ kind }) => kind !== 'label');
    if (caller) exits.add(caller.pc);
    const armedSp = positionOf(this.target).sp;
    const result = await this.loop.run(
      {},
      {
        addresses: exits,
        arrived: (pc) => {
          if (caller && standsInFrame(this.target, pc, caller)) return true;
          const now = positionOf(this.target);
          return exits.has(pc) && now.sp >= armedSp && sameContext(now, first);
        },
      },
    );
    return result.kind === 'halt' ? result.halt : undefined;
  }

  private exitsOf(start: Line): Set<number> {
    const exits = new Set<number>();
    const space = this.target.spaceOf(this.target.execution());
    const image = this.target.imageAt(space, start.address);
    const range = start.function;
    if (!image || !range || !start.row) return exits;
    for (let address = range.lowPc; address < range.highPc;) {
      const row = image.lineAt(address);
      if (row?.isStatement && row.line !== start.row.line)
        exits.add(this.runningAddress(row.address, this.lineHere().address));
      address = Math.max(row?.endAddress ?? 0, address + 2);
    }
    return exits;
  }
}
