/** Each request against an engine without a machine: what a client gets, and what it is told when it cannot. */
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
    assert.deepEqual(client.engine.breakpoints.get('function'), [
      { name: 'vector_swi', condition: undefined, hitCondition: undefined },
    ]);
    await client.body('continue', { threadId: 2 });
    client.engine.stop({ reason: 'functionBreakpoint', breakpointIds: [100] });
    await settled();
    const stop = client.events<DebugProtocol.StoppedEvent['body']>('stopped').at(-1)!;
    assert.deepEqual(stop.hitBreakpointIds, [breakpoints[0].id]);
  });
});

describe('memory', () => {
  it('reads up to where memory ends and counts the rest', async () => {
    const client = await started();
    client.engine.memory.set([0xde, 0xad], 0xfffe);
    assert.deepEqual(await client.body('readMemory', { memoryReference: 'dom1:0x17ffe', count: 8 }), {
      address: '0x00017ffe',
      data: Buffer.from([0xde, 0xad]).toString('base64'),
      unreadableBytes: 6,
    });
    const nothing = await client.body('readMemory', { memoryReference: 'dom1:0', offset: -4, count: 8 });
    assert.deepEqual(nothing, { address: '0x0', unreadableBytes: 8 });
  });

  it('writes bytes, and refuses what is not RAM', async () => {
    const client = await started({ supportsMemoryEvent: true });
    assert.deepEqual(await client.body('writeMemory', { memoryReference: 'dom1:0x8000', offset: 2, data: 'AQID' }), {
      bytesWritten: 3,
    });
    assert.deepEqual([...client.engine.memory.subarray(0, 6)], [0, 0, 1, 2, 3, 0]);
    assert.deepEqual(client.events('memory'), [{ memoryReference: 'dom1:0x00008002', offset: 0, count: 3 }]);
    assert.match(await client.refusal('writeMemory', { memoryReference: '0', data: 'AQID' }), /cannot be written/);
    assert.match(await client.refusal('writeMemory', { memoryReference: '0x8000', data: '*' }), /not base64/);
  });

  it('disassembles exactly as many instructions as asked, and pads where no memory is', async () => {
    const client = await started();
    // mov r0, #0x2a; swi #0x82; b . (encodings: ARM DDI 0100 A4)
    new Uint32Array(client.engine.memory.buffer).set([0xe3a0002a, 0xef000082, 0xeafffffe]);
    const { instructions } = await client.body<{ instructions: DebugProtocol.DisassembledInstruction[] }>(
      'disassemble',
      {
        memoryReference: 'dom1:0x00008000',
        instructionOffset: -2,
        instructionCount: 5,
        resolveSymbols: true,
      },
    );
    assert.deepEqual(
      instructions.map(({ address, instruction, presentationHint }) => [address, instruction, presentationHint]),
      [
        ['0x00007ff8', 'no memory here', 'invalid'],
        ['0x00007ffc', 'no memory here', 'invalid'],
        ['0x00008000', 'mov r0, #0x2a', undefined],
        ['0x00008004', 'svc #0x82', undefined],
        ['0x00008008', 'b #0x8008', undefined],
      ],
    );
    const below = await client.body<{ instructions: unknown[] }>('disassemble', {
      memoryReference: '0',
      instructionOffset: -50,
      instructionCount: 100,
    });
    assert.equal(below.instructions.length, 100);
  });

  it('types at the console', async () => {
    const client = await started();
    await client.body('armvisor/consoleInput', { text: 'hello\n' });
    assert.deepEqual(client.engine.input, ['hello\n']);
  });
});
