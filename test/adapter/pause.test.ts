/**
 * The adapter in its worker thread, as the extension starts it: the machine runs at full speed and the protocol is still heard at
 * once. The limit is generous against a busy computer only in that the best of several pauses counts.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, it } from 'mocha';
import { repository } from '../support/goldenText';

describe('the adapter in a worker', function () {
  this.timeout(60_000);

  it('pauses a machine at full speed within 50 ms', async () => {
    const entry = JSON.stringify(path.join(repository, 'src/adapter/nodeWorker.ts'));
    // A worker has module hooks of its own, so that tsx must be registered in it.
    const worker = new Worker(
      `import('tsx/esm/api').then(({ register }) => { register(); return import(${entry}); })`,
      { eval: true },
    );
    const waiting: { fits: (message: DebugProtocol.ProtocolMessage) => boolean; resolve: (message: never) => void }[] =
      [];
    worker.on('message', (message: DebugProtocol.ProtocolMessage) => {
      for (const each of waiting.filter(({ fits }) => fits(message))) {
        waiting.splice(waiting.indexOf(each), 1);
        each.resolve(message as never);
      }
    });
    const next = <T>(fits: (message: DebugProtocol.ProtocolMessage) => boolean): Promise<T> =>
      new Promise((resolve) => waiting.push({ fits, resolve: resolve as never }));
    const event = (name: string): Promise<DebugProtocol.Event> =>
      next((message) => message.type === 'event' && (message as DebugProtocol.Event).event === name);
    let seq = 0;
    const send = async (command: string, args?: unknown): Promise<void> => {
      const request_seq = ++seq;
      const answered = next<DebugProtocol.Response>(
        (message) => message.type === 'response' && (message as DebugProtocol.Response).request_seq === request_seq,
      );
      worker.postMessage({ seq: request_seq, type: 'request', command, arguments: args });
      const { success, message } = await answered;
      assert.ok(success, message);
    };
    try {
      await send('initialize', { adapterID: 'armvisor' });
      await send('launch', {
        hypervisor: 'builtin:xen',
        domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:mini-os' }],
      });
      await send('configurationDone');
      const milliseconds: number[] = [];
      for (let round = 0; round < 5; round++) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        const start = performance.now();
        const stopped = event('stopped');
        await send('pause', { threadId: 1 });
        await stopped;
        milliseconds.push(performance.now() - start);
        await send('continue', { threadId: 1 });
      }
      assert.ok(Math.min(...milliseconds) <= 50, `pauses took ${milliseconds.map(Math.round).join(', ')} ms`);
      await send('disconnect');
    } finally {
      await worker.terminate();
    }
  });
});
