/**
 * Follows the debug sessions of our type by listening to their messages, and tells the views which one to show and whether
 * it runs. The views ask it for data.
 */
import * as vscode from 'vscode';
import type { SessionState } from '../webview/messages';
import { debugType } from './configurations';

/** Requests whose success means that the machine runs again. */
const resuming: ReadonlySet<string> = new Set([
  'configurationDone',
  'continue',
  'next',
  'stepIn',
  'stepOut',
  'stepBack',
  'reverseContinue',
  'restart',
]);

/** The few fields of a DAP message that tell whether the machine runs. */
interface Message {
  readonly type?: string;
  readonly event?: string;
  readonly command?: string;
  readonly success?: boolean;
}

export class SessionFollower implements vscode.DebugAdapterTrackerFactory, vscode.Disposable {
  private readonly running = new Map<vscode.DebugSession, boolean>();
  private shown: vscode.DebugSession | undefined;
  private lastName = '';
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];

  /** Another session is shown, or the shown one has stopped, gone on, changed or ended. */
  readonly onDidChange = this.changes.event;

  constructor() {
    this.subscriptions = [
      this.changes,
      vscode.debug.onDidChangeActiveDebugSession((session) => {
        if (session?.type === debugType && this.running.has(session)) this.show(session);
      }),
    ];
  }

  get state(): SessionState {
    if (this.shown === undefined) return { kind: 'none', name: this.lastName };
    return { kind: this.running.get(this.shown) ? 'running' : 'stopped', name: this.shown.name };
  }

  /** VS Code calls this once for each session of our type, before its first message. */
  createDebugAdapterTracker(session: vscode.DebugSession): vscode.DebugAdapterTracker {
    return {
      onDidSendMessage: (message: Message) => this.follow(session, message),
      onWillStopSession: () => this.forget(session),
      onExit: () => this.forget(session),
    };
  }

  /**
   * Sends a request of ours to the shown session.
   * @returns undefined when there is no session
   */
  async request<Body>(command: string, args: object): Promise<Body | undefined> {
    return (await this.shown?.customRequest(command, args)) as Body | undefined;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private follow(session: vscode.DebugSession, { type, event, command, success }: Message): void {
    if (type === 'response' && success && command !== undefined && resuming.has(command))
      this.setRunning(session, true);
    else if (type !== 'event') return;
    else if (event === 'stopped') this.setRunning(session, false);
    else if (event === 'continued') this.setRunning(session, true);
    else if (event === 'memory' || event === 'invalidated') this.changes.fire();
    else if (event === 'terminated') this.forget(session);
  }

  private setRunning(session: vscode.DebugSession, running: boolean): void {
    const isNew = !this.running.has(session);
    this.running.set(session, running);
    if (isNew || this.shown === undefined) this.show(session);
    else if (session === this.shown) this.changes.fire();
  }

  private show(session: vscode.DebugSession): void {
    this.shown = session;
    this.lastName = session.name;
    this.changes.fire();
  }

  private forget(session: vscode.DebugSession): void {
    if (!this.running.delete(session) || session !== this.shown) return;
    this.shown = [...this.running.keys()].at(-1);
    this.changes.fire();
  }
}
