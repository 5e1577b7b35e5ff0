/**
 * Goes to a point of time: the nearest moment before it, and from there by doing again what the machine did. Nothing stops it on the
 * way but a pause; input that comes meanwhile waits. What to look for in the past is asked elsewhere.
 */
import type { MachineFace, RunStop } from '../../machine/types';
import type { RunHost } from '../run/host';
import { UserError } from '../types';
import type { Recorder } from './recorder';
import type { Moment, Point } from './timeline';

/** A pause waits for one run at most. */
const SLICE_INSTRUCTIONS = 1_000_000;
/** Turns of the event loop, and so pauses, come so often. */
const BREATH_MS = 10;
/** Runs may be as short as an instruction, and reading the clock is not free. */
const RUNS_PER_CLOCK = 64;
/** Moments are left so far before where one stops, so that the next steps back are short. */
const APPROACH = [200_000, 10_000, 500] as const;

export class Travel {
  /** Set while nothing that the machine does is news. */
  active = false;
  private pauseRequested = false;

  constructor(
    private readonly machine: MachineFace,
    private readonly recorder: Recorder,
    private readonly host: RunHost,
    /** What was read from the machine may be of another time. */
    private readonly forget: () => void,
  ) {}

  requestPause(): void {
    this.pauseRequested = true;
  }

  /** A pause that was asked for has been answered. */
  beginAgain(): void {
    this.pauseRequested = false;
  }

  /** Does something with the machine in the past, which the world outside does not notice. */
  async away<Result>(motion: () => Promise<Result>): Promise<Result> {
    const { machine, recorder } = this;
    this.pauseRequested = false;
    recorder.leavePresent();
    machine.setBreakpoints([]);
    machine.setWatches([]);
    machine.holdInput(true);
    this.active = true;
    try {
      return await motion();
    } finally {
      this.active = false;
      machine.holdInput(false);
      this.forget();
    }
  }

  /** Goes to a point between the start of the history and the furthest point. False when a pause ended it on the way. */
  async to(point: Point): Promise<boolean> {
    const moment = this.recorder.timeline.floor(point);
    if (moment === undefined) throw new UserError(`The history begins after instruction ${point.count}`);
    this.restore(moment);
    if (!(await this.leaveMoments(point))) return false;
    return this.replay(point.count);
  }

  /** Leaves moments shortly before a point, so that searches backwards from there begin with short pieces. False after a pause. */
  async approach(point: Point): Promise<boolean> {
    const moment = this.recorder.timeline.before(point);
    if (moment?.epoch !== point.epoch || point.count - moment.count <= APPROACH[1]) return true;
    this.restore(moment);
    return this.leaveMoments(point);
  }

  private async leaveMoments(point: Point): Promise<boolean> {
    for (const distance of APPROACH) {
      if (point.count - distance <= this.machine.instructionCount) continue;
      if (!(await this.replay(point.count - distance))) return false;
      this.recorder.keep();
    }
    return true;
  }

  /** Restores a moment. Its epoch is replayed from here by `replay`. */
  restore(moment: Moment): void {
    this.recorder.restore(moment);
    // What was found before is looked for again.
    this.machine.announceCoherenceAgain?.();
    this.forget();
  }

  private replay(count: number): Promise<boolean> {
    return this.through(count, (most) => this.machine.run(most));
  }

  /** Runs up to an instruction count, whatever ends single runs. False when a pause ended it. */
  async through(count: number, run: (most: number) => RunStop): Promise<boolean> {
    const { machine, host } = this;
    let breath = host.now();
    for (let runs = 1; machine.instructionCount < count; runs++) {
      const left = count - machine.instructionCount;
      const before = machine.instructionCount;
      const stop = run(Math.min(left, SLICE_INSTRUCTIONS));
      if ((stop.kind === 'halted' || stop.kind === 'waiting') && machine.instructionCount < count) {
        throw new UserError(
          `The past did not repeat: the machine stopped at instruction ${machine.instructionCount} on its way to ${count}. This is a defect, please report it`,
        );
      }
      if (runs % RUNS_PER_CLOCK !== 0 && machine.instructionCount - before < SLICE_INSTRUCTIONS / 10) continue;
      if (host.now() - breath < BREATH_MS) continue;
      await host.yieldToEventLoop();
      if (this.pauseRequested) return false;
      breath = host.now();
    }
    return true;
  }
}
