/** `armvisor dap`: the debug adapter on stdio, or on a TCP port of the loopback interface for one session per connection. */
import { createServer } from 'node:net';
import { serveStreams } from '../adapter/nodeStreams';
import { UserError } from '../debugger/types';

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
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UserError(`--port is "${portText}": it must be a number from 0 to 65535.`);
  }
  const server = createServer((socket) => {
    void serveStreams(socket, socket).finally(() => socket.end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message);
      reject(new UserError(`--port ${port} cannot be opened (${why}): choose another port.`));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const opened = typeof address === 'object' && address ? address.port : port;
  process.stderr.write(`Listening for debug clients on 127.0.0.1:${opened}\n`);
}
