/** The life of a session against an engine without a machine: order of messages, and sentences for what comes at the wrong time. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hypervisorConfiguration, SessionClient, settled } from '../support/sessionClient';

const started = (client?: object): Promise<SessionClient> => new SessionClient().started(undefined, client);

describe('a debug session', () => {
  it('sends initialized after launch, and the stop on entry after configurationDone', async () => {
    const client = await started();
    const order = client.messages.map((message) =>
      message.type === 'event'
        ? (message as DebugProtocol.Event).event
        : `${(message as DebugProtocol.Response).command} answered`,
    );
    assert.deepEqual(order, [
      'initialize answered',
      'launch answered',
      'initialized',
      'configurationDone answered',
      'stopped',
    ]);
    assert.deepEqual(client.events('stopped'), [
      { reason: 'entry', description: 'Stopped on entry', threadId: 2, allThreadsStopped: true },
    ]);
  });

  it('numbers its messages one after the other', async () => {
    const client = await started();
    assert.deepEqual(
      client.messages.map(({ seq }) => seq),
      client.messages.map((_, index) => index + 1),
    );
  });

  it('answers requests before the launch with what to do', async () => {
    const client = new SessionClient();
    assert.equal(await client.refusal('threads'), 'Nothing is launched yet: send "launch" first.');
    assert.equal(
      await client.refusal('setBreakpoints', { source: { path: '/a.c' } }),
      'Nothing is launched yet: send "launch" first.',
    );
  });

  it('answers requests that need a standing machine while it runs', async () => {
    const client = await started();
    await client.body('continue', { threadId: 2 });
    assert.match(await client.refusal('stackTrace', { threadId: 2 }), /"stackTrace" needs a machine that stands still/);
    assert.match(await client.refusal('continue', { threadId: 2 }), /pause it first/);
    await client.body('threads');
    await client.body('readMemory', { memoryReference: 'dom1:0x8000', count: 4 });
  });

  it('answers requests after the end, and sends exited and terminated once', async () => {
    const client = await started();
    await client.body('terminate');
    await settled();
    assert.equal(await client.refusal('threads'), 'The session has ended: start a new one.');
    assert.equal(await client.refusal('launch', hypervisorConfiguration), 'The session has ended: start a new one.');
    await client.body('disconnect');
    assert.equal(client.events('terminated').length, 1);
    assert.deepEqual(client.events('exited'), [{ exitCode: 0 }]);
    assert.equal(client.ended, 1);
    assert.ok(client.engine.disposed);
  });

  it('refuses a second launch and a second configurationDone', async () => {
    const client = await started();
    assert.match(await client.refusal('launch', hypervisorConfiguration), /already/);
    assert.match(await client.refusal('configurationDone'), /already/);
  });

  it('takes back the capability to step back where nothing is recorded', async () => {
    const client = await new SessionClient().started({ kernel: 'builtin:any', history: { enabled: false } });
    assert.deepEqual(client.events('capabilities'), [{ capabilities: { supportsStepBack: false } }]);
  });

  it('shows progress of a search in the past to a client that can, which may end it', async () => {
    const client = await new SessionClient().started(hypervisorConfiguration, { supportsProgressReporting: true });
    client.engine.reverseLasts = true;
    await client.body('reverseContinue', { threadId: 1 });
    while (client.events('progressStart').length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const [start] = client.events<DebugProtocol.ProgressStartEvent['body']>('progressStart');
    assert.deepEqual([start!.title, start!.cancellable], ['Going back to the last stop', true]);
    assert.deepEqual(client.events('progressEnd'), []);
    await client.body('cancel', { progressId: start!.progressId });
    await settled();
    assert.deepEqual(client.events('progressEnd'), [{ progressId: start!.progressId }]);
    // Nobody is told of a search that is over at once, nor a client that has not asked.
    client.engine.reverseLasts = false;
    await client.body('reverseContinue', { threadId: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(client.events('progressStart').length, 1);
  });

  it('suggests the name of a request that it does not know', async () => {
    const client = new SessionClient();
    assert.match(
      await client.refusal('stackTraces'),
      /does not know the request "stackTraces"; did you mean "stackTrace"\?/,
    );
  });

  it('warns of an unknown attribute and goes on', async () => {
    const client = new SessionClient();
    await client.body('launch', { ...hypervisorConfiguration, stopOnEntri: true });
    const [output] = client.events<DebugProtocol.OutputEvent['body']>('output');
    assert.match(
      output.output,
      /"stopOnEntri" in the launch configuration is not an attribute.*did you mean "stopOnEntry"/,
    );
  });

  it('tells an engine that cannot launch in its own sentence, and takes another launch', async () => {
    const client = new SessionClient();
    const broken = { ...hypervisorConfiguration, hypervisor: 'builtin:broken' };
    assert.equal(await client.refusal('launch', broken), 'builtin:broken is no ELF file: name another.');
    await client.body('launch', hypervisorConfiguration);
  });

  it('takes back a request that waits behind others', async () => {
    const client = new SessionClient();
    client.session.receive({ seq: 50, type: 'request', command: 'launch', arguments: hypervisorConfiguration });
    client.session.receive({ seq: 51, type: 'request', command: 'threads' });
    client.session.receive({ seq: 52, type: 'request', command: 'cancel', arguments: { requestId: 51 } });
    await client.session.idle();
    const answers = client.messages.filter((message) => message.type === 'response') as DebugProtocol.Response[];
    assert.deepEqual(
      answers.map(({ request_seq, success, message }) => [request_seq, success, message]),
      [
        [50, true, undefined],
        [51, false, 'cancelled'],
        [52, true, undefined],
      ],
    );
  });
});
