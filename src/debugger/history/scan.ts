/** Runs through a piece of the past and looks at the machine wherever one of some addresses is about to execute. Stops nowhere. */
import type { MachineFace } from '../../machine/types';
import { segmentsBefore, type Segment } from './segments';
import type { Point, Timeline } from './timeline';
import type { Travel } from './travel';

/** A pause has ended a search. */
export const PAUSE = Symbol('pause');

export class Scan {
  constructor(
    private readonly machine: MachineFace,
    private readonly timeline: Timeline,
    private readonly travel: Travel,
  ) {}

  /** `visit` is called in the order of time. False when a pause ended it. */
  async visit(
    segment: Segment,
    addresses: Iterable<number>,
    visit: (pc: number, point: Point) => void,
  ): Promise<boolean> {
    const { machine } = this;
    const { moment, end, withEnd } = segment;
    const armed = new Set([...addresses].map((address) => address >>> 0));
    this.travel.restore(moment);
    machine.setBreakpoints(armed);
    try {
      return await this.travel.through(end.count, (most) => {
        const before = machine.instructionCount;
        const stop = machine.run(most);
        const count = machine.instructionCount;
        const pc = machine.cpu.getRegister(15);
        if (armed.has(pc) && count !== before && (count < end.count || withEnd))
          visit(pc, { epoch: moment.epoch, count });
        return stop;
      });
    } finally {
      machine.setBreakpoints([]);
    }
  }

  /** The last point before another at which one of the addresses was about to execute and more held. */
  async last(
    from: Point,
    addresses: Iterable<number>,
    holds: (pc: number) => boolean,
  ): Promise<Point | undefined | typeof PAUSE> {
    for (const segment of segmentsBefore(this.timeline, from)) {
      let found: Point | undefined;
      const done = await this.visit(segment, addresses, (pc, point) => {
        if (holds(pc)) found = point;
      });
      if (!done) return PAUSE;
      if (found) return found;
    }
    return undefined;
  }
}
