/** Address ranges that are asked "who covers this address?": units, functions, frames, line sequences. */
export interface Interval {
  readonly low: number;
  /** First address after it. */
  readonly high: number;
}

/** Sorted once; look-ups are binary searches. Ranges may overlap: the one that starts last (the innermost) is found first. */
export class IntervalIndex<T extends Interval> {
  private readonly sorted: readonly T[];
  /** furthest[i] is the highest end among the first i + 1: where a search backwards may stop. */
  private readonly furthest: Float64Array;

  constructor(intervals: readonly T[]) {
    this.sorted = intervals.filter(({ low, high }) => high > low).sort((a, b) => a.low - b.low || b.high - a.high);
    this.furthest = new Float64Array(this.sorted.length);
    let furthest = 0;
    this.sorted.forEach((interval, index) => {
      furthest = Math.max(furthest, interval.high);
      this.furthest[index] = furthest;
    });
  }

  at(address: number): T | undefined {
    for (const interval of this.covering(address)) return interval;
    return undefined;
  }

  /** All that cover the address, innermost first. */
  *covering(address: number): Generator<T> {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle].low <= address) low = middle + 1;
      else high = middle;
    }
    for (let index = low - 1; index >= 0 && this.furthest[index] > address; index--) {
      if (this.sorted[index].high > address) yield this.sorted[index];
    }
  }

  get all(): readonly T[] {
    return this.sorted;
  }
}
