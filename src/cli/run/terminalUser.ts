/**
 * `--console`: what is typed at the terminal goes to the guest's console, key by key, and the machine's time does not run ahead of
 * ours, so that a guest's `sleep 1` takes a second. Ctrl-A x leaves; Ctrl-A Ctrl-A is one Ctrl-A for the guest. Input that comes
 * through a pipe is typed as it comes, and the machine runs as fast as it can.
 */
import type { EventEmitter } from 'node:events';
import type { DebugEngine, StopEvent } from '../../debugger/types';
import type { ConsoleUser } from './consoleUser';

const CTRL_A = 0x01;
const LEAVE = 'x'.charCodeAt(0);
const MS_PER_NS = 1e-6;
/** A leg should take so much of the machine's time: short for a person, long enough to cost little. */
const LEG_MS = 20;
const SHORTEST_LEG = 500;
const LONGEST_LEG = 500_000;
/** A machine that is so far behind does not hurry to catch up. */
const FORGIVEN_MS = 100;

/** Standard input, as far as it is used here. */
export interface Terminal extends EventEmitter {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** Bytes for a terminal in raw mode, which wants a carriage return before each line feed. */
export function forTerminal(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

/** Time of day and sleep, which tests replace. */
export interface Clock {
  nowMs(): number;
  /** Sleeps so long, or until `wake` is called. */
  sleep(ms: number, onWake: (wake: () => void) => void): Promise<void>;
}

export const hostClock: Clock = {
  nowMs: () => performance.now(),
  sleep: (ms, onWake) =>
    new Promise((resolve) => {
      const timer = ms === Infinity ? undefined : setTimeout(resolve, ms);
      onWake(() => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

export class TerminalUser implements ConsoleUser {
  legInstructions = 20_000;
  private leaving = false;
  private ended = false;
  private typed = false;
  private afterPrefix = false;
  private wake: () => void = () => undefined;
  /** The machine's time and ours when they were last the same. */
  private baseMachineMs = 0;
  private baseMs: number;
  private lastMachineMs = 0;

  constructor(
    private readonly engine: DebugEngine,
    private readonly nsPerTick: number,
    private readonly terminal: Terminal,
    private readonly clock: Clock = hostClock,
  ) {
    this.baseMs = clock.nowMs();
    terminal.setRawMode?.(true);
    terminal.on('data', this.onData);
    terminal.on('end', this.onEnd);
    terminal.resume();
  }

  private readonly onData = (bytes: Uint8Array): void => {
    const keys = this.terminal.isTTY ? [...bytes].filter((key) => this.isForGuest(key)) : [...bytes];
    if (keys.length > 0) {
      this.typed = true;
      this.engine.machine.sendConsoleInput(0, Uint8Array.from(keys));
    }
    this.wake();
  };

  private readonly onEnd = (): void => {
    this.ended = true;
    this.wake();
  };

  /** Filters the escape key and what follows it. */
  private isForGuest(key: number): boolean {
    if (!this.afterPrefix) {
      this.afterPrefix = key === CTRL_A;
      return !this.afterPrefix;
    }
    this.afterPrefix = false;
    if (key === LEAVE) this.leaving = true;
    return key === CTRL_A;
  }

  async between(stop: StopEvent): Promise<'leave' | 'typed' | 'nothing'> {
    if (stop.reason === 'waiting' && !this.typed && !this.ended) await this.rest(Infinity);
    else if (this.terminal.isTTY) await this.keepPace();
    if (this.leaving) return 'leave';
    const { typed } = this;
    this.typed = false;
    return typed ? 'typed' : 'nothing';
  }

  /** Rests while the machine is ahead, and fits the next leg to how fast its time passes. */
  private async keepPace(): Promise<void> {
    const machineMs = this.engine.machine.ticks * this.nsPerTick * MS_PER_NS;
    const legMs = machineMs - this.lastMachineMs;
    this.lastMachineMs = machineMs;
    const fitted = legMs > LEG_MS ? this.legInstructions / 2 : this.legInstructions * 2;
    this.legInstructions = Math.round(Math.min(LONGEST_LEG, Math.max(SHORTEST_LEG, fitted)));
    const aheadMs = machineMs - this.baseMachineMs - (this.clock.nowMs() - this.baseMs);
    if (aheadMs > LEG_MS) await this.rest(aheadMs);
    else if (aheadMs < -FORGIVEN_MS) {
      this.baseMachineMs = machineMs;
      this.baseMs = this.clock.nowMs();
    }
  }

  private rest(ms: number): Promise<void> {
    if (this.typed || this.leaving) return Promise.resolve();
    return this.clock.sleep(ms, (wake) => (this.wake = wake));
  }

  /** May be called twice. */
  close(): void {
    this.terminal.off('data', this.onData);
    this.terminal.off('end', this.onEnd);
    this.terminal.setRawMode?.(false);
    this.terminal.pause();
  }
}
