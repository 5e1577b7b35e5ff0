/** What moves the machine, against an engine without one. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { SessionClient, settled } from '../support/sessionClient';

const started = (client?: object): Promise<SessionClient> => new SessionClient().started(undefined, client);

describe('running', () => {
  it('steps by line or by instruction, as asked', async () => {
    const client = await started();
    for (const [command, granularity] of [
      ['next', undefined],
      ['stepIn', 'instruction'],
      ['stepOut', 'statement'],
    ]) {
      await client.body(command!, { threadId: 2, ...(granularity && { granularity }) });
      await settled();
    }
    assert.deepEqual(client.engine.moves, [
      'start',
      'step over line of 2',
      'step in instruction of 2',
      'step out line of 2',
    ]);
    assert.equal(client.events<DebugProtocol.StoppedEvent['body']>('stopped').at(-1)?.reason, 'step');
  });

  it('answers continue before the stop that follows', async () => {
    const client = await started();
    assert.deepEqual(await client.body('continue', { threadId: 2 }), { allThreadsContinued: true });
    await client.body('pause', { threadId: 2 });
    await settled();
    assert.equal(client.events<DebugProtocol.StoppedEvent['body']>('stopped').at(-1)?.reason, 'pause');
  });

  it('tells what an exception was, and nothing at other stops', async () => {
    const client = await started();
    assert.match(await client.refusal('exceptionInfo', { threadId: 2 }), /did not stop at an exception/);
    await client.body('continue', { threadId: 2 });
    client.engine.stop({ reason: 'exception', description: 'Guest fault in dom1', text: 'write to 0x0' });
    await settled();
    assert.deepEqual(await client.body('exceptionInfo', { threadId: 2 }), {
      exceptionId: 'Guest fault in dom1',
      description: 'write to 0x0',
      breakMode: 'always',
      details: { message: 'write to 0x0' },
    });
  });

  it('lets a halted machine be inspected, and ends the session when it is continued', async () => {
    const client = await started();
    await client.body('continue', { threadId: 2 });
    client.engine.stop({ reason: 'halted', description: 'The machine halted' });
    await settled();
    await client.body('stackTrace', { threadId: 2 });
    await client.body('continue', { threadId: 2 });
    await settled();
    assert.equal(client.events('terminated').length, 1);
  });

  it('restarts a running machine, with the same breakpoints under the same numbers after a rebuild', async () => {
    const client = await started();
    const { breakpoints } = await client.body<{ breakpoints: DebugProtocol.Breakpoint[] }>('setFunctionBreakpoints', {
      breakpoints: [{ name: 'vector_swi' }],
    });
    await client.body('continue', { threadId: 2 });
    await client.body('restart');
    await settled();
    assert.deepEqual([client.engines.length, client.engine.restarts], [1, 1], 'nothing changed: only reset');

    client.files.set('builtin:mini-os', new Uint8Array([2]));
    await client.body('restart');
    await settled();
    assert.equal(client.engines.length, 2, 'a changed kernel is loaded again');
    assert.ok(client.engines[0].disposed);
    assert.deepEqual(client.engine.breakpoints.get('function'), [{ name: 'vector_swi' }]);
    await client.body('continue', { threadId: 2 });
    client.engine.stop({ reason: 'functionBreakpoint', breakpointIds: [100] });
    await settled();
    const stop = client.events<DebugProtocol.StoppedEvent['body']>('stopped').at(-1)!;
    assert.deepEqual(stop.hitBreakpointIds, [breakpoints[0].id]);
  });
});
