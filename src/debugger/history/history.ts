/**
 * Going back in time, as the engine uses it: composes the recorder, travelling and the searches through the past. Every method moves
 * the machine and answers why it stopped.
 */
import type { MachineFace, MachineSnapshot } from '../../machine/types';
import { SnapshotMeter } from '../../machine/snapshotMeter';
import type { BreakpointStore } from '../breakpoints/store';
import type { RunHost } from '../run/host';
import type { Halt, RunLoop } from '../run/runLoop';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import { UserError } from '../types';
import { BackStepper, type Found } from './backStepper';
import { Recorder, type HistoryOptions } from './recorder';
import { ReverseRun } from './reverseRun';
import { PAUSE, Scan } from './scan';
import type { Point } from './timeline';
import { Travel } from './travel';

const AT_START: Halt = { reason: 'step', breakpointIds: [], description: 'Beginning of the history' };
const PAUSED: Halt = { reason: 'pause', breakpointIds: [], description: 'Paused in the past' };

/** Whom searches through the past ask about what they see. */
export interface Asked {
  readonly loop: RunLoop;
  readonly store: BreakpointStore;
  readonly armData: () => void;
  readonly target: Target;
  readonly stacks: StackBuilder;
  readonly threads: Threads;
}

export class History {
  readonly recorder: Recorder;
  private readonly travel: Travel;

  private reverseRun!: ReverseRun;
  private stepper!: BackStepper;
  private threads!: Threads;

  constructor(
    private readonly machine: MachineFace,
    host: RunHost,
    options: HistoryOptions,
    /** Tells that a future has been given up, and how many instructions it had. */
    onCut: (why: string, lost: number) => void,
    /** What was read from the machine may be of another time. */
    forget: () => void,
  ) {
    const meter = new SnapshotMeter();
    this.recorder = new Recorder(machine, host, options, onCut, (before, after) => meter.between(before, after));
    this.travel = new Travel(machine, this.recorder, host, forget);
  }

  /** What the searches through the past ask; the run loop in turn asks the recorder. */
  connect({ loop, store, armData, target, stacks, threads }: Asked): void {
    const { machine, travel } = this;
    const { timeline } = this.recorder;
    this.reverseRun = new ReverseRun(machine, timeline, travel, loop, store, armData);
    const scan = new Scan(machine, timeline, travel);
    this.stepper = new BackStepper(machine, target, stacks, threads, timeline, travel, scan);
    this.threads = threads;
  }

  begin(snapshot: MachineSnapshot): void {
    this.recorder.begin(snapshot);
  }

  requestPause(): void {
    this.travel.requestPause();
  }

  /** Whether what the machine does now has been told already. */
  get silent(): boolean {
    return this.travel.active || this.recorder.repeats;
  }

  /** A step of a thread back: a search from where the machine stands, which goes there. */
  step(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line'): Promise<Halt> {
    const { now } = this.recorder;
    const { stepper } = this;
    const elsewhere = threadId !== this.threads.currentId();
    return this.search('Step back', () => {
      if (elsewhere) return stepper.switchedOut(now, threadId);
      if (kind === 'out') return stepper.out(now, threadId);
      if (granularity === 'line') return kind === 'in' ? stepper.in(now, threadId) : stepper.over(now, threadId);
      return Promise.resolve(this.previous(now));
    });
  }

  /** Goes to what a search finds, to the start of the history when it finds nothing. A search that cannot begin leaves all as it is. */
  private search(description: string, find: () => Promise<Found>): Promise<Halt> {
    return this.travel.away(async () => {
      const from = this.recorder.now;
      let found: Found;
      try {
        found = await find();
      } catch (error) {
        await this.travel.to(from);
        throw error;
      }
      if (found === PAUSE) {
        this.travel.beginAgain();
        await this.travel.to(from);
        return PAUSED;
      }
      if (found) return this.goTo(from, found, description);
      await this.goTo(from, this.recorder.timeline.start, description);
      return AT_START;
    });
  }

  /** Back to the last stop before this one. */
  reverse(): Promise<Halt> {
    return this.travel.away(async () => {
      const { point, halt, paused } = await this.reverseRun.find(this.recorder.now);
      const arrived = await this.travel.to(point);
      return !arrived || paused ? PAUSED : (halt ?? AT_START);
    });
  }

  /** To an instruction count, there or back. */
  toInstruction(count: number): Promise<Halt> {
    return this.travel.away(async () => {
      const { start, latest } = this.recorder.timeline;
      if (count < start.count || count > latest.count)
        throw new UserError(
          `Instruction ${count} is not in the history, which has instructions ${start.count} to ${latest.count}`,
        );
      return this.goTo(this.recorder.now, this.recorder.timeline.at(count), `At instruction ${count}`);
    });
  }

  private async goTo(from: Point, to: Point, description: string): Promise<Halt> {
    await this.reverseRun.recount(from, to);
    return (await this.travel.to(to)) ? { reason: 'step', breakpointIds: [], description } : PAUSED;
  }

  private previous({ epoch, count }: Point): Point | undefined {
    const { timeline } = this.recorder;
    const first = timeline.floor({ epoch, count: count - 1 });
    if (first !== undefined) return { epoch, count: count - 1 };
    const before = timeline.before({ epoch, count });
    return before && timeline.endOf(before.epoch).count > before.count
      ? { epoch: before.epoch, count: timeline.endOf(before.epoch).count - 1 }
      : before;
  }
}
