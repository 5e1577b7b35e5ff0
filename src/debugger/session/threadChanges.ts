/** Tells which threads have come and gone between two stops. */
import { CPU_THREAD, type Threads } from '../stack/threads';
import { Listeners } from './listeners';

export class ThreadChanges {
  readonly listeners = new Listeners<{ readonly id: number; readonly reason: 'started' | 'exited' }>();
  /** Before the machine has run there is only the CPU. */
  private known: ReadonlySet<number> = new Set([CPU_THREAD]);

  constructor(private readonly threads: Threads) {}

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
