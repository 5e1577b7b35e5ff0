/** The past in pieces, the latest first: each from a moment to the next, or to where one stands. */
import type { Timeline, Moment, Point } from './timeline';

export interface Segment {
  readonly moment: Moment;
  /** Where it ends, in the epoch of its moment. */
  readonly end: Point;
  /** Whether the point at its end belongs to it; that at its beginning belongs to the piece before. */
  readonly withEnd: boolean;
}

/** The pieces between a point and the start of the history; `withPoint`: the point itself is among them. */
export function* segmentsBefore(timeline: Timeline, point: Point, withPoint = false): Generator<Segment> {
  let end = point;
  let withEnd = withPoint;
  for (;;) {
    const moment = timeline.before(end);
    if (moment === undefined) return;
    // Before the first state of an epoch stands the last of the epoch before.
    if (moment.epoch < end.epoch) [end, withEnd] = [timeline.endOf(moment.epoch), true];
    yield { moment, end, withEnd };
    [end, withEnd] = [moment, true];
  }
}
