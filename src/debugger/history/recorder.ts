/**
 * Takes moments of the running machine, and notices what makes another future: input and changes from outside. Asked before each run
 * of the machine; knows where in time the machine stands. Going elsewhere in time is travel.ts.
 */
import type { InputDelivery, MachineFace, MachineSnapshot } from '../../machine/types';
import type { RunHost } from '../run/host';
import { earlier, Timeline, type Moment, type Point } from './timeline';

/** Instructions between two moments at least: replaying so many takes a small part of the 100 ms of a step back. */
const LEAST_INTERVAL = 1_000_000;
const MOST_INTERVAL = 1_000_000_000;
/** How much longer the machine has to run than a moment takes. */
const RUN_PER_MOMENT = 40;

export interface HistoryOptions {
  /** Memory for moments; 0 records nothing. */
  readonly bytes: number;
}

/** Why the past cannot be gone to; the second half of a sentence. */
export type Refusal = string | undefined;

export class Recorder {
  readonly timeline: Timeline;
  private epoch = 0;
  private interval = LEAST_INTERVAL;
  private nextAt = 0;
  private lastMomentMs = 0;
  /** The input of the whole timeline. */
  private log: readonly InputDelivery[] = [];
  private changes = 0;
  private sends = 0;
  private restores = 0;

  constructor(
    private readonly machine: MachineFace,
    private readonly host: RunHost,
    readonly options: HistoryOptions,
    /** Tells that a future has been given up. */
    private readonly onCut: (why: string, lost: number) => void,
    bytesBetween: (before: MachineSnapshot | undefined, after: MachineSnapshot) => number,
  ) {
    this.timeline = new Timeline(options.bytes, bytesBetween);
  }

  get records(): boolean {
    return this.options.bytes > 0;
  }

  /** The session begins with the machine as it is. */
  begin(snapshot: MachineSnapshot): void {
    this.epoch = 0;
    this.interval = LEAST_INTERVAL;
    this.log = [];
    this.timeline.begin(this.machine.instructionCount, snapshot);
    this.noteCounters();
    this.plan();
  }

  /** Where in time the machine stands. */
  get now(): Point {
    return { epoch: this.epoch, count: this.machine.instructionCount };
  }

  get inPast(): boolean {
    return earlier(this.now, this.timeline.latest);
  }

  /** Whether what happens now has happened before: the consoles have shown it. */
  get repeats(): boolean {
    const { latest } = this.timeline;
    return this.epoch < latest.epoch || this.machine.instructionCount <= latest.count;
  }

  /** To be called before the machine runs: how many of `most` instructions it may run until it asks again. */
  before(most: number): number {
    if (!this.records) return most;
    this.settle();
    const { timeline } = this;
    const end = timeline.endOf(this.epoch);
    if (this.epoch < timeline.latest.epoch && this.machine.instructionCount >= end.count) this.enterNextEpoch();
    else if (this.machine.instructionCount >= this.nextAt) this.due();
    if (!this.inPast) timeline.latest = this.now;
    const stop = this.inPast ? timeline.endOf(this.epoch).count : Infinity;
    return Math.min(most, Math.max(1, Math.min(this.nextAt, stop) - this.machine.instructionCount));
  }

  /** Takes into account what was done to the machine since it last ran. To be called before one leaves the present. */
  settle(): void {
    const { machine, timeline } = this;
    if (machine.restores !== this.restores) {
      this.begin(machine.snapshot());
      return;
    }
    const typed = machine.inputsSent !== this.sends;
    const changed = machine.outsideChanges !== this.changes;
    this.noteCounters();
    if (!typed && !changed) return;
    if (this.inPast) {
      const lost = timeline.latest.count - machine.instructionCount;
      timeline.cut(this.now);
      this.onCut(typed ? 'input came in the past' : 'the machine was changed in the past', lost);
    }
    if (!changed) return;
    if (!this.inPast) timeline.latest = this.now;
    this.epoch++;
    timeline.add(this.now, machine.snapshot(), true);
    this.plan();
  }

  /** To be called before the machine leaves the furthest point for the past: so that it can come back exactly there. */
  leavePresent(): void {
    this.settle();
    if (this.inPast) return;
    const { machine } = this;
    const pending = machine.pendingInput;
    const count = machine.instructionCount;
    this.log =
      pending.length === 0 ? machine.inputLog : [...machine.inputLog, { instructionCount: count, events: pending }];
    this.timeline.latest = this.now;
    this.timeline.add(this.now, machine.snapshot());
  }

  /** Puts the machine into a moment; its further input will be what it was. */
  restore(moment: Moment): void {
    this.machine.restore(moment.snapshot);
    this.machine.replayInputs(this.log);
    this.epoch = moment.epoch;
    this.noteCounters();
    this.plan();
  }

  /** Keeps the state that the machine is in. */
  keep(pinned = false): Moment {
    return this.timeline.add(this.now, this.machine.snapshot(), pinned);
  }

  /** Goes on from a state that is not of this past: another history begins with it. */
  adopt(snapshot: MachineSnapshot): void {
    this.machine.restore(snapshot);
    this.begin(snapshot);
  }

  private enterNextEpoch(): void {
    this.restore(this.timeline.after(this.timeline.endOf(this.epoch))!);
  }

  private due(): void {
    this.plan();
    if (this.machine.instructionCount >= this.nextAt) this.record();
  }

  private record(): void {
    const begin = this.host.now();
    this.keep();
    const cost = this.host.now() - begin;
    const ranMs = begin - this.lastMomentMs;
    this.lastMomentMs = begin + cost;
    // What one run of the machine between two moments takes, says how far apart they have to be.
    if (ranMs > 0 && cost > 0) {
      const wanted = (this.interval * RUN_PER_MOMENT * cost) / ranMs;
      this.interval = Math.min(MOST_INTERVAL, Math.max(LEAST_INTERVAL, (this.interval * 3 + wanted) / 4));
    }
    this.plan();
  }

  /** The next moment is due one interval after the last that stands before now, wherever later ones stand. */
  private plan(): void {
    const last = this.timeline.floor(this.now);
    this.nextAt = (last?.count ?? this.machine.instructionCount) + Math.round(this.interval);
  }

  private noteCounters(): void {
    this.changes = this.machine.outsideChanges;
    this.sends = this.machine.inputsSent;
    this.restores = this.machine.restores;
  }
}
