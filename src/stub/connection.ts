/**
 * One conversation in GDB's remote protocol from the client's side: a packet out, its answer back. Knows framing, acknowledgement and
 * time; what packets mean is stubMachine.ts's. A connection that is lost stays lost: every answer is then undefined.
 */
import type { StubChannel } from './channel';
import { framed, latin1, latin1Text, PacketReader } from './packets';

/** A stub that does not answer a question for so long is gone. */
const ANSWER_MS = 5000;
const INTERRUPT = Uint8Array.of(0x03);
const ACKNOWLEDGE = latin1('+');
const REFUSE = latin1('-');
const STOP_REPLY = /^[ST][0-9a-f]{2}/i;
/** Of what has come in, without a packet among it. */
const MOST_PIECES = 2000;
const NOTHING = new Uint8Array();
const MOST_DOCUMENT_PARTS = 1000;

export class StubConnection {
  private readonly reader: PacketReader;
  private readonly waiting: string[] = [];
  private acknowledges = true;
  private isLost = false;

  constructor(
    private readonly channel: StubChannel,
    /** Text that the target prints (`O` packets). */
    private readonly onOutput: (bytes: Uint8Array) => void,
  ) {
    this.reader = new PacketReader((incoming) => {
      if (incoming.kind === 'interrupt') return;
      if (this.acknowledges) this.channel.send(incoming.kind === 'packet' ? ACKNOWLEDGE : REFUSE);
      if (incoming.kind === 'packet') this.take(latin1Text(incoming.data));
    });
  }

  get lost(): boolean {
    return this.isLost;
  }

  /** The answer to a packet: empty for one that the stub does not know; undefined when the connection is lost. */
  ask(packet: string): string | undefined {
    this.send(packet);
    return this.next(ANSWER_MS);
  }

  /** The same for a stub that may be in the middle of saying that it has stopped, as one is that halts for a client who comes. */
  askFirst(packet: string): string | undefined {
    const answer = this.ask(packet);
    return answer !== undefined && STOP_REPLY.test(answer) ? this.next(ANSWER_MS) : answer;
  }

  /** Sends a packet whose answer comes when it comes (`next`). */
  send(packet: string): void {
    if (!this.isLost) this.channel.send(framed(packet));
  }

  /** Asks a running target to stop. */
  interrupt(): void {
    if (!this.isLost) this.channel.send(INTERRUPT);
  }

  /** The next packet; undefined when none comes in time or ever (`lost`). Unless told otherwise, silence means that the stub is gone. */
  next(timeoutMs: number, silenceIsLoss = true): string | undefined {
    for (let pieces = 0; this.waiting.length === 0 && !this.isLost; pieces++) {
      // Who talks without end and answers nothing is as good as silent.
      const bytes = pieces < MOST_PIECES ? this.channel.receive(timeoutMs) : NOTHING;
      if (bytes === undefined) this.isLost = true;
      else if (bytes.length > 0) this.reader.feed(bytes);
      else {
        if (silenceIsLoss) this.close();
        return undefined;
      }
    }
    return this.waiting.shift();
  }

  /** No acknowledgements from here on, where the stub can do without. */
  stopAcknowledging(): void {
    if (this.ask('QStartNoAckMode') === 'OK') this.acknowledges = false;
  }

  /** A whole document (`qXfer`), undefined when the stub has none of the name. */
  document(object: string, annex: string, partBytes: number): string | undefined {
    let text = '';
    for (let part = 0; part < MOST_DOCUMENT_PARTS; part++) {
      const answer = this.ask(`qXfer:${object}:read:${annex}:${text.length.toString(16)},${partBytes.toString(16)}`);
      if (answer === undefined || !/^[ml]/.test(answer)) return undefined;
      text += answer.slice(1);
      if (answer.startsWith('l') || answer.length === 1) return text;
    }
    return undefined;
  }

  close(): void {
    this.isLost = true;
    this.channel.close();
  }

  private take(packet: string): void {
    const output = /^O((?:[0-9a-f]{2})+)$/i.exec(packet)?.[1];
    if (output === undefined) this.waiting.push(packet);
    else this.onOutput(Uint8Array.from(output.match(/../g)!, (digits) => parseInt(digits, 16)));
  }
}
