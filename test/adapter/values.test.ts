/** Threads, stacks, scopes and values against an engine without a machine. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { SessionClient, settled } from '../support/sessionClient';

const started = (client?: object): Promise<SessionClient> => new SessionClient().started(undefined, client);

describe('stacks and values', () => {
  it('lists vCPUs as threads', async () => {
    const client = await started();
    assert.deepEqual(await client.body('threads'), {
      threads: [
        { id: 1, name: 'Domain-0 vCPU 0' },
        { id: 2, name: 'Domain-1 vCPU 0' },
      ],
    });
    assert.match(await client.refusal('stackTrace', { threadId: 7 }), /There is no thread 7/);
  });

  it('shows the border between hypervisor and guest as a label', async () => {
    const client = await started();
    const { stackFrames, totalFrames } = await client.body<{
      stackFrames: DebugProtocol.StackFrame[];
      totalFrames: number;
    }>('stackTrace', { threadId: 2 });
    assert.equal(totalFrames, 3);
    assert.deepEqual(stackFrames[1], {
      id: 22,
      name: 'hypercall console_io from dom1',
      line: 0,
      column: 0,
      canRestart: false,
      presentationHint: 'label',
    });
    assert.equal(stackFrames[0].instructionPointerReference, 'xen:0xff010100');
    assert.deepEqual(stackFrames[2].source, { name: 'main.c', path: '/src/main.c' });
    assert.equal(stackFrames[2].instructionPointerReference, 'dom1:0x00008000');
  });

  it('gives a stack in pages', async () => {
    const client = await started();
    const { stackFrames, totalFrames } = await client.body<{
      stackFrames: DebugProtocol.StackFrame[];
      totalFrames: number;
    }>('stackTrace', { threadId: 2, startFrame: 1, levels: 1 });
    assert.deepEqual([stackFrames.map(({ id }) => id), totalFrames], [[22], 3]);
  });

  it('counts lines and columns as the client does', async () => {
    const client = await started({ linesStartAt1: false, columnsStartAt1: false, pathFormat: 'uri' });
    const { stackFrames } = await client.body<{ stackFrames: DebugProtocol.StackFrame[] }>('stackTrace', {
      threadId: 2,
    });
    assert.deepEqual(
      [stackFrames[2].line, stackFrames[2].column, stackFrames[2].source?.path],
      [11, 2, 'file:///src/main.c'],
    );
    await client.body('setBreakpoints', { source: { path: 'file:///src/main.c' }, breakpoints: [{ line: 11 }] });
    const [request] = client.engine.breakpoints.get('source /src/main.c') as { line: number }[];
    assert.equal(request.line, 12);
  });

  it('hints at registers in one scope only', async () => {
    const client = await started();
    await client.body('stackTrace', { threadId: 2 });
    const { scopes } = await client.body<{ scopes: DebugProtocol.Scope[] }>('scopes', { frameId: 23 });
    assert.deepEqual(
      scopes.map(({ name, presentationHint }) => [name, presentationHint]),
      [
        ['Locals', 'locals'],
        ['Registers', 'registers'],
        ['Virtual registers', undefined],
      ],
    );
    assert.deepEqual(await client.body('scopes', { frameId: 22 }), { scopes: [] });
  });

  it('gives a long array piece by piece', async () => {
    const client = await started();
    await client.body('stackTrace', { threadId: 2 });
    const { scopes } = await client.body<{ scopes: DebugProtocol.Scope[] }>('scopes', { frameId: 23 });
    const { variables } = await client.body<{ variables: DebugProtocol.Variable[] }>('variables', {
      variablesReference: scopes[0].variablesReference,
    });
    assert.equal(variables[0].indexedVariables, 200);
    assert.equal(variables[0].memoryReference, 'dom1:0x00008000');
    const page = await client.body<{ variables: DebugProtocol.Variable[] }>('variables', {
      variablesReference: variables[0].variablesReference,
      filter: 'indexed',
      start: 150,
      count: 3,
    });
    assert.deepEqual(
      page.variables.map(({ name }) => name),
      ['[150]', '[151]', '[152]'],
    );
  });

  it('writes a register, shows the new value, and tells the client that can hear it', async () => {
    const client = await started({ supportsInvalidatedEvent: true });
    await client.body('stackTrace', { threadId: 2 });
    const { scopes } = await client.body<{ scopes: DebugProtocol.Scope[] }>('scopes', { frameId: 23 });
    const variablesReference = scopes[1].variablesReference;
    const written = await client.body<{ value: string }>('setVariable', {
      variablesReference,
      name: 'r0',
      value: '0x2a',
    });
    assert.equal(written.value, '0x2a');
    assert.equal(client.engine.registers.get('r0'), 42);
    assert.deepEqual(client.events('invalidated'), [{ areas: ['variables'] }]);
    assert.deepEqual(client.events('memory'), []);
    assert.equal(
      await client.refusal('setVariable', { variablesReference, name: 'r0', value: 'x' }),
      '"x" is not a number.',
    );
  });

  it('sends no events that the client has not announced', async () => {
    const client = await started();
    await client.body('writeMemory', { memoryReference: '0x8000', data: 'AQID' });
    await client.body('setExpression', { expression: 'r0', value: '7' });
    assert.deepEqual([client.events('invalidated'), client.events('memory')], [[], []]);
  });

  it('evaluates, and refuses to write to what is only computed', async () => {
    const client = await started();
    assert.deepEqual(await client.body('evaluate', { expression: ' sum ', context: 'watch' }), {
      result: '3',
      variablesReference: 0,
      presentationHint: { attributes: ['readOnly'] },
    });
    assert.equal(await client.refusal('evaluate', { expression: 'nonsense' }), '"nonsense" is not known here.');
    assert.match(await client.refusal('setExpression', { expression: 'sum', value: '1' }), /computed value/);
  });

  it('forgets frames and values when the machine moves', async () => {
    const client = await started();
    await client.body('stackTrace', { threadId: 2 });
    const { scopes } = await client.body<{ scopes: DebugProtocol.Scope[] }>('scopes', { frameId: 23 });
    await client.body('next', { threadId: 2 });
    await settled();
    assert.match(await client.refusal('scopes', { frameId: 23 }), /before the machine moved/);
    const { variablesReference } = scopes[0];
    assert.match(await client.refusal('variables', { variablesReference }), /before the machine moved/);
  });
});
