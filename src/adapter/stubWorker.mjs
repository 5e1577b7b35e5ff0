/**
 * Entry point of the worker that holds the socket to a GDB stub (`nodeStub.ts`, which also says what the shared words are): bytes from
 * the stub go into shared memory, messages go to the stub. Plain JavaScript, since nothing translates the entry of a worker when the
 * adapter runs from its sources. Bundled as dist/stub-worker.js.
 */
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {import('./nodeStub').StubWorkerData} */
const { host, port, words, ring, places, closedState } = workerData;
const socket = connect({ host, port, noDelay: true });

function changed() {
  Atomics.add(words, places.changes, 1);
  Atomics.notify(words, places.changes);
}

socket.once('connect', () => parentPort.postMessage('connected'));
socket.once('error', ({ code, message }) => parentPort.postMessage(code ?? message));
socket.once('close', () => {
  Atomics.store(words, places.state, closedState);
  changed();
  parentPort.close();
});
socket.on('data', (bytes) => {
  const written = Atomics.load(words, places.written);
  const unread = (written - Atomics.load(words, places.read)) >>> 0;
  // A stub that says so much before it is read is none.
  if (unread + bytes.length > ring.length) return void socket.destroy();
  for (const [index, byte] of bytes.entries()) ring[((written + index) >>> 0) % ring.length] = byte;
  Atomics.store(words, places.written, (written + bytes.length) | 0);
  changed();
});
parentPort.on('message', (bytes) => {
  if (bytes) socket.write(bytes);
  else socket.end();
});
