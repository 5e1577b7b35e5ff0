/**
 * A session behind a pair of byte streams, framed by @vscode/debugadapter. What is not JSON, or no message, is dropped, as the
 * protocol has no answer to it.
 */
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Session } from './session';

export class StreamServer extends ProtocolServer {
  readonly session: Session;

  /** @param create makes the session, given how to send a message */
  constructor(create: (send: (message: DebugProtocol.ProtocolMessage) => void) => Session) {
    super();
    this.session = create((message) => this.deliver(message));
    // Without a listener Node would end the process at the first broken message.
    this.on('error', () => undefined);
  }

  override handleMessage(message: DebugProtocol.ProtocolMessage): void {
    this.session.receive(message);
  }

  private deliver(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'event') this.sendEvent(message as DebugProtocol.Event);
    // The base class numbers messages itself and takes a set number for a repeated answer.
    else this.sendResponse(Object.assign(message as DebugProtocol.Response, { seq: 0 }));
  }
}
