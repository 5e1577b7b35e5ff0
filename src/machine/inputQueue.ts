/**
 * The one queue of input from outside (decision 1 of the design): what was sent and has not reached its device, the log of what
 * has, and a log that is being replayed. When a delivery is due is asked by machine.ts; a log as a file is inputLog.ts.
 *
 * Deliveries are stamped where the device gets them, with the machine settled at that boundary: devices that are due have been
 * served and a pending interrupt is taken. So it does not matter how the run before ended, and a replay may cut its slices
 * elsewhere.
 */
import type { DeviceInput } from './types';

/** Input from outside: bytes for a serial port, or something for a device by name. Plain data. */
export type InputEvent =
  { readonly port: number; readonly bytes: Uint8Array } | { readonly instance: string; readonly input: DeviceInput };

/** What came to the devices at one moment: before the instruction that follows so many. */
export interface InputDelivery {
  readonly instructionCount: number;
  readonly events: readonly InputEvent[];
}

/** The queue's part of a snapshot. */
export interface InputState {
  readonly sent: readonly InputEvent[];
  readonly log: readonly InputDelivery[];
}

export class InputQueue {
  private sent: InputEvent[] = [];
  private delivered: InputDelivery[] = [];
  /** A copy of `delivered` that snapshots share until the next delivery. */
  private logCopy: readonly InputDelivery[] | undefined = [];
  private replayed: readonly InputDelivery[] = [];
  private next = 0;
  /** What came while input was held; undefined while it is not. */
  private aside: InputEvent[] | undefined;
  /** How much has been sent, ever; what is held has not. */
  sends = 0;

  /** Input of the present: it makes another history than the one that was being replayed, so that one ends. */
  send(event: InputEvent): void {
    if (this.aside !== undefined) {
      this.aside.push(event);
      return;
    }
    this.sends++;
    this.replayed = [];
    this.next = 0;
    this.sent.push(event);
  }

  /** While input is held, what is sent waits outside of the machine: it is meant for the state that a replay ends in. */
  hold(held: boolean): void {
    if (held) {
      this.aside ??= [];
      return;
    }
    const waiting = this.aside ?? [];
    this.aside = undefined;
    for (const event of waiting) this.send(event);
  }

  /** All deliveries so far, from reset on. Never written. */
  get log(): readonly InputDelivery[] {
    return (this.logCopy ??= this.delivered.slice());
  }

  /**
   * Deliveries to come, from a log of this machine's own history.
   * @throws Error with a sentence when the log has another past than this machine
   */
  replay(log: readonly InputDelivery[], instructionCount: number): void {
    const past = this.delivered.length;
    const same = this.delivered.every((delivery, i) => log[i]?.instructionCount === delivery.instructionCount);
    const first = log[past];
    if (!same || (first !== undefined && first.instructionCount < instructionCount)) {
      throw new Error(
        `The input log does not belong to what this machine has done in its first ${instructionCount} instructions: replay it from its beginning, or from a snapshot of the recorded session.`,
      );
    }
    // What was on its way when the log went on here is its next delivery.
    if (first?.instructionCount === instructionCount) this.sent = [];
    this.replayed = log;
    this.next = past;
  }

  /** What has been sent and has not been delivered. */
  get pending(): readonly InputEvent[] {
    return this.sent.slice();
  }

  /** Instruction count of the next delivery of a replay; Infinity when there is none. */
  get nextReplay(): number {
    return this.replayed[this.next]?.instructionCount ?? Infinity;
  }

  /** Whether something is to be delivered at this boundary. */
  due(instructionCount: number): boolean {
    return this.sent.length > 0 || this.nextReplay <= instructionCount;
  }

  /** Takes what is due at this boundary and writes it into the log. The caller hands it to the devices. */
  take(instructionCount: number): readonly InputEvent[] {
    const events = this.nextReplay <= instructionCount ? this.replayed[this.next++]!.events : this.sent;
    if (events === this.sent) this.sent = [];
    this.delivered.push({ instructionCount, events });
    this.logCopy = undefined;
    return events;
  }

  capture(): InputState {
    return { sent: this.sent.slice(), log: this.log };
  }

  restore({ sent, log }: InputState): void {
    this.sent = sent.slice();
    this.delivered = log.slice();
    this.logCopy = log;
    this.replayed = [];
    this.next = 0;
  }
}
