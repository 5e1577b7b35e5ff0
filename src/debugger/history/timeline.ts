/**
 * What is kept of a session's past: whole machine states ("moments") in the order in which they were, so many as fit into an amount
 * of memory. It stores and thins out; when a moment is taken is recorder.ts, how one comes to the time between two is travel.ts.
 *
 * Between two changes that the debugger itself makes (a register, memory, a device) the machine is a function of its state and its
 * input log. Each such change begins an epoch, whose first moment is the state after the change.
 */
import type { MachineSnapshot } from '../../machine/types';

/** A point of time. At a change by the debugger two points have one count: the end of an epoch and the beginning of the next. */
export interface Point {
  readonly epoch: number;
  readonly count: number;
}

export interface Moment extends Point {
  readonly snapshot: MachineSnapshot;
  /** Why it stays when others are dropped: the beginning of an epoch, or a checkpoint. */
  pinned: boolean;
  /** What it holds that the moment before it does not, in bytes. */
  bytes: number;
}

export const earlier = (left: Point, right: Point): boolean =>
  left.epoch !== right.epoch ? left.epoch < right.epoch : left.count < right.count;

export class Timeline {
  private moments: Moment[] = [];
  /** The furthest point that the session has reached. */
  latest: Point = { epoch: 0, count: 0 };
  bytes = 0;

  constructor(
    private readonly mostBytes: number,
    /** What the second snapshot holds that the first does not; all of it without a first. */
    private readonly bytesBetween: (before: MachineSnapshot | undefined, after: MachineSnapshot) => number,
  ) {}

  /** Forgets everything; the moment that is given is the beginning. */
  begin(count: number, snapshot: MachineSnapshot): void {
    this.moments = [];
    this.bytes = 0;
    this.latest = { epoch: 0, count };
    this.add({ epoch: 0, count }, snapshot, true);
  }

  get size(): number {
    return this.moments.length;
  }

  /** The earliest point that one can go back to. */
  get start(): Point {
    return this.moments[0]!;
  }

  /** Whether a moment is one of this past, and not of one that was given up or dropped. */
  has(moment: Moment): boolean {
    return this.moments.includes(moment);
  }

  /** The last moment at or before a point, of the same epoch; undefined when the past does not reach there. */
  floor(point: Point): Moment | undefined {
    const moment = this.moments[this.indexAfter(point) - 1];
    return moment?.epoch === point.epoch ? moment : undefined;
  }

  /** The last moment before a point of time, in whatever epoch. */
  before(point: Point): Moment | undefined {
    let index = this.indexAfter(point) - 1;
    while (index >= 0 && !earlier(this.moments[index]!, point)) index--;
    return this.moments[index];
  }

  /** The first moment after a point of time. */
  after(point: Point): Moment | undefined {
    return this.moments[this.indexAfter(point)];
  }

  /** The last point of time with this count that the history has: after changes that the debugger made there. */
  at(count: number): Point {
    const epochs = this.moments.filter(({ pinned }) => pinned);
    const begun = epochs.filter((moment) => moment.count <= count).at(-1);
    return { epoch: begun?.epoch ?? this.start.epoch, count };
  }

  /** Where an epoch ends: at the next, or at the furthest point. */
  endOf(epoch: number): Point {
    if (epoch >= this.latest.epoch) return { epoch, count: this.latest.count };
    const next = this.moments.find((moment) => moment.epoch > epoch);
    return { epoch, count: next?.count ?? this.latest.count };
  }

  /** Keeps a state; drops others when memory asks for it. */
  add(point: Point, snapshot: MachineSnapshot, pinned = false): Moment {
    const index = this.indexAfter(point);
    const known = this.moments[index - 1];
    if (known && known.epoch === point.epoch && known.count === point.count) {
      known.pinned ||= pinned;
      return known;
    }
    const moment: Moment = { epoch: point.epoch, count: point.count, snapshot, pinned, bytes: 0 };
    this.moments.splice(index, 0, moment);
    this.measure(index);
    this.measure(index + 1);
    if (earlier(this.latest, point)) this.latest = { epoch: point.epoch, count: point.count };
    this.thin();
    return moment;
  }

  /** Everything after a point becomes something that never was. */
  cut(point: Point): void {
    const index = this.indexAfter(point);
    for (const { bytes } of this.moments.splice(index)) this.bytes -= bytes;
    this.latest = { epoch: point.epoch, count: point.count };
  }

  unpin(moment: Moment): void {
    moment.pinned = this.moments.find(({ epoch }) => epoch === moment.epoch) === moment;
    this.thin();
  }

  /** Index of the first moment that is later than a point. */
  private indexAfter(point: Point): number {
    let low = 0;
    let high = this.moments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (earlier(point, this.moments[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private measure(index: number): void {
    const moment = this.moments[index];
    if (moment === undefined) return;
    this.bytes -= moment.bytes;
    moment.bytes = this.bytesBetween(this.moments[index - 1]?.snapshot, moment.snapshot);
    this.bytes += moment.bytes;
  }

  private thin(): void {
    while (this.bytes > this.mostBytes && this.moments.length > 2) this.drop(this.leastMissed() ?? 0);
  }

  /** After it `index` is the moment that followed. */
  private drop(index: number): void {
    const [dropped] = this.moments.splice(index, 1);
    this.bytes -= dropped!.bytes;
    this.measure(index);
    if (index > 0) return;
    // The past now begins later; what it begins with cannot be replayed from anything else.
    this.moments[0]!.pinned = true;
  }

  /**
   * The moment without which the gap, seen from the furthest point, grows least: so distances between moments grow with their age,
   * and the beginning stays. Undefined when only moments are left that have to stay.
   */
  private leastMissed(): number | undefined {
    let best: number | undefined;
    let least = Infinity;
    for (let index = 1; index < this.moments.length - 1; index++) {
      const [before, moment, after] = [this.moments[index - 1]!, this.moments[index]!, this.moments[index + 1]!];
      if (moment.pinned) continue;
      const gap = (after.count - before.count) / (this.latest.count - before.count + 1);
      if (gap < least) [best, least] = [index, gap];
    }
    return best;
  }
}
