/**
 * What the machine's coherence check finds while it runs: told at once, and kept until the boundary after the read, where a filter may
 * stop. Decides nothing: the filter's condition is the breakpoints' business.
 */
import type { CoherenceReport, MachineFace } from '../../machine/types';

/** A guest can be wrong at every line of its code; more sentences than this nobody reads. */
const MOST_TOLD = 100;

export class CoherenceWatch {
  /** The report that the filters are asked about at this stop; undefined otherwise. */
  current: CoherenceReport | undefined;
  /** Set while the past is searched for reports that no breakpoint waits for. */
  searched = false;
  private readonly waiting: CoherenceReport[] = [];
  private told = 0;

  constructor(
    private readonly machine: MachineFace,
    private readonly say: (text: string) => void,
    /** Whether a filter wants to see reports. */
    private readonly wanted: () => boolean,
    /** Whether what happens now has been told before. */
    private readonly silent: () => boolean = () => false,
  ) {
    machine.onCoherenceReport?.((report) => this.receive(report));
  }

  get available(): boolean {
    return this.machine.caches?.mode === 'coherence';
  }

  /** The session begins anew on the machine as it was loaded. */
  restart(): void {
    this.waiting.length = 0;
    this.told = 0;
    this.machine.announceCoherenceAgain?.();
  }

  /** The machine has gone elsewhere in time: nobody is asked any more about what was found on the way. */
  forget(): void {
    this.waiting.length = 0;
  }

  /** To be asked after every run: the reports since then, one by one, until `judge` stops at one. */
  ask<Stop>(judge: () => Stop | undefined): Stop | undefined {
    for (const report of this.waiting.splice(0)) {
      this.current = report;
      const stop = judge();
      this.current = undefined;
      if (stop !== undefined) return stop;
    }
    return undefined;
  }

  /** Called by the machine in the middle of the instruction that reads. */
  private receive(report: CoherenceReport): void {
    if (!this.silent()) this.tell(report.text);
    if (!this.wanted() && !this.searched) return;
    this.waiting.push(report);
    this.machine.requestStop();
  }

  private tell(text: string): void {
    if (this.told >= MOST_TOLD) return;
    this.say(`Coherence: ${text}`);
    if (++this.told === MOST_TOLD)
      this.say(`Coherence: that was report ${MOST_TOLD}; further ones are counted under Machine in Variables.`);
  }
}
