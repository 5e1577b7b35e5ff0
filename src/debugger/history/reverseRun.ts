/**
 * Runs backwards to the breakpoint that was met last. The past is run through piece by piece, the latest first, each once and forwards,
 * with all breakpoints armed; the last stop of the latest piece that has one is where going forwards would have stopped before.
 *
 * Hit counts are those that were counted on the way forwards: a stop that was the fifth is found as the fifth. What was met before
 * counting began is numbered from there backwards: 1 is the hit just before.
 */
import type { Breakpoint } from '../breakpoints/breakpoint';
import { summarise, type Pass } from '../breakpoints/store';
import type { MachineFace } from '../../machine/types';
import type { Halt } from '../run/runLoop';
import { segmentsBefore, type Segment } from './segments';
import { earlier, type Timeline, type Point } from './timeline';
import type { Survey } from './survey';
import type { Travel } from './travel';

interface Met {
  readonly count: number;
  readonly passes: Pass[];
}

/** Where a run backwards ends. */
export interface ReverseStop {
  readonly point: Point;
  /** Undefined at the start of the history, or where a pause ended it. */
  readonly halt?: Halt;
  readonly paused?: true;
}

export class ReverseRun {
  constructor(
    private readonly machine: MachineFace,
    private readonly timeline: Timeline,
    private readonly travel: Travel,
    private readonly survey: Survey,
  ) {}

  /** Looks for the last stop before a point; the machine is left anywhere in the past. */
  async find(from: Point): Promise<ReverseStop> {
    const hits = new Map(this.survey.store.counting.map((breakpoint) => [breakpoint, breakpoint.hits]));
    let point = from;
    for (const segment of segmentsBefore(this.timeline, from, hits.size > 0)) {
      const all = await this.meetings(segment);
      if (all === undefined) return this.ended({ point, paused: true }, hits);
      const met = point === from ? leaveOut(from.count, all, hits) : all;
      const found = lastStop(met, hits);
      if (found) return this.ended({ point: { epoch: segment.end.epoch, count: found.count }, halt: found.halt }, hits);
      point = segment.moment;
    }
    return this.ended({ point: this.timeline.start }, hits);
  }

  /** Adds to hit counts, or takes from them, what is met between two points: for those who go there by other ways. */
  async recount(from: Point, to: Point): Promise<void> {
    const { counting } = this.survey.store;
    if (counting.length === 0) return;
    const backwards = earlier(to, from);
    const [low, high] = backwards ? [to, from] : [from, to];
    const hits = new Map(counting.map((breakpoint) => [breakpoint, breakpoint.hits]));
    for (const segment of segmentsBefore(this.timeline, high, true)) {
      for (const { count, passes } of (await this.meetings(segment)) ?? []) {
        const point = { epoch: segment.end.epoch, count };
        if (count === to.count) for (const { breakpoint } of passes.filter(counts)) breakpoint.countedAt = count;
        if (!earlier(low, point)) continue;
        for (const { breakpoint } of passes.filter(counts)) {
          if (count === from.count && breakpoint.countedAt !== count) continue;
          hits.set(breakpoint, (hits.get(breakpoint) ?? 0) + (backwards ? -1 : 1));
        }
      }
      if (!earlier(low, segment.moment)) break;
    }
    for (const [breakpoint, count] of hits) breakpoint.hits = count;
  }

  private ended(stop: ReverseStop, hits: ReadonlyMap<Breakpoint, number>): ReverseStop {
    for (const [breakpoint, count] of hits) breakpoint.hits = count;
    return stop;
  }

  /** Who is met in a piece of the past, in order; undefined when a pause ends it. Of those that do not count only the last is kept. */
  private async meetings({ moment, end, withEnd }: Segment): Promise<readonly Met[] | undefined> {
    const { machine } = this;
    this.travel.restore(moment);
    const met: Met[] = [];
    this.survey.begin((pass) => {
      const count = machine.instructionCount;
      if (pass.breakpoint.log || (count === end.count && !withEnd)) return;
      const last = met.at(-1);
      if (last?.count === count) {
        last.passes.push(pass);
        return;
      }
      // It surely stops, and then nobody asks for the one before, unless that was counted.
      if (last && !counts(pass) && !last.passes.some(counts)) met.pop();
      met.push({ count, passes: [pass] });
    });
    try {
      const done = await this.travel.through(end.count, (most) => this.survey.run(most));
      if (!done) return undefined;
    } finally {
      this.survey.end();
    }
    return met;
  }
}

const counts = ({ breakpoint, undecided }: Pass): boolean => !undecided && breakpoint.hitCondition !== undefined;

/** All meetings but those where one stands; what was counted there is taken back. */
function leaveOut(count: number, met: readonly Met[], hits: Map<Breakpoint, number>): readonly Met[] {
  const here = met.at(-1);
  if (here?.count !== count) return met;
  for (const { breakpoint } of here.passes.filter(counts))
    if (breakpoint.countedAt === count) hits.set(breakpoint, (hits.get(breakpoint) ?? 0) - 1);
  return met.slice(0, -1);
}

/** The last of the meetings that stops; hit counts become those of the time there, or of before all of them. */
function lastStop(
  met: readonly Met[],
  hits: Map<Breakpoint, number>,
): { readonly count: number; readonly halt: Halt } | undefined {
  for (let index = met.length - 1; index >= 0; index--) {
    const { count, passes } = met[index]!;
    const stopping = passes.filter((pass) => {
      if (!counts(pass)) return true;
      const number = hits.get(pass.breakpoint) ?? 0;
      return pass.breakpoint.hitCondition!(number >= 1 ? number : 1 - number);
    });
    if (stopping.length > 0) {
      for (const { breakpoint } of passes.filter(counts)) breakpoint.countedAt = count;
      return { count, halt: summarise(stopping) };
    }
    for (const { breakpoint } of passes.filter(counts)) hits.set(breakpoint, (hits.get(breakpoint) ?? 0) - 1);
  }
  return undefined;
}
