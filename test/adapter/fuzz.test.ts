/**
 * Ten thousand requests that nobody should send, to a session over the real machine, hypervisor and guests: each gets one answer, none is a
 * defect of ours, and afterwards the session debugs as before.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { createSession } from '../../src/adapter/createSession';
import { NodeFileHost } from '../../src/adapter/nodeHost';
import { requestHandlers } from '../../src/adapter/requests/table';
import { repository } from '../support/goldenText';

const MESSAGES = 10_000;
/** Those that end the session, load another machine, or run for as long as nobody pauses are sent by tests of their own. */
const LEFT_OUT = /^(disconnect|terminate|launch|restart|configurationDone|continue|reverseContinue|initialize)$/;

/** They end with a stop. */
const MOTIONS = /^(next|stepIn|stepOut|stepBack|goto|restartFrame|terminateThreads)$/;

class RealClient {
  private readonly answers = new Map<number, DebugProtocol.Response>();
  private stops = 0;
  private seq = 1;
  private readonly session = createSession({
    host: new NodeFileHost(repository),
    ended: () => undefined,
    send: (message) => {
      if (message.type === 'response') {
        const answer = message as DebugProtocol.Response;
        assert.ok(!this.answers.has(answer.request_seq), 'one answer for each request');
        this.answers.set(answer.request_seq, structuredClone(answer));
      }
      if (message.type === 'event' && (message as DebugProtocol.Event).event === 'stopped') this.stops++;
    },
  });

  async send(command: string, args: unknown): Promise<DebugProtocol.Response> {
    const seq = this.seq++;
    this.session.receive({ seq, type: 'request', command, arguments: args });
    await this.session.idle();
    const answer = this.answers.get(seq);
    assert.ok(answer, `${command} ${JSON.stringify(args)} has an answer`);
    return answer;
  }

  /** Sets the machine going, and waits for the stop; a step that leads nowhere is paused. */
  async until(command: string, args: unknown = {}, pause = false): Promise<DebugProtocol.Response> {
    const before = this.stops;
    const answer = await this.send(command, args);
    if (answer.success && pause) await this.send('pause', { threadId: 1 });
    while (answer.success && this.stops === before) await new Promise((resolve) => setImmediate(resolve));
    return answer;
  }
}

/** Values that look as clients' do, and some that do not. */
const plausible = fc.oneof(
  fc.integer({ min: -3, max: 60 }),
  fc.constantFrom(
    '0xC0008000',
    'dom1:0xC0008000',
    'pa:0x0',
    'xen:0xFF010000',
    'printk',
    '$r0',
    'schedule_data',
    'a[',
    '',
    '->',
  ),
  fc.constantFrom(
    'data',
    'line',
    'instruction',
    'hover',
    'repl',
    'clipboard',
    'domain',
    'memory',
    'hypercall',
    '$vfar',
  ),
  fc.constantFrom(
    'walk',
    'trace on',
    'why 0',
    'profile',
    'vcpu 9',
    'info',
    'keys',
    'domains',
    'help x',
    'checkpoint a',
    'AAAA',
  ),
  fc.boolean(),
  fc.double(),
  fc.string({ maxLength: 12 }),
  fc.constant(null),
  fc.anything({ maxDepth: 1 }),
);
const names = [...new Set(requestHandlers.flatMap(({ shape }) => Object.keys(shape)))];
const rows = fc.array(
  fc.dictionary(
    fc.constantFrom(
      'name',
      'line',
      'condition',
      'dataId',
      'instructionReference',
      'hitCondition',
      'logMessage',
      'filterId',
      'mode',
    ),
    plausible,
    { maxKeys: 4 },
  ),
  { maxLength: 3 },
);

/** Arguments by the request's own names most of the time, of the type that it asks for half of it. */
function argumentsOf(shape: (typeof requestHandlers)[number]['shape']) {
  const typed: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    number: fc.oneof(fc.integer({ min: -2, max: 80 }), fc.integer(), fc.double()),
    string: fc.oneof(
      fc.string({ maxLength: 10 }),
      plausible.filter((value) => typeof value === 'string'),
    ),
    boolean: fc.boolean(),
    object: fc.oneof(fc.record({ path: fc.string() }), fc.dictionary(fc.string(), plausible, { maxKeys: 3 })),
    array: rows,
  };
  const own = Object.fromEntries(
    Object.entries(shape).map(([name, type]) => [name, fc.oneof(typed[type.replace('?', '')] ?? plausible, plausible)]),
  );
  return fc.oneof(
    { weight: 6, arbitrary: fc.record(own, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...names), plausible, { maxKeys: 5 }) },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) },
  );
}

describe('a session over the real machine', function () {
  this.timeout(120_000);

  it(`answers ${MESSAGES} malformed requests with a body or a sentence, and goes on`, async () => {
    const client = new RealClient();
    await client.send('initialize', {
      adapterID: 'armvisor',
      supportsInvalidatedEvent: true,
      supportsMemoryEvent: true,
    });
    const domains = [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:proc-os' }];
    const launched = await client.send('launch', { hypervisor: 'builtin:xen', domains, stopOnEntry: 'Domain-1' });
    assert.ok(launched.success, launched.message);
    await client.until('configurationDone');
    const handlers = requestHandlers.filter(({ command }) => !LEFT_OUT.test(command));
    const request = fc
      .constantFrom(...handlers)
      .chain(({ command, shape }) => fc.tuple(fc.constant(command), argumentsOf(shape)));
    for (const [command, shape] of fc.sample(request, { numRuns: MESSAGES, seed: 926 })) {
      // As it arrives: through JSON.
      const args = JSON.parse(JSON.stringify(shape) ?? 'null') as unknown;
      const answer = MOTIONS.test(command) ? client.until(command, args, true) : client.send(command, args);
      const { success, message = '' } = await answer;
      if (success) continue;
      // A command of the console has set it going.
      if (/pause it first/.test(message)) await client.until('pause', { threadId: 1 });
      assert.doesNotMatch(message, /this is a defect/, `${command} ${JSON.stringify(args)}`);
      assert.doesNotMatch(message, /\n\s+at |^\s*$/, `${command} ${JSON.stringify(args)}`);
    }
    // Whatever was set, it can be taken away, and the machine debugs on.
    await client.send('setExceptionBreakpoints', { filters: [] });
    await client.send('setDataBreakpoints', { breakpoints: [] });
    await client.send('setInstructionBreakpoints', { breakpoints: [] });
    await client.send('setFunctionBreakpoints', { breakpoints: [{ name: 'context_switch' }] });
    const going = await client.until('continue', {}, true);
    assert.ok(going.success, going.message);
    const stack = await client.send('stackTrace', { threadId: 2 });
    assert.ok(stack.success || /no thread 2/.test(stack.message ?? ''), stack.message);
    await client.send('disconnect', {});
  });
});
