/** Whoever types at the console of a run, as the runner sees them: a person at a terminal, or prepared texts. */
import type { StopEvent } from '../../debugger/types';

export interface ConsoleUser {
  /** How long the machine runs before it asks again. */
  readonly legInstructions: number;
  /**
   * Asked between legs; types what there is to type. It may take its time while the machine has nothing to do.
   * `leave` ends the run; `typed` says that something came, so that a machine that waited goes on.
   */
  between(stop: StopEvent): Promise<'leave' | 'typed' | 'nothing'>;
  close(): void;
}
