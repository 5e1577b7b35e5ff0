/**
 * Who has the CPU: ticks by domain, from one switch to the next. The hypervisor's work counts for the domain that it works for.
 */
const MILLION = 1e6;
/** Of its share, in percent, that a victim must get. */
const LEAST_PERCENT = 90;
/** 100 ms at 200 MHz: rivals have slices of 5 ms, and some more at once. A hypercall that lets nobody else run shows here. */
const LONGEST_WAIT = 20_000_000;

export interface ShareCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export class Shares {
  private readonly ticks = new Map<number, number>();
  /** The longest time that each domain has been without the CPU, in ticks; when it lost it last. */
  private readonly longestWait = new Map<number, number>();
  private readonly lostAt = new Map<number, number>();
  private since: number;

  constructor(
    public running: number,
    now: number,
  ) {
    this.since = now;
  }

  switchTo(domainId: number, now: number): void {
    this.settle(now);
    this.lostAt.set(this.running, now);
    const waited = now - (this.lostAt.get(domainId) ?? now);
    this.longestWait.set(domainId, Math.max(this.longestWait.get(domainId) ?? 0, waited));
    this.running = domainId;
  }

  /** Counts what has gone by up to now. */
  settle(now: number): void {
    this.ticks.set(this.running, (this.ticks.get(this.running) ?? 0) + now - this.since);
    this.since = now;
  }

  /** Who wants the CPU gets as much of it as each of the others: `rivals` adversaries at a time, the victims, Domain-0. */
  checks(victims: number, rivals: number): readonly ShareCheck[] {
    const all = [...this.ticks.values()].reduce((sum, ticks) => sum + ticks, 0);
    const of = (domainId: number): number => this.ticks.get(domainId) ?? 0;
    const forGuests = all - of(0);
    const percents = Array.from({ length: victims }, (_, index) => (100 * of(index + 1)) / forGuests);
    const fair = 100 / (victims + rivals);
    const waits = percents.map((_, index) => this.longestWait.get(index + 1) ?? 0);
    return [
      {
        name: `victims keep ${LEAST_PERCENT} % of their share`,
        ok: percents.every((percent) => percent >= (fair * LEAST_PERCENT) / 100),
        detail: `${percents.map((percent) => percent.toFixed(1)).join(' and ')} % each, of ${fair.toFixed(1)}; ${(all / MILLION).toFixed(0)} million ticks, ${((100 * of(0)) / all).toFixed(1)} % of them Domain-0's`,
      },
      {
        name: 'no victim waits long for the CPU',
        ok: waits.every((ticks) => ticks <= LONGEST_WAIT),
        detail: `at most ${waits.map((ticks) => (ticks / MILLION).toFixed(1)).join(' and ')} million ticks; allowed are ${(LONGEST_WAIT / MILLION).toFixed(0)}`,
      },
    ];
  }
}
