/** Points of time that a person has named. A checkpoint outlives its future: it is a whole state. */
import type { MachineSnapshot } from '../../machine/types';
import { UserError } from '../types';
import type { Recorder } from './recorder';
import type { Moment, Point } from './timeline';

/** Each may hold as much as all of memory, when its time has been given up. */
const MOST = 16;
const NAME = /^[A-Za-z][\w.-]*$/;

export interface Checkpoint extends Point {
  readonly name: string;
  readonly moment: Moment;
  readonly snapshot: MachineSnapshot;
}

export class Checkpoints {
  private readonly all = new Map<string, Checkpoint>();

  constructor(private readonly recorder: Recorder) {}

  /** Names the point where the machine stands; a name that exists moves here. */
  set(name: string): Checkpoint {
    if (!NAME.test(name))
      throw new UserError(
        `"${name}" is no name for a checkpoint: begin with a letter, go on with letters, digits, _ . or -`,
      );
    if (!this.all.has(name) && this.all.size >= MOST)
      throw new UserError(`There are ${MOST} checkpoints already: remove one by "delete-checkpoint NAME"`);
    if (this.all.has(name)) this.remove(name);
    this.recorder.settle();
    const moment = this.recorder.keep(true);
    const { epoch, count, snapshot } = moment;
    const checkpoint = { name, epoch, count, snapshot, moment };
    this.all.set(name, checkpoint);
    return checkpoint;
  }

  get(name: string): Checkpoint {
    const found = this.all.get(name);
    if (found) return found;
    const names = [...this.all.keys()].join(', ');
    throw new UserError(
      `There is no checkpoint "${name}": ${names ? `there are ${names}` : 'set one by "checkpoint NAME"'}`,
    );
  }

  remove(name: string): void {
    const { moment } = this.get(name);
    this.all.delete(name);
    if (![...this.all.values()].some((other) => other.moment === moment)) this.recorder.timeline.unpin(moment);
  }

  list(): readonly Checkpoint[] {
    return [...this.all.values()].sort((left, right) => left.epoch - right.epoch || left.count - right.count);
  }
}
