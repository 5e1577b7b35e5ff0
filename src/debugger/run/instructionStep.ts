/**
 * One instruction as the stepped thread sees it: interrupts, other domains and the hypervisor working in between do not count. Calls
 * and traps are followed or stepped over, as asked.
 */
import type { FunctionInfo } from '../../image/types';
import type { Target } from '../target/target';
import { instructionBytes, positionOf, sameContext, trapBetween, type Position, type Trap } from './position';
import type { Halt, RunLoop } from './runLoop';

const HIGH_VECTORS_BIT = 1 << 13;
/** An interrupt storm may win against a step again and again; then the user is shown where the CPU is. */
const MOST_INTERRUPTIONS = 1000;

export interface InstructionOutcome {
  /** Set when something else stopped the run; the step is over. */
  readonly halt?: Halt;
  readonly before: Position;
  readonly after: Position;
  /** A followed trap or call: the CPU stands at its first instruction. */
  readonly entered?: Trap | 'call';
}

export class InstructionStep {
  constructor(
    private readonly target: Target,
    private readonly loop: RunLoop,
  ) {}

  async execute(follow: boolean): Promise<InstructionOutcome> {
    const before = positionOf(this.target);
    for (let interruptions = 0; interruptions < MOST_INTERRUPTIONS; interruptions++) {
      const halt = this.loop.single();
      const after = positionOf(this.target);
      if (halt) return { halt, before, after };
      const trap = trapBetween(before, after, this.vectorBase());
      if (trap === 'interrupt') {
        const stopped = await this.returnTo([before.pc], before);
        if (stopped) return { halt: stopped, before, after: positionOf(this.target) };
        continue;
      }
      const entered = trap ?? (this.isCall(before, after) ? 'call' : undefined);
      if (!entered) return { before, after };
      if (follow) return { before, after, entered };
      return this.over(before, entered, after);
    }
    return { before, after: positionOf(this.target) };
  }

  /** Runs until the same code on the same stack is at one of the addresses again. */
  async returnTo(addresses: readonly number[], then: Position): Promise<Halt | undefined> {
    const result = await this.loop.run(
      {},
      {
        addresses,
        arrived: (pc) => {
          if (!addresses.includes(pc)) return false;
          const now = positionOf(this.target);
          return now.sp === then.sp && sameContext(now, then);
        },
      },
    );
    return result.kind === 'halt' ? result.halt : undefined;
  }

  private async over(before: Position, entered: Trap | 'call', after: Position): Promise<InstructionOutcome> {
    const next = (before.pc + instructionBytes(before)) >>> 0;
    // Whoever serves a fault may repeat the instruction or skip it.
    const addresses = entered === 'call' ? [(after.lr & ~1) >>> 0] : entered === 'swi' ? [next] : [before.pc, next];
    const halt = await this.returnTo(addresses, before);
    const now = positionOf(this.target);
    return halt ? { halt, before, after: now } : { before, after: now };
  }

  private vectorBase(): number {
    return this.target.machine.cpu.getCp15().control & HIGH_VECTORS_BIT ? 0xffff0000 : 0;
  }

  /**
   * A call leaves the address behind it in lr. Two more look like calls to a person: assembly that enters a handler with its return
   * address on a label (the hypercall table), and a C function's tail call.
   */
  isCall(before: Position, after: Position): boolean {
    const next = (before.pc + instructionBytes(before)) >>> 0;
    const lr = (after.lr & ~1) >>> 0;
    if (after.pc === next || after.mode !== before.mode) return false;
    if (lr === next) return true;
    const from = this.functionAt(before.pc);
    const to = this.functionAt(after.pc);
    if (!from || !to || to.lowPc === from.lowPc || to.lowPc !== this.linked(after.pc) || lr === after.pc) return false;
    const back = this.functionAt(lr);
    if (!back) return false;
    if (from.hasDebugInfo) return true;
    return to.hasDebugInfo && back.lowPc === this.linked(lr);
  }

  private linked(pc: number): number {
    return this.target.linked(this.target.spaceOf(this.target.execution()), pc);
  }

  private functionAt(pc: number): FunctionInfo | undefined {
    return this.target.functionAt(this.target.spaceOf(this.target.execution()), this.linked(pc));
  }
}
