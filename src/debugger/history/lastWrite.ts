/** Who changed something last: memory by watching it through the past, a register by looking after every instruction. */
import type { MachineFace, WatchHit } from '../../machine/types';
import type { Found } from './backStepper';
import { PAUSE } from './scan';
import { segmentsBefore } from './segments';
import type { Point, Timeline } from './timeline';
import type { Travel } from './travel';

export interface WriteFound {
  /** Before the instruction that wrote; where a device did, just after. */
  readonly point: Point;
  readonly hit: WatchHit;
}

export class LastWrite {
  constructor(
    private readonly machine: MachineFace,
    private readonly timeline: Timeline,
    private readonly travel: Travel,
  ) {}

  /** The last write to any of some physical ranges before a point; looked for as far back as an instruction count at least. */
  async memory(
    from: Point,
    ranges: readonly { readonly address: number; readonly byteLength: number }[],
    earliest = -Infinity,
  ): Promise<WriteFound | undefined | typeof PAUSE> {
    const { machine } = this;
    const watched = ranges.map((range) => ({ ...range, space: 'physical', access: 'write' }) as const);
    for (const { moment, end } of segmentsBefore(this.timeline, from)) {
      let found: WriteFound | undefined;
      this.travel.restore(moment);
      machine.setWatches(watched);
      try {
        const done = await this.travel.through(end.count, (most) => {
          const stop = machine.run(most);
          const hit = stop.kind === 'watch' ? stop.hits.at(-1) : undefined;
          if (hit) found = { point: this.pointOf(moment.epoch, hit), hit };
          return stop;
        });
        if (!done) return PAUSE;
      } finally {
        machine.setWatches([]);
      }
      if (found || moment.count <= earliest) return found;
    }
    return undefined;
  }

  /** The last instruction that changed a value. `watch` begins to look at it; what it returns is asked after each instruction: undefined, or the new value. */
  async register(from: Point, watch: () => () => number | undefined): Promise<Found> {
    if (!(await this.travel.approach(from))) return PAUSE;
    for (const { moment, end } of segmentsBefore(this.timeline, from)) {
      this.travel.restore(moment);
      let found: Point | undefined;
      const read = watch();
      let last = read();
      const done = await this.travel.through(end.count, () => {
        const { instructionCount } = this.machine;
        const stop = this.machine.run(1);
        const now = read();
        if (now === undefined) return stop;
        if (last !== undefined && last !== now) found = { epoch: moment.epoch, count: instructionCount };
        last = now;
        return stop;
      });
      if (!done) return PAUSE;
      if (found) return found;
    }
    return undefined;
  }

  private pointOf(epoch: number, { by }: WatchHit): Point {
    const { instructionCount } = this.machine;
    return { epoch, count: by === 'cpu' ? instructionCount - 1 : instructionCount };
  }
}
