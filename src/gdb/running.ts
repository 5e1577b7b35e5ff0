/**
 * Setting the machine going for GDB, and the stop replies (GDB manual, E.3): continue, step, step within a range, and back in time. One
 * motion at a time; consoles are heard while it lasts.
 */
import { instructionAt, swiNumber } from '../debugger/target/instruction';
import { UserError, type DebugEngine, type StopEvent } from '../debugger/types';
import type { BreakpointTable } from './breakpointTable';
import { engineThread, formatThread, frameOf, parseThread, type GdbThread, type Inferiors } from './inferiors';

const SIGTRAP = '05';
const SIGINT = '02';
const HISTORY_START = 'Beginning of the history';
/** A range is left within a line's instructions; what loops in it ends by a pause. */
const STEPS_PER_BREATH = 500;

/** One action of `vCont`, for one thread or (undefined) the others. */
interface Action {
  readonly kind: 'continue' | 'step' | 'range';
  readonly thread: GdbThread | undefined;
  readonly from: number;
  readonly to: number;
}

export class Running {
  private interrupted = false;

  constructor(
    private readonly engine: DebugEngine,
    private readonly breakpoints: BreakpointTable,
    private readonly inferiors: Inferiors,
  ) {}

  interrupt(): void {
    this.interrupted = true;
    this.engine.pause();
  }

  /** Undefined for actions that cannot be read. */
  vCont(text: string): Promise<string> | undefined {
    const actions = text.split(';').map(parseAction);
    if (actions.some((action) => action === undefined)) return undefined;
    const step = actions.find((action) => action!.kind === 'step' || action!.kind === 'range');
    if (!step) return this.moved(() => this.engine.resume());
    const thread = step.thread && step.thread.pid > 0 ? step.thread : this.inferiors.executing();
    return this.moved(() => this.step(thread, step.kind === 'range' ? step : undefined));
  }

  continueThread(): Promise<string> {
    return this.moved(() => this.engine.resume());
  }

  stepThread(thread: GdbThread): Promise<string> {
    return this.moved(() => this.step(thread, undefined));
  }

  back(thread: GdbThread, kind: 's' | 'c'): Promise<string> {
    if (kind === 'c') return this.moved(() => this.engine.reverse());
    return this.moved(() => this.engine.stepBack(this.engineId(thread), 'in', 'instruction'));
  }

  /** The reply to `?`, and for whoever stands still. */
  standing(): string {
    return `T${SIGTRAP}thread:${formatThread(this.inferiors.executing())};`;
  }

  private async moved(motion: () => Promise<StopEvent>): Promise<string> {
    this.interrupted = false;
    try {
      const stop = await motion();
      if (this.breakpoints.isWatch(stop.breakpointIds)) await this.beforeAccess(stop);
      return this.reply(stop);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return this.standing();
    }
  }

  /**
   * Clients expect of ARM that a watchpoint stops before the access ("nonsteppable" watchpoints in GDB): they take it out, step over the
   * instruction themselves and look at the value then. Without a recorded past they see one instruction more than there was.
   */
  private async beforeAccess({ threadId }: StopEvent): Promise<void> {
    try {
      await this.engine.stepBack(threadId, 'in', 'instruction');
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }

  private reply({ reason, breakpointIds, description }: StopEvent): string {
    const thread = `thread:${formatThread(this.inferiors.executing())};`;
    if (this.interrupted && reason === 'pause') return `T${SIGINT}${thread}`;
    const why = description === HISTORY_START ? 'replaylog:begin;' : this.breakpoints.describe(breakpointIds);
    return `T${SIGTRAP}${thread}${why}`;
  }

  /**
   * A call of the hypervisor's is one instruction to a guest's own debugger, which knows nothing of what happens behind it; so it steps
   * over a `swi`. Within a range it goes on until the pc leaves it.
   */
  private async step(thread: GdbThread, range: Action | undefined): Promise<StopEvent> {
    const id = this.engineId(thread);
    for (let steps = 1; ; steps++) {
      const frame = frameOf(this.engine, thread);
      const isTrap = frame !== undefined && frame.kind !== 'hypervisor' && frame.kind !== 'native' && this.isSwi(frame);
      const stop = await this.engine.step(id, isTrap ? 'over' : 'in', 'instruction');
      if (stop.reason !== 'step' || !range) return stop;
      const pc = frameOf(this.engine, thread)?.pc;
      if (pc === undefined || pc < range.from || pc >= range.to) return stop;
      if (steps % STEPS_PER_BREATH === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.interrupted) return { ...stop, reason: 'pause' };
    }
  }

  private isSwi({
    space,
    pc,
    thumb,
  }: {
    space: Parameters<DebugEngine['readMemory']>[0];
    pc: number;
    thumb: boolean;
  }): boolean {
    const read = (address: number, byteLength: number) => this.engine.readMemory(space, address, byteLength);
    const instruction = instructionAt(read, pc, thumb);
    return instruction !== undefined && swiNumber(instruction, thumb) !== undefined;
  }

  private engineId(thread: GdbThread): number {
    const found = engineThread(this.engine, thread);
    if (!found) throw new UserError('This thread has ended');
    return found.id;
  }
}

/** `c`, `s:p1.1`, `C05`, `S05:2.1`, `r100,120:p1.1`. Signals mean nothing here. */
function parseAction(text: string): Action | undefined {
  const match = /^(c|C[0-9a-f]{2}|s|S[0-9a-f]{2}|r([0-9a-f]{1,8}),([0-9a-f]{1,8}))(?::(.+))?$/i.exec(text);
  if (!match) return undefined;
  const letter = match[1]![0]!.toLowerCase();
  const kind = letter === 'c' ? 'continue' : letter === 's' ? 'step' : 'range';
  const thread = match[4] === undefined ? undefined : parseThread(match[4]);
  if (match[4] !== undefined && !thread) return undefined;
  return { kind, thread, from: parseInt(match[2] ?? '0', 16), to: parseInt(match[3] ?? '0', 16) };
}
