/**
 * A connection to a GDB stub that can be waited for, for Node: a worker has the socket and writes what comes into shared memory, where
 * this thread waits for it. `stubWorker.mjs` is the other end. Everywhere else the adapter does without waiting.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../debugger/types';
import type { StubChannel } from '../stub/channel';

/** More than a stub ever says before it is read. A power of two, so that counts may wrap. */
const RING_BYTES = 1 << 20;
/** Words of shared memory: bytes written and read since the beginning, whether the connection has ended, and how often any of it changed. */
const PLACES = { written: 0, read: 1, state: 2, changes: 3 } as const;
const CLOSED = 1;

export interface StubWorkerData {
  readonly host: string;
  readonly port: number;
  readonly words: Int32Array;
  readonly ring: Uint8Array;
  readonly places: typeof PLACES;
  readonly closedState: number;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: start QEMU with "-gdb tcp::1234", or name the right port',
  ENOTFOUND: 'there is no such computer',
  ETIMEDOUT: 'it does not answer',
};

/** Rejects with UserError when nobody listens. */
export async function openNodeStub(host: string, port: number): Promise<StubChannel> {
  const words = new Int32Array(new SharedArrayBuffer(4 * Object.keys(PLACES).length));
  const ring = new Uint8Array(new SharedArrayBuffer(RING_BYTES));
  const data: StubWorkerData = { host, port, words, ring, places: PLACES, closedState: CLOSED };
  const worker = new Worker(workerFile(), { workerData: data });
  const said = await new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  if (said !== 'connected') {
    await worker.terminate();
    throw new UserError(`"target" is ${host}:${port}, and ${reasons[said] ?? `the connection fails (${said})`}.`);
  }
  // A session that has ended does not wait for it.
  worker.unref();
  return new NodeStub(worker, words, ring);
}

class NodeStub implements StubChannel {
  constructor(
    private readonly worker: Worker,
    private readonly words: Int32Array,
    private readonly ring: Uint8Array,
  ) {}

  send(bytes: Uint8Array): void {
    this.worker.postMessage(bytes);
  }

  receive(timeoutMs: number): Uint8Array | undefined {
    const { words } = this;
    const read = words[PLACES.read]!;
    // A close changes the count too, so that it wakes.
    const changes = Atomics.load(words, PLACES.changes);
    if (Atomics.load(words, PLACES.written) === read) {
      if (Atomics.load(words, PLACES.state) === CLOSED) return undefined;
      Atomics.wait(words, PLACES.changes, changes, timeoutMs);
    }
    const count = (Atomics.load(words, PLACES.written) - read) >>> 0;
    const bytes = Uint8Array.from({ length: count }, (_, index) => this.ring[(read + index) % RING_BYTES]!);
    Atomics.store(words, PLACES.read, (read + count) | 0);
    if (count === 0 && Atomics.load(words, PLACES.state) === CLOSED) return undefined;
    return bytes;
  }

  close(): void {
    void this.worker.postMessage(null);
  }
}

/** Beside the bundles, or the source when run from there. */
function workerFile(): string {
  const bundled = path.join(import.meta.dirname, 'stub-worker.js');
  return existsSync(bundled) ? bundled : path.join(import.meta.dirname, 'stubWorker.mjs');
}
