/** Listening on a port of the loopback interface, for the commands that serve clients: every mistake in one sentence. */
import { createServer, type Socket } from 'node:net';
import { UserError } from '../debugger/types';

/** @throws UserError for text that is no port */
export function readPort(text: string): number {
  const port = Number(text);
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new UserError(`--port is "${text}": it must be a number from 0 to 65535.`);
}

/** Returns the port that was opened, which 0 leaves to the system. Rejects with UserError when it cannot be. */
export async function listenOnLoopback(port: number, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer(serve);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message);
      reject(new UserError(`--port ${port} cannot be opened (${why}): choose another port.`));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}
