/**
 * Entry point of the worker thread that holds adapter, engine and machine. Messages both ways are DAP messages as objects;
 * the extension host passes them on and computes nothing. Bundled as dist/adapter-worker.js.
 */
import { parentPort } from 'node:worker_threads';
import { createSession } from './createSession';
import { NodeFileHost } from './nodeHost';

if (!parentPort) throw new Error('This file runs as a worker thread.');
const port = parentPort;
const session = createSession({
  host: new NodeFileHost(),
  send: (message) => port.postMessage(message),
  ended: () => port.close(),
});
port.on('message', (message: unknown) => session.receive(message));
