/**
 * Going back in time, as the engine uses it: composes the recorder, travelling and the searches through the past. Every method that
 * answers a `Halt` moves the machine, and is called while nothing else does.
 */
import type { BreakpointStore } from '../breakpoints/store';
import type { MachineFace, MachineSnapshot } from '../../machine/types';
import { SnapshotMeter } from '../../machine/snapshotMeter';
import type { RunHost } from '../run/host';
import type { Halt } from '../run/runLoop';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import { UserError } from '../types';
import { BackStepper, type Found } from './backStepper';
import { Checkpoints } from './checkpoints';
import { FrameLines } from './frameLines';
import type { FrameStart } from './frameStart';
import { LastWrite, type WriteFound } from './lastWrite';
import { Recorder, type HistoryOptions } from './recorder';
import { ReverseRun } from './reverseRun';
import { PAUSE, Scan } from './scan';
import { Survey } from './survey';
import type { Point } from './timeline';
import { Travel } from './travel';

export const AT_START: Halt = { reason: 'step', breakpointIds: [], description: 'Beginning of the history' };
const PAUSED: Halt = { reason: 'pause', breakpointIds: [], description: 'Paused in the past' };

/** Whom searches through the past ask about what they see. */
export interface Asked {
  readonly target: Target;
  readonly stacks: StackBuilder;
  readonly threads: Threads;
  /** What the session's breakpoints would stop at. */
  readonly survey: Survey;
}

export class History {
  readonly recorder: Recorder;
  readonly checkpoints: Checkpoints;
  private readonly travel: Travel;
  private readonly writes: LastWrite;
  private asked!: Asked;
  private scan!: Scan;
  private stepper!: BackStepper;
  private reverseRun!: ReverseRun;

  constructor(
    private readonly machine: MachineFace,
    host: RunHost,
    options: HistoryOptions,
    /** Tells a person that a future has been given up. */
    onCut: (text: string) => void,
    /** What was read from the machine may be of another time. */
    forget: () => void,
  ) {
    const meter = new SnapshotMeter();
    this.recorder = new Recorder(
      machine,
      host,
      options,
      (why, lost) => onCut(futureLost(why, lost)),
      (before, after) => (machine.foreign ? 0 : meter.between(before, after)),
    );
    this.travel = new Travel(machine, this.recorder, host, forget);
    this.checkpoints = new Checkpoints(this.recorder);
    this.writes = new LastWrite(machine, this.recorder.timeline, this.travel);
  }

  /** To be called once; the run loop in turn asks the recorder. */
  connect(asked: Asked): void {
    const { machine, travel } = this;
    const { timeline } = this.recorder;
    const { target, stacks, threads } = asked;
    this.asked = asked;
    this.reverseRun = new ReverseRun(machine, timeline, travel, asked.survey);
    this.scan = new Scan(machine, timeline, travel);
    this.stepper = new BackStepper(
      machine,
      target,
      new FrameLines(target, stacks),
      threads,
      timeline,
      travel,
      this.scan,
    );
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

  /** A step of a thread back. */
  step(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line'): Promise<Halt> {
    const { stepper } = this;
    const elsewhere = threadId !== this.asked.threads.currentId();
    return this.search('Step back', (now) => {
      if (elsewhere) return stepper.switchedOut(now, threadId);
      if (kind === 'out') return stepper.out(now, threadId);
      if (granularity === 'line') return kind === 'in' ? stepper.in(now, threadId) : stepper.over(now, threadId);
      return Promise.resolve(this.previous(now));
    });
  }

  /** Back to the last stop before this one. */
  reverse(): Promise<Halt> {
    return this.reverseWith(this.reverseRun);
  }

  /** The same with other breakpoints than the session's, which are left as they are. */
  previousOf(store: BreakpointStore, reports: () => Halt | undefined): Promise<Halt> {
    const survey = new Survey(this.machine, store, { ask: reports });
    return this.reverseWith(new ReverseRun(this.machine, this.recorder.timeline, this.travel, survey));
  }

  /** To an instruction count, there or back. */
  toInstruction(count: number): Promise<Halt> {
    return this.away(async (now) => {
      const { start, latest } = this.recorder.timeline;
      if (count < start.count || count > latest.count)
        throw new UserError(
          `Instruction ${count} is not in the history, which reaches from instruction ${start.count} to ${latest.count}`,
        );
      return this.goTo(now, this.recorder.timeline.at(count), `At instruction ${count}`);
    });
  }

  toCheckpoint(name: string): Promise<Halt> {
    const checkpoint = this.checkpoints.get(name);
    const description = `At checkpoint ${name}`;
    return this.away((now) => {
      if (this.recorder.timeline.has(checkpoint.moment)) return this.goTo(now, checkpoint, description);
      this.recorder.adopt(checkpoint.snapshot);
      return Promise.resolve({ reason: 'step', breakpointIds: [], description });
    });
  }

  /** To the instruction that wrote memory last; `describe` is asked there. */
  lastMemoryWrite(
    ranges: readonly { readonly address: number; readonly byteLength: number }[],
    describe: (found: WriteFound) => Pick<Halt, 'description' | 'text'>,
  ): Promise<Halt> {
    let found: WriteFound;
    return this.search(
      () => describe(found),
      async (now) => {
        const write = await this.writes.memory(now, ranges);
        if (write === undefined || write === PAUSE) return write;
        found = write;
        return write.point;
      },
    );
  }

  /** Who wrote memory last, without staying there; undefined when nobody did within so many instructions. */
  whoWrote(
    ranges: readonly { readonly address: number; readonly byteLength: number }[],
    most: number,
    describe: (found: WriteFound) => string,
  ): Promise<string | undefined> {
    this.checkRecords();
    return this.travel.away(async () => {
      const { now } = this.recorder;
      try {
        const write = await this.writes.memory(now, ranges, now.count - most);
        if (write === undefined || write === PAUSE) return undefined;
        return (await this.travel.to(write.point)) ? describe(write) : undefined;
      } finally {
        this.travel.beginAgain();
        await this.travel.to(now);
      }
    });
  }

  lastRegisterChange(watch: () => () => number | undefined, description: string): Promise<Halt> {
    return this.search(description, (now) => this.writes.register(now, watch));
  }

  frameStart(start: FrameStart): Promise<Halt> {
    return this.search(`Restart of ${start.name}`, (now) =>
      start.here ? Promise.resolve(now) : this.scan.last(now, [start.address], () => start.here),
    );
  }

  private reverseWith(reverseRun: ReverseRun): Promise<Halt> {
    return this.away(async (now) => {
      const { point, halt, paused } = await reverseRun.find(now);
      this.travel.beginAgain();
      if (reverseRun !== this.reverseRun) await this.reverseRun.recount(now, point);
      const arrived = await this.travel.to(point);
      return !arrived || paused ? PAUSED : (halt ?? AT_START);
    });
  }

  /** @throws UserError when nothing is recorded */
  checkRecords(): void {
    const { foreign } = this.machine;
    if (foreign?.back)
      throw new UserError(
        `${foreign.name} goes back by steps and to breakpoints only: what searches the past needs a machine that Armvisor executes`,
      );
    if (foreign) throw new UserError(`${foreign.name} has no past: only machines that Armvisor executes can go back`);
    if (!this.recorder.records)
      throw new UserError('The past is not recorded: the launch configuration says "history": { "enabled": false }');
  }

  private away(motion: (now: Point) => Promise<Halt>): Promise<Halt> {
    this.checkRecords();
    return this.travel.away(() => motion(this.recorder.now));
  }

  /** Goes to what a search finds, to the start of the history when it finds nothing. A search that fails leaves all as it is. */
  private search(
    words: string | (() => Pick<Halt, 'description' | 'text'>),
    find: (now: Point) => Promise<Found>,
  ): Promise<Halt> {
    return this.away(async (from) => {
      let found: Found;
      try {
        found = await find(from);
      } catch (error) {
        await this.travel.to(from);
        throw error;
      }
      this.travel.beginAgain();
      if (found === PAUSE) {
        await this.travel.to(from);
        return PAUSED;
      }
      const halt = await this.goTo(from, found ?? this.recorder.timeline.start, '');
      if (halt === PAUSED) return halt;
      if (!found) return AT_START;
      return { ...halt, ...(typeof words === 'string' ? { description: words } : words()) };
    });
  }

  private async goTo(from: Point, to: Point, description: string): Promise<Halt> {
    await this.reverseRun.recount(from, to);
    return (await this.travel.to(to)) ? { reason: 'step', breakpointIds: [], description } : PAUSED;
  }

  /** The point one instruction earlier; across a change of the debugger's, the one before it. */
  private previous({ epoch, count }: Point): Point | undefined {
    const { timeline } = this.recorder;
    if (timeline.floor({ epoch, count: count - 1 })) return { epoch, count: count - 1 };
    const before = timeline.before({ epoch, count });
    if (before === undefined) return undefined;
    const end = timeline.endOf(before.epoch).count;
    return { epoch: before.epoch, count: Math.max(before.count, end - 1) };
  }
}

/** What a person is told when the past is given another future. */
function futureLost(why: string, lost: number): string {
  return `The ${lost} instructions that came after this point are given up: ${why}, so that from here on it is another history.`;
}
