/** `armvisor dap`: the debug adapter on stdio, or on a TCP port of the loopback interface for one session per connection. */
import { serveStreams } from '../adapter/nodeStreams';
import { listenOnLoopback, readPort } from './loopback';

export async function dap(portText: string | undefined): Promise<void> {
  if (portText !== undefined) {
    await serveTcp(portText);
    return;
  }
  await serveStreams(process.stdin, process.stdout);
  // An open stdin would keep the process; what was written must still reach the client.
  process.stdout.write('', () => process.exit());
}

/** Resolves never: the server ends with its process. */
async function serveTcp(portText: string): Promise<void> {
  const opened = await listenOnLoopback(readPort(portText), (socket) => {
    void serveStreams(socket, socket).finally(() => socket.end());
  });
  process.stderr.write(`Listening for debug clients on 127.0.0.1:${opened}\n`);
}
