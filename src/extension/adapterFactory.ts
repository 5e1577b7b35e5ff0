/**
 * Starts a debug adapter for each session: a worker thread running dist/adapter-worker.js, so that neither the machine nor
 * the adapter ever holds up the extension host, which only passes messages.
 */
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';

export class AdapterFactory implements vscode.DebugAdapterDescriptorFactory {
  /** @param extensionPath where dist/ stands */
  constructor(private readonly extensionPath: string) {}

  createDebugAdapterDescriptor(): vscode.DebugAdapterDescriptor {
    const file = path.join(this.extensionPath, 'dist/adapter-worker.js');
    return new vscode.DebugAdapterInlineImplementation(new WorkerAdapter(new Worker(file)));
  }
}

/** Passes DAP messages between VS Code and a worker; ends the session in words when the worker dies. */
class WorkerAdapter implements vscode.DebugAdapter {
  private readonly messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.messages.event;
  private ended = false;

  constructor(private readonly worker: Worker) {
    worker.on('message', (message: vscode.DebugProtocolMessage) => this.messages.fire(message));
    worker.on('error', (error) => this.end(`The debug adapter has failed: ${error.message}. Please report this.`));
    worker.on('exit', () => this.end());
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.worker.postMessage(message);
  }

  /** VS Code calls this when the session is over, however it ended. */
  dispose(): void {
    this.ended = true;
    void this.worker.terminate();
    this.messages.dispose();
  }

  private end(reason?: string): void {
    if (this.ended) return;
    this.ended = true;
    if (reason !== undefined) this.fireEvent('output', { category: 'important', output: `${reason}\n` });
    this.fireEvent('terminated');
  }

  private fireEvent(event: string, body?: unknown): void {
    this.messages.fire({ type: 'event', seq: 0, event, body } as vscode.DebugProtocolMessage);
  }
}
