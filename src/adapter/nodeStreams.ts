/** One session over the real engine for a pair of Node streams. `armvisor dap` uses it for stdio and for each TCP connection. */
import { createSession } from './createSession';
import { NodeFileHost } from './nodeHost';
import { StreamServer } from './streamServer';

/** Serves one session; resolves when the client has disconnected or its stream has ended, and all is answered. */
export async function serveStreams(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<void> {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const server = new StreamServer((send) => createSession({ host: new NodeFileHost(), send, ended: finish }));
  server.on('close', finish);
  // Stdin of a pipe ends without closing.
  input.on('end', finish);
  server.start(input, output);
  await finished;
  await server.session.idle();
  await server.session.end();
}
