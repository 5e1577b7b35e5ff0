/** DAP over byte streams, framed by @vscode/debugadapter: one session per pair of streams. `armvisor dap` uses it. */
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { createSession } from './createSession';
import { NodeFileHost } from './nodeHost';
import type { Session } from './session';

class StreamServer extends ProtocolServer {
  readonly session: Session;

  constructor(ended: () => void) {
    super();
    this.session = createSession({
      host: new NodeFileHost(),
      send: (message) => this.deliver(message),
      ended,
    });
    // What is not JSON is dropped; without a listener Node would end the process.
    this.on('error', () => undefined);
  }

  override handleMessage(message: DebugProtocol.ProtocolMessage): void {
    this.session.receive(message);
  }

  private deliver(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'event') this.sendEvent(message as DebugProtocol.Event);
    // The base class numbers messages itself and takes a set number for a repeated one.
    else this.sendResponse(Object.assign(message as DebugProtocol.Response, { seq: 0 }));
  }
}

/** Serves one session; resolves when the client has disconnected or its stream has ended, and all is answered. */
export async function serveStreams(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<void> {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const server = new StreamServer(finish);
  server.on('close', finish);
  // Stdin of a pipe ends without closing.
  input.on('end', finish);
  server.start(input, output);
  await finished;
  await server.session.idle();
  await server.session.end();
}
