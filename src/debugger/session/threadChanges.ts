/** Tells which threads have come and gone between two stops. */
import type { Threads } from '../stack/threads';
import { Listeners } from './listeners';

export class ThreadChanges {
  readonly listeners = new Listeners<{ readonly id: number; readonly reason: 'started' | 'exited' }>();
  private known: ReadonlySet<number>;

  constructor(private readonly threads: Threads) {
    this.known = this.now();
  }

  update(): void {
    const now = this.now();
    for (const id of this.known) if (!now.has(id)) this.listeners.emit({ id, reason: 'exited' });
    for (const id of now) if (!this.known.has(id)) this.listeners.emit({ id, reason: 'started' });
    this.known = now;
  }

  private now(): ReadonlySet<number> {
    return new Set(this.threads.list().map(({ id }) => id));
  }
}
