/**
 * From the engine's events to the protocol's. Events that a client must announce (`invalidated`, `memory`) are sent only to
 * clients that did. Sends; decides nothing about the session.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ConsoleOutput, DebugEngine, ImageChange, Severity, StopEvent, StopReason } from '../debugger/types';
import { ConsoleLines, colouredPrefix, plainPrefix, type ConsoleChunk } from './consoleLines';
import { toProtocolBreakpoint } from './breakpointSets';
import { toModule } from './moduleShape';
import { formatReference } from './memoryReferences';
import type { PathMapping } from './paths';
import type { AddressSpace } from '../hypervisor/types';

export type SendEvent = (event: string, body?: unknown) => void;

/** Reasons as the protocol names them; a halted machine is shown like an exception, so that it can be inspected. */
const stopReasons: Readonly<Record<StopReason, string>> = {
  entry: 'entry',
  breakpoint: 'breakpoint',
  functionBreakpoint: 'function breakpoint',
  instructionBreakpoint: 'instruction breakpoint',
  dataBreakpoint: 'data breakpoint',
  exception: 'exception',
  step: 'step',
  goto: 'goto',
  restart: 'restart',
  pause: 'pause',
  halted: 'exception',
  waiting: 'pause',
  count: 'pause',
};

/** Output categories of DAP; `important` is shown even where consoles are not. */
const categories = { info: 'console', warning: 'console', important: 'important', error: 'stderr' } as const;

/** An unfinished console line (a prompt) is shown when nothing has followed it for so long. */
const idleFlushMs = 250;

/** `data` of an output event that carries a console's text. */
export interface ConsoleData {
  /** Number of the domain; absent for the hypervisor's own console and for a native machine's. */
  readonly domain?: number;
  readonly name: string;
  /** The text as the console printed it, without the prefix of `output`. */
  readonly text: string;
}

function consoleData(from: ConsoleOutput['from'], text: string): ConsoleData {
  if (from === 'hypervisor') return { name: 'hypervisor', text };
  if (from === 'native') return { name: 'native', text };
  return { domain: from.domainId, name: from.name, text };
}

export class Events {
  private readonly lines = new ConsoleLines((from) =>
    this.client().supportsANSIStyling ? colouredPrefix(from) : plainPrefix(from),
  );
  private idle: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: SendEvent,
    private readonly client: () => Partial<DebugProtocol.InitializeRequestArguments>,
    private readonly paths: () => PathMapping,
  ) {}

  /** Subscribes to an engine; returns how to end it. */
  attach(engine: DebugEngine): () => void {
    const ends = [
      engine.onConsole((output) => this.console(output)),
      engine.onMessage((text, severity) => this.message(text, severity)),
      engine.onThreads(({ id, reason }) => this.send('thread', { threadId: id, reason })),
    ];
    return () => ends.forEach((end) => end());
  }

  stopped(event: StopEvent, breakpointNumbers: readonly number[]): void {
    this.flushConsole();
    const body: DebugProtocol.StoppedEvent['body'] = {
      reason: stopReasons[event.reason],
      description: event.description,
      threadId: event.threadId,
      allThreadsStopped: true,
      ...(event.text !== undefined && { text: event.text }),
      ...(breakpointNumbers.length > 0 && { hitBreakpointIds: [...breakpointNumbers] }),
    };
    this.send('stopped', body);
  }

  breakpoint(state: Parameters<typeof toProtocolBreakpoint>[0]): void {
    this.send('breakpoint', { reason: 'changed', breakpoint: toProtocolBreakpoint(state, this.paths()) });
  }

  /** Symbols have come or gone: another module, and other names for what stood there already. */
  module({ image, reason }: ImageChange, where: string): void {
    this.send('module', { reason, module: toModule(image, where) });
    if (this.client().supportsInvalidatedEvent) this.send('invalidated', { areas: ['all'] });
  }

  /** A line of the adapter itself: log points, warnings, failures. */
  message(text: string, severity: Severity): void {
    const category = categories[severity];
    const prefix = severity === 'warning' ? 'Warning: ' : '';
    this.send('output', { category, output: `${prefix}${text.replace(/\n*$/, '')}\n` });
  }

  /** Tells clients that can hear it that a write has changed what they show. */
  written(place?: { readonly space: AddressSpace; readonly address: number }, byteLength = 4): void {
    if (this.client().supportsInvalidatedEvent) this.send('invalidated', { areas: ['variables'] });
    if (place && this.client().supportsMemoryEvent) {
      const memoryReference = formatReference(place.space, place.address);
      this.send('memory', { memoryReference, offset: 0, count: byteLength });
    }
  }

  flushConsole(): void {
    clearTimeout(this.idle);
    this.idle = undefined;
    this.lines.flush().forEach((chunk) => this.output(chunk));
  }

  private console(output: ConsoleOutput): void {
    this.lines.push(output).forEach((chunk) => this.output(chunk));
    clearTimeout(this.idle);
    this.idle = this.lines.hasPending ? setTimeout(() => this.flushConsole(), idleFlushMs) : undefined;
  }

  private output({ shown, raw, from }: ConsoleChunk): void {
    this.send('output', { category: 'stdout', output: shown, data: consoleData(from, raw) });
  }
}
