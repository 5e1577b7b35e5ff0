/**
 * The way from the caches to memory as time: one bus that serves requests in order, and the write buffer in front of it.
 * All times are machine ticks; every method gives the cycles that the core has to wait.
 */
import { PARAMETERS } from './parameters';

const FIRST_WORD = PARAMETERS.busFirstWord.value;
const NEXT_WORD = PARAMETERS.busNextWord.value;
const MOST_WORDS = PARAMETERS.writeBufferWords.value;
const MOST_ADDRESSES = PARAMETERS.writeBufferAddresses.value;

export interface BusState {
  readonly freeAt: number;
  readonly writes: readonly { readonly end: number; readonly words: number }[];
}

export class Bus {
  private freeAt = 0;
  /** Writes in the buffer, oldest first, with the tick at which each has left it. */
  private writes: { end: number; words: number }[] = [];

  reset(): void {
    this.freeAt = 0;
    this.writes = [];
  }

  private begin(now: number, cycles: number): number {
    const start = Math.max(now, this.freeAt);
    this.freeAt = start + cycles;
    return start;
  }

  /** Reads `words` in one burst; the core waits for the first. */
  read(now: number, words: number): number {
    return this.begin(now, FIRST_WORD + (words - 1) * NEXT_WORD) + FIRST_WORD - now;
  }

  /** The next word of the burst that was begun last. */
  goOn(now: number): number {
    return this.begin(now, NEXT_WORD) + NEXT_WORD - now;
  }

  /** A write that the core waits for. */
  writeThrough(now: number): number {
    return this.begin(now, FIRST_WORD) + FIRST_WORD - now;
  }

  /** Puts a burst of `words` into the write buffer; the core waits only while that is full. */
  post(now: number, words: number): number {
    let at = now;
    let held = 0;
    while (this.writes.length > 0 && this.writes[0]!.end <= now) this.writes.shift();
    for (const write of this.writes) held += write.words;
    while (this.writes.length >= MOST_ADDRESSES || held + words > MOST_WORDS) {
      const oldest = this.writes.shift()!;
      held -= oldest.words;
      at = Math.max(at, oldest.end);
    }
    const cycles = FIRST_WORD + (words - 1) * NEXT_WORD;
    this.writes.push({ end: this.begin(at, cycles) + cycles, words });
    return at - now;
  }

  /** The next word of the burst that was posted last, at the same address in the buffer while it has place there. */
  postOn(now: number): number {
    const last = this.writes.at(-1);
    let held = 0;
    for (const write of this.writes) held += write.words;
    if (last === undefined || last.end <= now || last.end !== this.freeAt || held >= MOST_WORDS) {
      return this.post(now, 1);
    }
    last.words++;
    last.end = this.freeAt += NEXT_WORD;
    return 0;
  }

  /** Waits until the write buffer is empty. */
  drain(now: number): number {
    const last = this.writes.at(-1);
    this.writes = [];
    return last === undefined ? 0 : Math.max(0, last.end - now);
  }

  capture(): BusState {
    return { freeAt: this.freeAt, writes: this.writes.map((write) => ({ ...write })) };
  }

  restore(state: BusState): void {
    this.freeAt = state.freeAt;
    this.writes = state.writes.map((write) => ({ ...write }));
  }
}
