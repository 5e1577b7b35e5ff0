/** One scenario over every way into a session: in the same process, over stdio, over TCP. What the client is told is the same. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'mocha';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { createSession } from '../../src/adapter/createSession';
import { NodeFileHost } from '../../src/adapter/nodeHost';
import { cliArguments } from '../support/dapClient';
import { repository } from '../support/goldenText';

/** Sends messages; those that come back go to `receive`. */
interface Link {
  readonly send: (message: object) => void;
  readonly close: () => void;
}
type Open = (receive: (message: DebugProtocol.ProtocolMessage) => void) => Promise<Link>;

const frame = (message: object): string => {
  const text = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
};

/** Whole messages out of a byte stream. */
function unframe(receive: (message: DebugProtocol.ProtocolMessage) => void): (bytes: Buffer) => void {
  let buffer = Buffer.alloc(0);
  return (bytes) => {
    buffer = Buffer.concat([buffer, bytes]);
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n\r\n/.exec(buffer.subarray(0, 64).toString('latin1'));
      const end = head ? head[0].length + Number(head[1]) : Infinity;
      if (buffer.length < end) return;
      receive(JSON.parse(buffer.subarray(head![0].length, end).toString()) as DebugProtocol.ProtocolMessage);
      buffer = buffer.subarray(end);
    }
  };
}

const links: Readonly<Record<string, Open>> = {
  'in the same process': (receive) => {
    const session = createSession({ host: new NodeFileHost(repository), send: receive, ended: () => undefined });
    return Promise.resolve({ send: (message) => session.receive(message), close: () => void session.end() });
  },
  'over stdio': (receive) => {
    const child = spawn(process.execPath, [...cliArguments, 'dap'], { cwd: repository });
    child.stdout.on('data', unframe(receive));
    return Promise.resolve({ send: (message) => child.stdin.write(frame(message)), close: () => child.stdin.end() });
  },
  'over TCP': async (receive) => {
    const server = spawn(process.execPath, [...cliArguments, 'dap', '--port', '0'], { cwd: repository });
    const [said] = (await once(server.stderr, 'data')) as [Buffer];
    const socket = connect(Number(/:(\d+)/.exec(said.toString())![1]), '127.0.0.1');
    socket.on('data', unframe(receive));
    await once(socket, 'connect');
    const close = (): void => {
      socket.end();
      server.kill();
    };
    return { send: (message) => socket.write(frame(message)), close };
  },
};

/** Launches, breaks in both guests, looks, writes, steps, goes back in time, ends; what a person would see of it. */
async function scenario(open: Open): Promise<readonly string[]> {
  const seen: string[] = [];
  const answers = new Map<number, (response: DebugProtocol.Response) => void>();
  let stopped: (body: DebugProtocol.StoppedEvent['body']) => void = () => undefined;
  const link = await open((message) => {
    if (message.type === 'response')
      answers.get((message as DebugProtocol.Response).request_seq)?.(message as DebugProtocol.Response);
    const event = message as DebugProtocol.Event;
    if (message.type === 'event' && event.event === 'stopped')
      stopped(event.body as DebugProtocol.StoppedEvent['body']);
  });
  let seq = 0;
  const send = async <Body>(command: string, args: object = {}): Promise<Body> => {
    const id = ++seq;
    const response = new Promise<DebugProtocol.Response>((resolve) => answers.set(id, resolve));
    link.send({ seq: id, type: 'request', command, arguments: args });
    const { success, message, body } = await response;
    seen.push(`${command}: ${success ? 'done' : message}`);
    return body as Body;
  };
  const until = async (command: string, args: object = {}): Promise<number> => {
    const stop = new Promise<DebugProtocol.StoppedEvent['body']>((resolve) => (stopped = resolve));
    await send(command, args);
    const { reason, description, threadId = 0 } = await stop;
    const { stackFrames } = await send<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId });
    seen.push(
      `${reason}, ${description}, thread ${threadId}: ${stackFrames.map(({ name, line }) => `${name}:${line}`).join(' < ')}`,
    );
    return threadId;
  };
  await send('initialize', { adapterID: 'armvisor' });
  const domains = [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:proc-os' }];
  await send('launch', { hypervisor: 'builtin:xen', domains });
  await send('setFunctionBreakpoints', {
    breakpoints: [{ name: 'hypercall:console_io if dom == 0' }, { name: 'dom1:line_write' }],
  });
  let threadId = await until('configurationDone');
  threadId = await until('next', { threadId, granularity: 'line' });
  threadId = await until('stepBack', { threadId, granularity: 'instruction' });
  for (const expression of ['$dom0.vksp', '$dom1.vpsr', 'dom1:kernel_main', 'nonsense']) {
    const body = await send<DebugProtocol.EvaluateResponse['body'] | undefined>('evaluate', {
      expression,
      context: 'watch',
    });
    seen.push(`${expression} = ${body?.result}`);
  }
  await send('setFunctionBreakpoints', { breakpoints: [{ name: 'dom1:line_write' }] });
  threadId = await until('continue', { threadId });
  await until('stepOut', { threadId });
  await send('disconnect');
  link.close();
  return seen;
}

describe('a session', function () {
  this.timeout(60_000);
  let expected: readonly string[] | undefined;

  for (const [way, open] of Object.entries(links)) {
    it(`tells a client ${way} the same as any other`, async () => {
      const seen = await scenario(open);
      assert.ok(
        seen.some((line) => /^function breakpoint, Hypercall console_io/.test(line)),
        seen.join('\n'),
      );
      assert.ok(
        seen.some((line) => /line_write:\d+ < tour_main/.test(line)),
        seen.join('\n'),
      );
      expected ??= seen;
      assert.deepEqual(seen, expected);
    });
  }
});
