/**
 * A DAP client over stdio: starts an adapter (`armvisor dap`, unless told otherwise) as a child process, as an editor would, sends requests and waits
 * for events. It knows the framing of the protocol and nothing of Armvisor.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { repository } from './goldenText';

/** The command line from its sources, so that a test never runs a stale bundle. */
export const cliArguments = [
  '--import',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
  path.join(repository, 'src/cli/main.ts'),
];

const patienceMs = 15_000;

type Body = Record<string, unknown>;

export interface Transcript {
  (direction: 'request' | 'response' | 'event', name: string, content: unknown, success?: boolean): void;
}

export class DapClient {
  private readonly process: ChildProcessWithoutNullStreams;
  private received = Buffer.alloc(0);
  private seq = 1;
  private readonly answers = new Map<number, (response: DebugProtocol.Response) => void>();
  private readonly eventsSoFar: DebugProtocol.Event[] = [];
  private waiters: { event: string; seen: (event: DebugProtocol.Event) => void }[] = [];
  readonly exited: Promise<number | null>;
  errorOutput = '';

  constructor(
    private readonly transcript: Transcript = () => undefined,
    nodeArguments: readonly string[] = [...cliArguments, 'dap'],
    environment: NodeJS.ProcessEnv = {},
  ) {
    const env = { ...process.env, ...environment };
    this.process = spawn(process.execPath, nodeArguments, { cwd: repository, env });
    this.process.stdout.on('data', (bytes: Buffer) => this.take(bytes));
    this.process.stderr.on('data', (bytes: Buffer) => (this.errorOutput += bytes.toString()));
    this.exited = new Promise((resolve) => this.process.once('exit', resolve));
  }

  /** Sends a request and resolves to its response, a refusal too. */
  async send(command: string, args?: unknown): Promise<DebugProtocol.Response> {
    const seq = this.seq++;
    this.transcript('request', command, args);
    const answer = this.patiently(
      `the answer to ${command}`,
      new Promise<DebugProtocol.Response>((resolve) => this.answers.set(seq, resolve)),
    );
    const text = JSON.stringify({ seq, type: 'request', command, ...(args !== undefined && { arguments: args }) });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return answer;
  }

  /** The body of a request that must succeed. */
  async body<T = Body>(command: string, args?: unknown): Promise<T> {
    const { success, message, body } = await this.send(command, args);
    assert.ok(success, `${command}: ${message}`);
    return body as T;
  }

  /** Sends a request that moves the machine, and resolves to the stop that follows. */
  async until(command: string, args?: unknown): Promise<DebugProtocol.StoppedEvent['body']> {
    const stopped = this.nextEvent('stopped');
    await this.body(command, args);
    return (await stopped).body as DebugProtocol.StoppedEvent['body'];
  }

  /** The next event of that name, from now on. */
  nextEvent(event: string): Promise<DebugProtocol.Event> {
    const seen = new Promise<DebugProtocol.Event>((resolve) => this.waiters.push({ event, seen: resolve }));
    return this.patiently(`the event ${event}`, seen);
  }

  /** Everything that a console has printed so far: by domain number, `hypervisor` or `native`. */
  console(from: number | 'hypervisor' | 'native'): string {
    const data = this.eventsSoFar
      .filter(({ event }) => event === 'output')
      .map(
        ({ body }) =>
          (body as DebugProtocol.OutputEvent['body']).data as { domain?: number; name: string; text: string },
      );
    return data
      .filter(
        (each) =>
          each && (typeof from === 'number' ? each.domain === from : each.domain === undefined && each.name === from),
      )
      .map(({ text }) => text)
      .join('');
  }

  events(event: string): Body[] {
    return this.eventsSoFar.filter((each) => each.event === event).map(({ body }) => body as Body);
  }

  /** Initialises and launches; resolves when breakpoints may be set. */
  async launch(configuration: object, client: object = {}): Promise<void> {
    await this.body('initialize', { adapterID: 'armvisor', linesStartAt1: true, columnsStartAt1: true, ...client });
    const initialized = this.nextEvent('initialized');
    await this.body('launch', configuration);
    await initialized;
  }

  /** Ends the session and the process, whatever state they are in. */
  async close(): Promise<void> {
    if (this.process.exitCode === null) {
      // One that is about to end by itself answers no more.
      await Promise.race([this.send('disconnect').catch(() => undefined), this.exited]);
      this.process.stdin.end();
      const timer = setTimeout(() => this.process.kill(), 3000);
      await this.exited;
      clearTimeout(timer);
    }
    assert.equal(this.errorOutput, '', 'nothing on standard error');
  }

  private async patiently<T>(what: string, promise: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} did not come. ${this.errorOutput}`)), patienceMs);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  private take(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n\r\n/.exec(this.received.toString('latin1', 0, 64));
      if (!header) return;
      const end = header[0].length + Number(header[1]);
      if (this.received.length < end) return;
      const message = JSON.parse(
        this.received.toString('utf8', header[0].length, end),
      ) as DebugProtocol.ProtocolMessage;
      this.received = this.received.subarray(end);
      this.handle(message);
    }
  }

  private handle(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      const content = response.success ? response.body : response.message;
      this.transcript('response', response.command, content, response.success);
      this.answers.get(response.request_seq)?.(response);
      this.answers.delete(response.request_seq);
      return;
    }
    const event = message as DebugProtocol.Event;
    this.eventsSoFar.push(event);
    this.transcript('event', event.event, event.body);
    const waiting = this.waiters.filter((waiter) => waiter.event === event.event);
    this.waiters = this.waiters.filter((waiter) => waiter.event !== event.event);
    waiting.forEach(({ seen }) => seen(event));
  }
}
