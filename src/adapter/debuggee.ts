/**
 * A launched machine as the requests see it: the engine, and what the protocol needs to remember beside it between two stops
 * (frames and expandable values by number, the last stop, the client's breakpoints). Moves the machine; answers nothing itself.
 */
import {
  UserError,
  type BreakpointState,
  type DebugEngine,
  type FileHost,
  type Frame,
  type LaunchSettings,
  type StepTarget,
  type StopEvent,
} from '../debugger/types';
import type { AddressSpace } from '../hypervisor/types';
import { BreakpointSets } from './breakpointSets';
import { FileMemory, namingAttributes } from './fileHosts';
import type { ResolvedLaunch } from './launchConfiguration/resolve';
import { VariableContainers } from './variables';

export type LaunchEngine = (settings: LaunchSettings, host: FileHost) => Promise<DebugEngine>;

/** C functions where a hypervisor's own work begins, the first that exists is taken. */
const hypervisorEntries = ['start_xen', '__start_xen', 'start_hypervisor', 'cmain', 'main'];

export interface DebuggeeListener {
  /** Subscribes to an engine's events; called again for each engine that a restart loads. */
  attach(engine: DebugEngine): () => void;
  stopped(event: StopEvent): void;
  /** Work begins that may take long; to be called back when it is over. */
  takesLong(title: string): () => void;
  /** The machine could not move; it stands where it was. */
  failed(error: unknown): void;
}

export class Debuggee {
  readonly variables = new VariableContainers();
  readonly breakpoints: BreakpointSets;
  lastStop: StopEvent | undefined;
  private readonly frames = new Map<number, Frame>();
  private targets: readonly StepTarget[] = [];
  private detach: () => void;
  private settled: Promise<void> = Promise.resolve();
  private disposed = false;
  private begun = false;

  private constructor(
    public engine: DebugEngine,
    private files: FileMemory,
    private resolved: ResolvedLaunch,
    private readonly launchEngine: LaunchEngine,
    private readonly host: FileHost,
    private readonly listener: DebuggeeListener,
  ) {
    this.breakpoints = new BreakpointSets(engine);
    this.detach = listener.attach(engine);
  }

  /** Loads the machine; it stands before its first instruction. */
  static async launch(
    resolved: ResolvedLaunch,
    launchEngine: LaunchEngine,
    host: FileHost,
    listener: DebuggeeListener,
  ): Promise<Debuggee> {
    const files = new FileMemory(namingAttributes(host, resolved.fileAttributes));
    const engine = await launchEngine(resolved.settings, files);
    return new Debuggee(engine, files, resolved, launchEngine, host, listener);
  }

  get settings(): LaunchSettings {
    return this.resolved.settings;
  }

  /** Where relative paths start. */
  get folder(): string | undefined {
    return this.resolved.folder;
  }

  /**
   * Back to the state after loading; loads anew when a file or the settings changed, else it is only reset. Returns the
   * breakpoints that a new load may have moved.
   */
  async restart(resolved: ResolvedLaunch = this.resolved): Promise<BreakpointState[]> {
    await this.halt();
    this.forget();
    this.lastStop = undefined;
    const sameSettings = JSON.stringify(resolved.settings) === JSON.stringify(this.settings);
    if (sameSettings && !(await this.files.changed())) {
      await this.engine.restart();
      return [];
    }
    const files = new FileMemory(namingAttributes(this.host, resolved.fileAttributes));
    const engine = await this.launchEngine(resolved.settings, files);
    this.detach();
    this.engine.dispose();
    this.engine = engine;
    this.files = files;
    this.resolved = resolved;
    this.detach = this.listener.attach(engine);
    return this.breakpoints.moveTo(engine);
  }

  /** Starts as `stopOnEntry` says. */
  start(): void {
    const { stopOnEntry } = this.settings;
    this.move(() => (stopOnEntry === 'hypervisor' ? this.runToHypervisor() : this.engine.start()));
  }

  /** The one start that `configurationDone` makes. */
  begin(): void {
    if (this.begun) throw new UserError('The machine has been started already.');
    this.begun = true;
  }

  /**
   * Sets the machine going without waiting for the stop, which goes to the listener. What was shown before is forgotten.
   * `motion` is one of the engine's moves. `search`: it looks for something in the past, which the client may be told of by these words.
   */
  move(motion: () => Promise<StopEvent>, search?: string): void {
    if (this.engine.running) throw new UserError('The machine runs already: pause it first.');
    this.forget();
    const over = search === undefined ? () => undefined : this.listener.takesLong(search);
    this.settled = motion().then(
      (event) => {
        over();
        this.report(event);
      },
      (error: unknown) => {
        over();
        if (!this.disposed) this.listener.failed(error);
      },
    );
  }

  frame(id: number): Frame {
    const frame = this.frames.get(id);
    if (!frame) throw new UserError('This stack frame is from before the machine moved: ask for the stack again.');
    return frame;
  }

  /** A thread's number, if there is such a thread. */
  threadId(id: number | undefined): number {
    if (id === undefined) throw new UserError('This needs the number of a thread ("threadId").');
    if (this.engine.threads().some((thread) => thread.id === id)) return id;
    throw new UserError(`There is no thread ${id}: its domain may have ended.`);
  }

  /** What the line of a frame can be stepped into; their numbers, from 1, hold until the machine moves or others are asked for. */
  stepTargets(frame: Frame): readonly StepTarget[] {
    this.targets = this.engine.stepTargets(frame);
    return this.targets;
  }

  stepTarget(id: number): StepTarget {
    const target = this.targets[id - 1];
    if (!target) throw new UserError(`There is no step target ${id} here any more: ask for them again.`);
    return target;
  }

  stack(threadId: number): readonly Frame[] {
    this.threadId(threadId);
    const stack = this.engine.stack(threadId);
    for (const frame of stack) this.frames.set(frame.id, frame);
    return stack;
  }

  /** The frame that an expression without a frame refers to: the innermost of the thread that stopped. */
  currentFrame(): Frame | undefined {
    if (this.engine.running) return undefined;
    const threads = this.engine.threads();
    const thread = threads.find(({ id }) => id === this.lastStop?.threadId) ?? threads[0];
    return thread && this.stack(thread.id).find((frame) => frame.kind !== 'label');
  }

  /** The address space of an address without one. */
  currentSpace(): AddressSpace {
    if (this.settings.hypervisor === undefined) return { kind: 'xen' };
    return this.currentFrame()?.space ?? { kind: 'xen' };
  }

  /** Stops a running machine and waits until it stands. */
  async halt(): Promise<void> {
    if (this.engine.running) this.engine.pause();
    await this.settled;
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    this.detach();
    await this.halt().catch(() => undefined);
    this.engine.dispose();
  }

  private forget(): void {
    this.frames.clear();
    this.targets = [];
    this.variables.clear();
  }

  /** The machine stands where it stood, and yet a thread does not: what was shown before is forgotten. */
  stoppedElsewhere(event: StopEvent): void {
    this.report(event);
  }

  private report(event: StopEvent): void {
    if (this.disposed) return;
    this.forget();
    this.lastStop = event;
    this.listener.stopped(event);
  }

  /** Runs to the hypervisor's first C function; other breakpoints count on the way. */
  private async runToHypervisor(): Promise<StopEvent> {
    const image = this.engine.images.find(({ name }) => name === this.settings.hypervisor);
    const name = hypervisorEntries.find((candidate) => image?.symbol(candidate) !== undefined);
    if (name === undefined) {
      throw new UserError(
        `"stopOnEntry": "hypervisor" found none of the functions ${hypervisorEntries.join(', ')} in ${this.settings.hypervisor}: use true and a function breakpoint.`,
      );
    }
    const entry = this.breakpoints.armEntry(name);
    try {
      const stop = await this.engine.resume();
      if (!stop.breakpointIds.includes(entry.id)) return stop;
      return { ...stop, reason: 'entry', description: 'Stopped on entry of the hypervisor' };
    } finally {
      if (!this.disposed) this.breakpoints.disarmEntry();
    }
  }
}
