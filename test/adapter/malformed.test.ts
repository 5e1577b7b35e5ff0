/** Whatever arrives, a session answers requests with a body or one sentence, and goes on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { StreamServer } from '../../src/adapter/streamServer';
import { requestHandlers } from '../../src/adapter/requests/table';
import { hypervisorConfiguration, SessionClient } from '../support/sessionClient';

/** Requests that end a session are tested by themselves. */
const commands = requestHandlers
  .map(({ command }) => command)
  .filter((command) => !/^(disconnect|terminate)$/.test(command));
const names = [...new Set(requestHandlers.flatMap(({ shape }) => Object.keys(shape)))];

const anyArguments = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.anything({ maxDepth: 2 }), fc.integer(), fc.string()), {
    maxKeys: 5,
  }),
);

describe('malformed input', () => {
  it('that is no request gets no answer', async () => {
    const client = new SessionClient();
    for (const message of [undefined, null, 7, 'x', [], {}, { type: 'request' }, { type: 'response', command: 'x' }]) {
      client.session.receive(message);
    }
    await client.session.idle();
    assert.deepEqual(client.messages, []);
  });

  it('says which argument is wrong', async () => {
    const client = await new SessionClient().started();
    assert.equal(await client.refusal('stackTrace'), '"stackTrace" needs the argument "threadId", a number.');
    assert.equal(
      await client.refusal('stackTrace', { threadId: '1' }),
      'The argument "threadId" of "stackTrace" must be a number.',
    );
    assert.equal(
      await client.refusal('setBreakpoints', { source: [] }),
      'The argument "source" of "setBreakpoints" must be an object.',
    );
    assert.equal(
      await client.refusal('setBreakpoints', { source: { path: 'a' }, breakpoints: [null] }),
      'The list "breakpoints" of "setBreakpoints" has an empty element.',
    );
    assert.equal(await client.refusal('scopes', 'x'), 'The arguments of "scopes" must be an object.');
  });

  it('of any shape is answered, with the machine launched or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.tuple(fc.constantFrom(...commands), anyArguments), { maxLength: 8 }),
        async (launched, requests) => {
          const client = launched ? await new SessionClient().started() : new SessionClient();
          for (const [command, args] of requests) {
            const answer = await client.send(command, args);
            if (answer.success) continue;
            assert.doesNotMatch(answer.message!, /\n|\bat .*:\d+:\d+/, 'one sentence without a stack trace');
          }
          await client.body('disconnect');
          assert.equal(client.ended, 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('launches of any shape are answered and none stops the session from a right one', async () => {
    const keys = ['hypervisor', 'domains', 'kernel', 'memory', 'load', 'stopOnEntry', 'machine', 'nsPerTick', 'cwd'];
    const configuration = fc.dictionary(fc.constantFrom(...keys), fc.anything({ maxDepth: 3 }));
    await fc.assert(
      fc.asyncProperty(configuration, async (args) => {
        const client = new SessionClient();
        const answer = await client.send('launch', args);
        if (!answer.success) await client.body('launch', hypervisorConfiguration);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a byte stream', () => {
  it('with rubbish between messages does not end the session', async () => {
    const input = new PassThrough();
    const output = new PassThrough({ encoding: 'utf8' });
    const server = new StreamServer((send) => new SessionClient(send).session);
    server.start(input, output);
    const frame = (text: string): string => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
    const request = { seq: 5, type: 'request', command: 'threads' };
    const rubbish = ['hello\r\n\r\n', frame('{ not json'), 'Content-Length: many\r\n\r\n', frame('null')];
    for (const piece of [...rubbish, frame(JSON.stringify(request))]) input.write(piece);
    const [text] = (await once(output, 'data')) as [string];
    const answer = JSON.parse(text.slice(text.indexOf('{'))) as DebugProtocol.Response;
    assert.deepEqual([answer.command, answer.success, answer.request_seq], ['threads', false, 5]);
  });
});
