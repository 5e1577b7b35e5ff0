// A debug session as a test sees it: what it stopped at, and typed requests. Waits on events, never on time.
import * as vscode from 'vscode';
import type { DebugProtocol } from '@vscode/debugprotocol';

type Stop = DebugProtocol.StoppedEvent['body'];

/** Follows every session of our type from before its first message. */
export class SessionWatch implements vscode.Disposable {
  private readonly stops: Stop[] = [];
  private waiting: ((stop: Stop) => void) | undefined;
  private readonly tracker: vscode.Disposable;

  constructor() {
    this.tracker = vscode.debug.registerDebugAdapterTrackerFactory('armvisor', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: DebugProtocol.Event) => {
          if (message.type === 'event' && message.event === 'stopped') this.take(message.body as Stop);
        },
      }),
    });
  }

  /** The next stop that nobody has asked for yet. */
  nextStop(): Promise<Stop> {
    const stop = this.stops.shift();
    return stop ? Promise.resolve(stop) : new Promise((resolve) => (this.waiting = resolve));
  }

  dispose(): void {
    this.tracker.dispose();
  }

  private take(stop: Stop): void {
    if (this.waiting === undefined) this.stops.push(stop);
    else this.waiting(stop);
    this.waiting = undefined;
  }
}

export function activeSession(): vscode.DebugSession {
  const session = vscode.debug.activeDebugSession;
  if (session === undefined) throw new Error('There is no debug session.');
  return session;
}

/** Names of the frames of a thread, innermost first. */
export async function stackOf(threadId: number): Promise<DebugProtocol.StackFrame[]> {
  const body = (await activeSession().customRequest('stackTrace', {
    threadId,
  })) as DebugProtocol.StackTraceResponse['body'];
  return body.stackFrames;
}

export async function variablesOf(frameId: number, scopeName: string): Promise<readonly DebugProtocol.Variable[]> {
  const { scopes } = (await activeSession().customRequest('scopes', {
    frameId,
  })) as DebugProtocol.ScopesResponse['body'];
  const scope = scopes.find(({ name }) => name === scopeName);
  if (scope === undefined)
    throw new Error(`no scope ${scopeName}; there are ${scopes.map(({ name }) => name).join(', ')}`);
  const { variablesReference } = scope;
  const body = (await activeSession().customRequest('variables', {
    variablesReference,
  })) as DebugProtocol.VariablesResponse['body'];
  return body.variables;
}

/** Resolves once a tab with this webview is open. */
export function webviewOpened(viewType: string): Promise<void> {
  const isOpen = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .some(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType));
  return new Promise((resolve) => {
    if (isOpen()) return resolve();
    const listener = vscode.window.tabGroups.onDidChangeTabs(() => {
      if (!isOpen()) return;
      listener.dispose();
      resolve();
    });
  });
}
