/**
 * Progress of long work, for clients that show it (DAP "progressStart"): nothing of what is over soon, and a way to end what is not.
 * Knows no work by name.
 */
import type { SendEvent } from './events';

/** What takes less is not worth a notification. */
export const PROGRESS_DELAY_MS = 400;
const UPDATE_MS = 500;

interface Work {
  readonly cancel: () => void;
}

export class Progress {
  private readonly works = new Map<string, Work>();
  private nextId = 1;

  constructor(
    private readonly send: SendEvent,
    private readonly isWanted: () => boolean,
    private readonly delayMs: number,
  ) {}

  /**
   * @param message where it stands, asked from time to time
   * @param cancel ends it early
   * @returns to be called when it is over
   */
  begin(title: string, message: () => string, cancel: () => void): () => void {
    if (!this.isWanted()) return () => undefined;
    const progressId = `progress-${this.nextId++}`;
    let updates: ReturnType<typeof setInterval> | undefined;
    const start = setTimeout(() => {
      this.works.set(progressId, { cancel });
      this.send('progressStart', { progressId, title, cancellable: true, message: message() });
      updates = setInterval(() => this.send('progressUpdate', { progressId, message: message() }), UPDATE_MS);
    }, this.delayMs);
    return () => {
      clearTimeout(start);
      clearInterval(updates);
      if (this.works.delete(progressId)) this.send('progressEnd', { progressId });
    };
  }

  /** What a client does not want to wait for any more. Nothing happens for what is over. */
  cancel(progressId: string): void {
    this.works.get(progressId)?.cancel();
  }
}
