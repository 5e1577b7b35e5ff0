/** Breakpoints of all kinds against an engine without a machine. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hypervisorConfiguration, SessionClient, settled } from '../support/sessionClient';

const started = (client?: object): Promise<SessionClient> => new SessionClient().started(undefined, client);

describe('breakpoints', () => {
  it('shows an unknown function as unverified with its reason', async () => {
    const client = await started();
    const { breakpoints } = await client.body<{ breakpoints: DebugProtocol.Breakpoint[] }>('setFunctionBreakpoints', {
      breakpoints: [{ name: 'vector_swi' }, { name: 'no_such_function' }],
    });
    assert.deepEqual(
      breakpoints.map(({ verified }) => verified),
      [true, false],
    );
    assert.deepEqual(breakpoints[1], {
      id: breakpoints[1].id,
      verified: false,
      reason: 'pending',
      message: '"no_such_function" is in no image: check the name.',
    });
  });

  it('reports hits under the numbers that the client knows', async () => {
    const client = await started();
    const { breakpoints } = await client.body<{ breakpoints: DebugProtocol.Breakpoint[] }>('setBreakpoints', {
      source: { path: '/src/main.c' },
      breakpoints: [{ line: 3, condition: 'r0 == 1', hitCondition: '2', logMessage: 'at {pc}' }],
    });
    assert.equal(breakpoints[0].line, 3);
    await client.body('continue', { threadId: 2 });
    client.engine.stop({ reason: 'breakpoint', description: 'Breakpoint', breakpointIds: [100] });
    await settled();
    const stop = client.events<DebugProtocol.StoppedEvent['body']>('stopped').at(-1)!;
    assert.deepEqual(stop.hitBreakpointIds, [breakpoints[0].id]);
  });

  it('passes conditions of exception filters on', async () => {
    const client = await started();
    await client.body('setExceptionBreakpoints', {
      filters: ['upcall'],
      filterOptions: [{ filterId: 'hypercall', condition: 'nr == 18' }],
    });
    assert.deepEqual(client.engine.breakpoints.get('exception'), [
      { id: 'upcall' },
      { id: 'hypercall', condition: 'nr == 18' },
    ]);
  });

  it('puts instruction breakpoints into the address space of their reference', async () => {
    const client = await started();
    await client.body('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: 'dom1:0xc0008000', offset: 4 }, { instructionReference: '0x8000' }],
    });
    const requests = client.engine.breakpoints.get('instruction') as { space: object; address: number }[];
    assert.deepEqual(
      requests.map(({ space, address }) => [space, address]),
      [
        [{ kind: 'domain', domainId: 1 }, 0xc0008004],
        [{ kind: 'xen' }, 0x8000],
      ],
    );
    const bad = { breakpoints: [{ instructionReference: 'somewhere' }] };
    assert.match(await client.refusal('setInstructionBreakpoints', bad), /"somewhere" is not an address/);
  });

  it('sets none in a run without debugging', async () => {
    const client = new SessionClient();
    await client.body('launch', { ...hypervisorConfiguration, noDebug: true });
    const { breakpoints } = await client.body<{ breakpoints: DebugProtocol.Breakpoint[] }>('setFunctionBreakpoints', {
      breakpoints: [{ name: 'vector_swi' }],
    });
    assert.equal(breakpoints[0].verified, false);
    assert.equal(client.engine.breakpoints.size, 0);
  });
});
