/**
 * One debug session: takes DAP messages, answers each from the handler table, in order. It knows no transport (stdio, TCP and
 * workers hand it messages) and no request by name but `cancel`; what a request does stands in requests/.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError, type DebugEngine, type ExceptionFilter, type FileHost, type ImageChange } from '../debugger/types';
import { capabilitiesOf } from './capabilities';
import { ImageError } from '../image/errors';
import { Debuggee, type LaunchEngine } from './debuggee';
import { runsIn } from './moduleShape';
import { Events } from './events';
import type { ResolvedLaunch } from './launchConfiguration/resolve';
import { PathMapping } from './paths';
import { Progress, PROGRESS_DELAY_MS } from './progress';
import { checkArguments } from './requests/shape';
import type { Phase, RequestHandler } from './requests/handler';
import { nearest } from './launchConfiguration/spelling';

/** What the session needs from outside; the Node and browser entry points supply it, tests a double. */
export interface SessionEnvironment {
  readonly launch: LaunchEngine;
  readonly exceptionFilters: readonly ExceptionFilter[];
  readonly host: FileHost;
  /** Delivers a message to the client. */
  send(message: DebugProtocol.ProtocolMessage): void;
  /** How long work goes on before a client is told of it; left out, it is `PROGRESS_DELAY_MS`. */
  readonly progressDelayMs?: number;
  /** The client has left; the transport may close. */
  ended(): void;
}

/** Errors the client must not pop up: the answer to a cancelled request is one. */
const cancelledMessage = 'cancelled';

export class Session {
  client: Partial<DebugProtocol.InitializeRequestArguments> = {};
  paths = new PathMapping({});
  readonly events: Events;
  readonly progress: Progress;
  private current: Debuggee | undefined;
  private over = false;
  private nextSeq = 1;
  private queue: Promise<void> = Promise.resolve();
  private readonly waiting = new Set<number>();
  private readonly cancelled = new Set<number>();
  private afterwards: (() => void)[] = [];
  private readonly handlers: ReadonlyMap<string, RequestHandler>;

  constructor(
    readonly environment: SessionEnvironment,
    handlers: readonly RequestHandler[],
  ) {
    this.handlers = new Map(handlers.map((handler) => [handler.command, handler]));
    this.progress = new Progress(
      (event, body) => this.sendEvent(event, body),
      () => this.client.supportsProgressReporting === true,
      environment.progressDelayMs ?? PROGRESS_DELAY_MS,
    );
    this.events = new Events(
      (event, body) => this.sendEvent(event, body),
      () => this.client,
      () => this.paths,
    );
  }

  /** Takes any value that came in. Never throws: what is not a request gets no answer, as the protocol wants. */
  receive(message: unknown): void {
    if (typeof message !== 'object' || message === null) return;
    const request = message as Partial<DebugProtocol.Request>;
    if (request.type !== 'request' || typeof request.command !== 'string') return;
    const seq = typeof request.seq === 'number' ? request.seq : 0;
    if (request.command === 'cancel') this.noteCancel(request.arguments);
    this.waiting.add(seq);
    this.queue = this.queue.then(() => this.answer(seq, request.command!, request.arguments));
  }

  get capabilities(): DebugProtocol.Capabilities {
    return capabilitiesOf(this.handlers.values(), this.environment.exceptionFilters);
  }

  /** All messages taken so far are answered. */
  idle(): Promise<void> {
    return this.queue;
  }

  get debuggee(): Debuggee {
    if (this.current) return this.current;
    throw new UserError(
      this.over ? 'The session has ended: start a new one.' : 'Nothing is launched yet: send "launch" first.',
    );
  }

  get launched(): boolean {
    return this.current !== undefined;
  }

  /** Runs something after the response to the present request is on its way: what sends events the client must see later. */
  afterResponse(action: () => void): void {
    this.afterwards.push(action);
  }

  sendEvent(event: string, body?: unknown): void {
    this.environment.send({
      seq: this.nextSeq++,
      type: 'event',
      event,
      ...(body !== undefined && { body }),
    } as DebugProtocol.Event);
  }

  /** Loads a machine; the old one, if any, must have ended. */
  async launch(resolved: ResolvedLaunch): Promise<void> {
    if (this.over) throw new UserError('The session has ended: start a new one.');
    if (this.current) throw new UserError('A machine is launched already: "restart" starts it anew.');
    const { launch, host } = this.environment;
    this.current = await Debuggee.launch(resolved, launch, host, {
      attach: (engine) => {
        const ends = [this.events.attach(engine), engine.onImages((change) => this.imageChanged(engine, change))];
        return () => ends.forEach((end) => end());
      },
      stopped: (event) => {
        // Of a machine that is gone there is nothing to show.
        if (this.debuggee.engine.machine.foreign?.lost) return this.lost(event.text ?? event.description);
        this.events.stopped(event, this.debuggee.breakpoints.clientNumbers(event.breakpointIds));
      },
      failed: (error) => this.moveFailed(error),
      takesLong: (title) => this.takesLong(title),
    });
  }

  /** Ends the machine; further requests are told so. `terminated` is sent once. */
  async end(exitCode = 0): Promise<void> {
    const debuggee = this.current;
    this.current = undefined;
    if (this.over) return;
    this.over = true;
    if (!debuggee) return;
    await debuggee.dispose();
    this.events.flushConsole();
    this.sendEvent('exited', { exitCode });
    this.sendEvent('terminated', {});
  }

  /** Of what the engine does; returns how to tell that it is over. */
  takesLong(title: string): () => void {
    const { engine } = this.debuggee;
    const where = () => `at instruction ${engine.machine.instructionCount.toLocaleString('en')}`;
    return this.progress.begin(title, where, () => engine.pause());
  }

  /** Breakpoints may have found their place in the new image, or lost it. */
  private imageChanged(engine: DebugEngine, change: ImageChange): void {
    this.events.module(change, runsIn(engine, this.debuggee.settings, change.image));
    for (const state of this.debuggee.breakpoints.moveTo(engine)) this.events.breakpoint(state);
  }

  private lost(text: string): void {
    this.events.message(`${text} The session ends; attach again when the machine is there.`, 'error');
    void this.end(1);
  }

  private async answer(seq: number, command: string, args: unknown): Promise<void> {
    this.waiting.delete(seq);
    try {
      if (this.cancelled.delete(seq)) throw new UserError(cancelledMessage);
      const handler = this.handlers.get(command);
      if (!handler) {
        const meant = nearest(command, this.handlers.keys());
        throw new UserError(
          `Armvisor does not know the request "${command}"${meant ? `; did you mean "${meant}"?` : ': docs/dap.md lists those it answers.'}`,
        );
      }
      this.checkPhase(handler.phase, command);
      const body = await handler.handle(this, checkArguments(command, handler.shape, args));
      this.respond(seq, command, { success: true, ...(body !== undefined && { body }) });
    } catch (error) {
      this.afterwards = [];
      const text = this.sentence(command, error);
      const showUser = text !== cancelledMessage;
      const body = { error: { id: 1, format: text.replaceAll('{', '(').replaceAll('}', ')'), showUser } };
      this.respond(seq, command, { success: false, message: text, body });
    }
    const actions = this.afterwards;
    this.afterwards = [];
    for (const action of actions) {
      try {
        action();
      } catch (error) {
        this.moveFailed(error);
      }
    }
  }

  private respond(seq: number, command: string, answer: Partial<DebugProtocol.Response>): void {
    this.environment.send({
      seq: this.nextSeq++,
      type: 'response',
      request_seq: seq,
      command,
      ...answer,
    } as DebugProtocol.Response);
  }

  private checkPhase(phase: Phase, command: string): void {
    if (phase === 'always') return;
    const { engine } = this.debuggee;
    if (phase === 'stopped' && engine.running) {
      throw new UserError(`"${command}" needs a machine that stands still: pause it first.`);
    }
  }

  /** What a person reads about an error. Ours are written for people; anything else is a defect and says so. */
  private sentence(doing: string, error: unknown): string {
    if (error instanceof UserError || error instanceof ImageError) return error.message;
    const what = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return `Armvisor failed in "${doing}" (${what}): this is a defect, please report it.`;
  }

  /** The machine could not move: tell it, and show where it stands. */
  private moveFailed(error: unknown): void {
    this.events.message(this.sentence('run', error), 'error');
    if (!this.current) return;
    const { engine, lastStop } = this.current;
    this.events.stopped(
      {
        reason: 'pause',
        threadId: lastStop?.threadId ?? engine.threads()[0]?.id ?? 1,
        description: 'The machine did not move',
        breakpointIds: [],
        instructionCount: engine.machine.instructionCount,
      },
      [],
    );
  }

  private noteCancel(args: unknown): void {
    const { requestId: id, progressId } = (args ?? {}) as DebugProtocol.CancelArguments;
    if (typeof progressId === 'string') this.progress.cancel(progressId);
    if (typeof id === 'number' && this.waiting.has(id)) this.cancelled.add(id);
  }
}
