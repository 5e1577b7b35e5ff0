/**
 * The write buffer with its data: words on their way to memory, in order. A word leaves it when the bus has had the time
 * for it, when there is no place for another, or when something has to wait for all of them; until then memory is old.
 * Its size and the time of the bus are those of the arm926ejs tick model, whatever model counts the ticks.
 */
import type { AccessSize } from '../../bus';
import { PARAMETERS } from '../ticks/arm926ejs/parameters';

const MOST_WORDS = PARAMETERS.writeBufferWords.value;
const MOST_ADDRESSES = PARAMETERS.writeBufferAddresses.value;
const FIRST_WORD_TICKS = PARAMETERS.busFirstWord.value;
const NEXT_WORD_TICKS = PARAMETERS.busNextWord.value;

export interface BufferedWrite {
  /** Place in the machine's memory. */
  readonly offset: number;
  readonly size: AccessSize;
  value: number;
  /** Begins an address of its own; the others go on with the burst before them. */
  readonly first: boolean;
  /** Tick at which it has left. */
  readonly due: number;
}

export class WriteBuffer {
  /** Oldest first. */
  private writes: BufferedWrite[] = [];

  /** `commit` writes memory. */
  constructor(private readonly commit: (write: BufferedWrite) => void) {}

  get pending(): readonly BufferedWrite[] {
    return this.writes;
  }

  reset(): void {
    this.writes = [];
  }

  post(offset: number, size: AccessSize, value: number, now: number): void {
    const last = this.writes.at(-1);
    const first = last === undefined || size !== 4 || last.size !== 4 || last.offset + 4 !== offset;
    let addresses = first ? 1 : 0;
    this.writes.forEach((write, index) => {
      if (write.first || index === 0) addresses++;
    });
    while (this.writes.length >= MOST_WORDS || addresses > MOST_ADDRESSES) {
      this.leave();
      if (this.writes[0]?.first !== false) addresses--;
    }
    const start = Math.max(now, last?.due ?? 0);
    this.writes.push({ offset, size, value, first, due: start + (first ? FIRST_WORD_TICKS : NEXT_WORD_TICKS) });
  }

  /** Lets out what has had its time. */
  advance(now: number): void {
    while (this.writes.length > 0 && this.writes[0]!.due <= now) this.leave();
  }

  drain(): void {
    while (this.writes.length > 0) this.leave();
  }

  private leave(): void {
    this.commit(this.writes.shift()!);
  }

  /** Whether a byte range has a write on its way. */
  holds(offset: number, byteLength: number): boolean {
    return this.writes.some((write) => write.offset < offset + byteLength && offset < write.offset + write.size);
  }

  capture(): readonly BufferedWrite[] {
    return this.writes.map((write) => ({ ...write }));
  }

  restore(state: readonly BufferedWrite[]): void {
    this.writes = state.map((write) => ({ ...write }));
  }
}
