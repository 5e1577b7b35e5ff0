/** A client inside the test's own process: sends requests to a session and keeps what comes back. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { requestHandlers } from '../../src/adapter/requests/table';
import { Session } from '../../src/adapter/session';
import { UserError, type DebugEngine, type FileHost, type LaunchSettings } from '../../src/debugger/types';
import { FakeEngine, fakeFilters } from './fakeEngine';

export const hypervisorConfiguration = {
  hypervisor: 'builtin:xen',
  domains: [{ kernel: 'builtin:mini-os' }, { name: 'guest1', kernel: 'builtin:mini-os' }],
  stopOnEntry: true,
};

export class SessionClient {
  readonly engines: FakeEngine[] = [];
  readonly messages: DebugProtocol.ProtocolMessage[] = [];
  readonly session: Session;
  /** Contents of the files that the launch reads; a test may change them. */
  readonly files = new Map<string, Uint8Array>();
  ended = 0;
  private seq = 1;

  /** @param forward also gets every message, as the session sends it */
  constructor(forward: (message: DebugProtocol.ProtocolMessage) => void = () => undefined) {
    const read = (name: string): Promise<Uint8Array> => Promise.resolve(this.files.get(name) ?? new Uint8Array([1]));
    const host: FileHost = { readFile: read, readBuiltin: read, builtinSourceRoot: '/installation' };
    this.session = new Session(
      {
        host,
        exceptionFilters: fakeFilters,
        launch: (settings, files) => this.launchEngine(settings, files),
        send: (message) => {
          this.messages.push(structuredClone(message));
          forward(message);
        },
        ended: () => this.ended++,
        progressDelayMs: 0,
      },
      requestHandlers,
    );
  }

  get engine(): FakeEngine {
    return this.engines.at(-1)!;
  }

  /** Sends a request and returns the response, whatever it says. */
  async send(command: string, args?: unknown): Promise<DebugProtocol.Response> {
    const seq = this.seq++;
    this.session.receive({ seq, type: 'request', command, ...(args !== undefined && { arguments: args }) });
    await this.session.idle();
    const isAnswer = (message: DebugProtocol.ProtocolMessage): message is DebugProtocol.Response =>
      message.type === 'response' && (message as DebugProtocol.Response).request_seq === seq;
    const answers = this.messages.filter(isAnswer);
    assert.equal(answers.length, 1, `${command} has one answer`);
    return answers[0];
  }

  /** The body of a request that must succeed. */
  async body<T>(command: string, args?: unknown): Promise<T> {
    const response = await this.send(command, args);
    assert.equal(response.success, true, response.message);
    return response.body as T;
  }

  /** The sentence of a request that must fail. */
  async refusal(command: string, args?: unknown): Promise<string> {
    const response = await this.send(command, args);
    assert.equal(response.success, false, `${command} was expected to fail`);
    return response.message!;
  }

  /** Bodies of the events of one kind, so far. */
  events<T>(event: string): T[] {
    return this.messages
      .filter((message) => message.type === 'event' && (message as DebugProtocol.Event).event === event)
      .map((message) => (message as DebugProtocol.Event).body as T);
  }

  /** Launched, configured and stopped on entry. */
  async started(configuration: object = hypervisorConfiguration, client: object = {}): Promise<this> {
    await this.body('initialize', { adapterID: 'armvisor', ...client });
    await this.body('launch', configuration);
    await this.body('configurationDone');
    await settled();
    return this;
  }

  private async launchEngine(settings: LaunchSettings, files: FileHost): Promise<DebugEngine> {
    for (const name of [settings.hypervisor, settings.kernel, ...settings.domains.map(({ kernel }) => kernel)]) {
      if (name !== undefined) await files.readFile(name);
    }
    if (settings.hypervisor === 'builtin:broken') throw new UserError('builtin:broken is no ELF file: name another.');
    const engine = new FakeEngine(settings.stopOnEntry);
    this.engines.push(engine);
    return engine;
  }
}

/** Everything that promises have started has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
