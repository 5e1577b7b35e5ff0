/**
 * Going back in a machine that somebody else executes and records (`ForeignMachine.back`): the other end knows a step and a run back, and
 * where to stop is decided here. There is no seeking: what lies behind is found by going there, and a point passed by going on again.
 */
import type { SourceLine } from '../../image/types';
import type { ForeignBack, MachineFace, RunStop } from '../../machine/types';
import { summarise, type BreakpointStore, type Pass } from '../breakpoints/store';
import type { RunHost } from '../run/host';
import { sharesFrame } from '../run/position';
import type { Halt } from '../run/runLoop';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import { UserError } from '../types';
import { callSites, FrameLines, isSameLine } from './frameLines';
import { AT_START } from './history';

const DONE: Halt = { reason: 'step', breakpointIds: [], description: 'Step back' };
/** A run forward to a point that has been passed ends there, whatever it takes. */
const FAR = Number.MAX_SAFE_INTEGER;

interface LinePoint {
  readonly pc: number;
  readonly row: SourceLine;
  readonly isThere: (pc: number) => boolean;
}

export class ForeignPast {
  private readonly machine: MachineFace;
  private readonly lines: FrameLines;

  constructor(
    private readonly back: ForeignBack,
    private readonly target: Target,
    stacks: StackBuilder,
    private readonly threads: Threads,
    private readonly store: BreakpointStore,
    private readonly host: RunHost,
  ) {
    this.machine = target.machine;
    this.lines = new FrameLines(target, stacks);
  }

  /** To the last stop that the breakpoints on code would have made. */
  async reverse(): Promise<Halt> {
    const armed = [...this.store.armedAddresses()];
    for (;;) {
      const end = await this.runBack(armed);
      if (end) return end;
      const halt = this.judged(this.pc);
      if (halt) return halt;
    }
  }

  async step(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line'): Promise<Halt> {
    if (threadId !== this.threads.currentId())
      throw new UserError('This thread was not on the CPU before: step the one that runs back');
    if (kind === 'out') return this.out(threadId);
    if (granularity === 'instruction') return this.ended(this.back.step()) ?? DONE;
    if (kind === 'over') return this.line(threadId, undefined);
    throw new UserError('Lines of what was called are gone back to by instructions here: step back by instruction');
  }

  private get pc(): number {
    return this.machine.cpu.getRegister(15);
  }

  /** To the instruction that called the function, or that was interrupted. */
  private async out(threadId: number): Promise<Halt> {
    const caller = this.lines.callerOf(threadId);
    if (!caller) throw new UserError('There is no caller to go back to: this is the outermost frame');
    for (;;) {
      const end = await this.runBack(callSites(caller));
      if (end || sharesFrame(this.target, caller)) return end ?? DONE;
    }
  }

  /**
   * To the beginning of the line before in this frame; at the function's beginning, to that of the line that called it. A line that
   * executed several times on end is gone back to as one, so that its beginning is known only when another line lies behind.
   * @param begun what has been found of the line so far
   */
  private async line(threadId: number, begun: LinePoint | undefined): Promise<Halt> {
    const here = this.lines.here();
    if (!here.row || !here.function) return begun ? DONE : (this.ended(this.back.step()) ?? DONE);
    const caller = this.lines.callerOf(threadId);
    const calls = caller ? callSites(caller) : [];
    const starts = this.lines.starts(here, here.function);
    const isThere = this.lines.test(caller, here.function.lowPc + here.distance);
    let found = begun && { ...begun, isThere };
    for (;;) {
      const end = await this.runBack([...starts.keys(), ...calls]);
      if (end) return found && end === AT_START ? this.onTo(found) : end;
      const { pc } = this;
      if (caller && calls.includes(pc) && sharesFrame(this.target, caller))
        return found ? this.onTo(found) : this.lineOfCall(threadId);
      const row = starts.get(pc);
      if (!row || !isThere(pc)) continue;
      if (found && !isSameLine(found.row, row)) return this.onTo(found);
      found = { pc, row, isThere };
    }
  }

  private async lineOfCall(threadId: number): Promise<Halt> {
    const { pc } = this;
    const { row } = this.lines.here();
    return row ? this.line(threadId, { pc, row, isThere: () => true }) : DONE;
  }

  /** Forward to a point that was passed on the way back: the next time that the CPU is there. */
  private async onTo({ pc, isThere }: LinePoint): Promise<Halt> {
    this.machine.setBreakpoints([pc]);
    for (;;) {
      const stop = this.machine.run(FAR);
      const end = this.ended(stop);
      if (end || (stop.kind === 'breakpoint' && isThere(pc))) return end ?? DONE;
      await this.host.yieldToEventLoop();
    }
  }

  /** To the last time that the CPU was at one of some addresses: undefined there, otherwise what has ended the way back before. */
  private async runBack(addresses: readonly number[]): Promise<Halt | undefined> {
    this.machine.setBreakpoints(addresses);
    this.machine.setWatches([]);
    for (;;) {
      const stop = this.back.run();
      if (stop.kind !== 'underway') return stop.kind === 'breakpoint' ? undefined : (this.ended(stop) ?? AT_START);
      await this.host.yieldToEventLoop();
    }
  }

  private ended(stop: RunStop): Halt | undefined {
    if (stop.kind === 'waiting') return AT_START;
    if (stop.kind !== 'halted') return undefined;
    return { reason: 'halted', breakpointIds: [], description: 'The machine has halted', text: stop.reason };
  }

  /** Nothing is logged or counted on the way back; how often a breakpoint had been hit then is not known, so that hit conditions wait. */
  private judged(pc: number): Halt | undefined {
    const passes: Pass[] = [];
    this.store.surveyor = (pass) => passes.push(pass);
    try {
      this.store.judge(pc);
    } finally {
      this.store.surveyor = undefined;
    }
    const stops = passes.filter(({ breakpoint }) => !breakpoint.log && !breakpoint.hitCondition);
    return stops.length > 0 ? summarise(stops) : undefined;
  }
}
