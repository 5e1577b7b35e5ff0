/**
 * The debug engine: composes target, breakpoints, run loop, stepper, stacks, values and consoles into the face that the layers above
 * use. Holds only the state of the session (running or not, who listens); every ability is a collaborator's.
 */
import type { AddressSpace, DomainView, OrMissing, VcpuView } from '../hypervisor/types';
import type { ImageFace } from '../image/face';
import type { AccessKind, MachineFace, MachineSnapshot, Walk } from '../machine/types';
import { Conditions } from './breakpoints/conditions';
import { DataBreakpoints } from './breakpoints/dataBreakpoints';
import { FilterSetter } from './breakpoints/filterSetter';
import { FirstTouches } from './breakpoints/firstTouches';
import { BreakpointSetters } from './breakpoints/setters';
import { BreakpointStore } from './breakpoints/store';
import { Consoles } from './consoles';
import { exceptionFilters } from './exceptionFilters';
import { explainWalk, type WalkContext } from './explainWalk';
import { evaluateExpression } from './expressions/evaluator';
import { ForeignPast } from './history/foreignPast';
import { History } from './history/history';
import { RecordedPast } from './history/past';
import { Survey } from './history/survey';
import { CoherenceWatch } from './run/coherence';
import type { RunHost } from './run/host';
import { KernelCrash } from './run/kernelCrash';
import { Motions } from './run/motions';
import { RunLoop, type Halt } from './run/runLoop';
import { Listeners } from './session/listeners';
import { ThreadChanges } from './session/threadChanges';
import { FrameFactory } from './stack/frameFactory';
import { StackBuilder } from './stack/stackBuilder';
import { Threads } from './stack/threads';
import { Tracing } from './trace/tracing';
import { SourcePaths } from './target/sourcePaths';
import type { PlacedImage, Target } from './target/target';
import {
  UserError,
  type BreakpointRequest,
  type BreakpointState,
  type ConsoleOutput,
  type DataBreakpointRequest,
  type DebugEngine,
  type ExceptionOption,
  type FilterRequest,
  type Frame,
  type ImageChange,
  type LaunchSettings,
  type Past,
  type RunLimits,
  type Scope,
  type Severity,
  type StepTarget,
  type StopEvent,
  type ThreadInfo,
  type Value,
} from './types';
import { FrameEnvironment } from './values/frameEnvironment';
import { splitSuffix } from './values/numberFormat';
import { Scopes } from './values/scopes';
import { formatted } from './values/valueTree';

/** How much memory a session's past may take when nothing else is said. */
const DEFAULT_HISTORY_BYTES = 256 << 20;

export interface EngineParts {
  readonly target: Target;
  readonly settings: LaunchSettings;
  /** Physical address of the first instruction. */
  readonly entry: number;
  readonly builtinSourceRoot: string;
  readonly runHost: RunHost;
  /** Sentences of the machine's devices, filled while it runs. */
  readonly diagnostics: string[];
}

export class Engine implements DebugEngine {
  readonly machine: MachineFace;
  readonly exceptionFilters = exceptionFilters;
  readonly past: Past;
  readonly tracing: Tracing;
  private readonly target: Target;
  private readonly store: BreakpointStore;
  private readonly setters: BreakpointSetters;
  private readonly filters: FilterSetter;
  private readonly conditions: Conditions;
  private readonly data: DataBreakpoints;
  private readonly coherence: CoherenceWatch;
  private readonly history: History;
  private readonly foreignPast: ForeignPast | undefined;
  private readonly loop: RunLoop;
  private readonly motions: Motions;
  private readonly threadList: Threads;
  private readonly threadChanges: ThreadChanges;
  private readonly stacks: StackBuilder;
  private readonly scopeBuilder: Scopes;
  private readonly consoles: Consoles;
  private readonly loaded: MachineSnapshot;
  private readonly detachConsole: () => void;
  private readonly detachDevices: () => void;
  private moving: Promise<unknown> | undefined;

  private readonly stopped = new Listeners<StopEvent>();
  private readonly continued = new Listeners<void>();
  private readonly consoleOutput = new Listeners<ConsoleOutput>();
  private readonly imagesChanged = new Listeners<ImageChange>();
  private readonly messages = new Listeners<readonly [string, Severity]>();

  constructor(private readonly parts: EngineParts) {
    const { target, settings, entry, builtinSourceRoot, runHost } = parts;
    const { foreign } = target.machine;
    this.target = target;
    this.machine = target.machine;
    const paths = new SourcePaths(builtinSourceRoot);
    const factory = new FrameFactory(target, paths);
    this.threadList = new Threads(target);
    this.threadChanges = new ThreadChanges(this.threadList);
    this.stacks = new StackBuilder(target, this.threadList, factory);
    this.store = new BreakpointStore(target, (text, severity) => this.messages.emit([text, severity]));
    this.conditions = new Conditions(target, this.stacks);
    this.coherence = new CoherenceWatch(
      target.machine,
      (text) => this.messages.emit([text, 'important']),
      () => this.store.wantsReports,
      () => this.history.silent,
    );
    const touches = new FirstTouches(target.machine);
    const [thread, coherence] = [() => this.threadList.currentId(), () => this.coherence];
    this.filters = new FilterSetter(target, this.store, this.conditions, this.stacks, thread, coherence, touches);
    this.setters = new BreakpointSetters(target, paths, this.store, this.conditions, this.filters);
    this.data = new DataBreakpoints(target, this.store, this.conditions, touches);
    this.history = new History(
      target.machine,
      runHost,
      { bytes: foreign ? 0 : (settings.historyBytes ?? DEFAULT_HISTORY_BYTES) },
      (text) => this.messages.emit([text, 'warning']),
      () => {
        this.target.forget();
        this.coherence.forget();
      },
    );
    const reports = { ask: () => this.coherence.ask(() => this.store.judgeReport()) };
    this.loop = new RunLoop(
      target.machine,
      this.store,
      runHost,
      target.hypervisor || foreign ? undefined : new KernelCrash(target),
      reports,
      this.data,
      this.history.recorder,
    );
    const survey = new Survey(target.machine, this.store, reports, this.data);
    this.history.connect({ target, stacks: this.stacks, threads: this.threadList, survey });
    this.foreignPast =
      foreign?.back && new ForeignPast(foreign.back, target, this.stacks, this.threadList, this.store, runHost);
    this.past = new RecordedPast(this.history, {
      target,
      paths,
      conditions: this.conditions,
      stacks: this.stacks,
      threads: this.threadList,
      coherence: this.coherence,
      move: (motion) => this.move(motion),
      alone: (work) => this.alone(work),
    });
    this.motions = new Motions({
      target,
      loop: this.loop,
      stacks: this.stacks,
      threads: this.threadList,
      recorder: this.history.recorder,
      settings,
      entry,
      move: (motion) => this.move(motion),
    });
    this.tracing = new Tracing({
      target,
      store: this.store,
      loop: this.loop,
      stacks: this.stacks,
      threads: this.threadList,
      nsPerTick: settings.nsPerTick,
      repeats: () => this.history.silent,
    });
    this.scopeBuilder = new Scopes(target, factory, settings);
    this.consoles = new Consoles(
      target,
      (output) => this.consoleOutput.emit(output),
      () => runHost.now(),
    );
    this.loop.onSlice = () => this.afterSlice();
    this.detachConsole = this.machine.onConsoleOutput((_port, bytes) => {
      if (!this.history.silent) this.consoles.receive(bytes);
    });
    this.detachDevices = this.machine.onDeviceOutput((_instance, { line }) => {
      // Log devices speak in lines; sound and network frames are for whoever asked for them.
      if (typeof line === 'string' && !this.history.silent) this.messages.emit([line, 'info']);
    });
    this.loaded = this.machine.snapshot();
    this.history.begin(this.loaded);
  }

  get images(): readonly ImageFace[] {
    return this.target.allImages;
  }

  imageSpaces(): readonly PlacedImage[] {
    return this.target.imageSpaces();
  }

  addImage(space: AddressSpace, image: ImageFace): void {
    this.target.addImage(space, image);
    this.imagesChanged.emit({ image, reason: 'new' });
  }

  removeImage(name: string): void {
    const image = this.target.allImages.find((each) => each.name === name);
    if (!image || !this.target.removeImage(name))
      throw new UserError(`No image "${name}" was added: "symbols" lists them`);
    this.imagesChanged.emit({ image, reason: 'removed' });
  }

  get running(): boolean {
    return this.moving !== undefined;
  }

  start(limits?: RunLimits): Promise<StopEvent> {
    return this.motions.start(limits);
  }

  resume(limits?: RunLimits, alone?: number): Promise<StopEvent> {
    return this.motions.resume(limits, alone);
  }

  destroyDomain(threadId: number): Promise<StopEvent> {
    return this.motions.destroyDomain(threadId);
  }

  pause(): void {
    this.loop.requestPause();
    this.history.requestPause();
  }

  step(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line', alone = false) {
    return this.motions.step(threadId, kind, granularity, alone);
  }

  stepTargets(frame: Frame): readonly StepTarget[] {
    return this.motions.stepTargets(frame);
  }

  stepBack(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line'): Promise<StopEvent> {
    return this.move(() => (this.foreignPast ?? this.history).step(threadId, kind, granularity));
  }

  reverse(): Promise<StopEvent> {
    return this.move(() => (this.foreignPast ?? this.history).reverse());
  }

  async restart(): Promise<void> {
    const { foreign } = this.machine;
    if (foreign)
      throw new UserError(`${capitalised(foreign.name)} cannot be set back: restart it there, and attach again`);
    if (this.moving) {
      this.pause();
      await this.moving;
    }
    this.machine.restore(this.loaded);
    this.history.begin(this.loaded);
    this.motions.restart();
    this.tracing.restart();
    this.target.forget();
    this.store.resetHits();
    this.coherence.restart();
    this.consoles.reset();
    this.threadChanges.update();
  }

  dispose(): void {
    this.pause();
    for (const detach of [this.detachConsole, this.detachDevices]) detach();
    for (const listeners of [this.stopped, this.continued, this.consoleOutput, this.messages]) listeners.clear();
    this.machine.foreign?.release();
  }

  threads(): readonly ThreadInfo[] {
    return this.threadList.list();
  }

  stack(threadId: number): readonly Frame[] {
    return this.stacks.build(threadId);
  }

  scopes(frame: Frame): readonly Scope[] {
    return this.scopeBuilder.of(frame);
  }

  evaluate(expression: string, frame: Frame | undefined): Value {
    const environment = new FrameEnvironment(
      this.target,
      this.stacks.factory,
      frame?.kind === 'label' ? undefined : frame,
    );
    const { expression: bare, format, elements } = splitSuffix(expression);
    const operand = evaluateExpression(this.conditions.parse(bare), environment);
    const tree = this.scopeBuilder.tree(environment);
    if (elements !== undefined) return tree.elementsAt(expression, bare, operand, elements);
    const value = tree.value(expression, bare, operand);
    return format ? formatted(value, format) : value;
  }

  setSourceBreakpoints(
    path: string,
    requests: readonly (BreakpointRequest & { readonly line: number })[],
  ): readonly BreakpointState[] {
    return this.setters.source(path, requests);
  }

  setFunctionBreakpoints(
    requests: readonly (BreakpointRequest & { readonly name: string })[],
  ): readonly BreakpointState[] {
    return this.setters.functions(requests);
  }

  setInstructionBreakpoints(
    requests: readonly (BreakpointRequest & { readonly space: AddressSpace; readonly address: number })[],
  ): readonly BreakpointState[] {
    return this.setters.instructions(requests);
  }

  setExceptionFilters(requests: readonly (FilterRequest | ExceptionOption)[]): readonly BreakpointState[] {
    return this.filters.set(requests);
  }

  setDataBreakpoints(requests: readonly DataBreakpointRequest[]): readonly BreakpointState[] {
    return this.data.set(requests);
  }

  domains(): OrMissing<readonly DomainView[]> {
    return this.target.domains();
  }

  currentVcpu(): VcpuView | undefined {
    const current = this.target.current();
    return current && this.target.vcpu(current.domainId, current.vcpuId);
  }

  readMemory(space: AddressSpace, address: number, byteLength: number) {
    return this.target.read(space, address, byteLength);
  }

  writeMemory(space: AddressSpace, address: number, bytes: Uint8Array): boolean {
    return this.target.write(space, address, bytes);
  }

  walk(space: AddressSpace, address: number, access: AccessKind, privileged: boolean, dacr?: number): Walk | undefined {
    return this.target.walk(space, address, access, privileged, dacr);
  }

  explainWalk(walk: Walk, context: WalkContext): readonly string[] {
    return explainWalk(walk, context);
  }

  symbolAt(space: AddressSpace, address: number) {
    return this.target.symbolAt(space, this.target.linked(space, address));
  }

  sendConsoleInput(text: string): void {
    this.machine.sendConsoleInput(0, new TextEncoder().encode(text));
  }

  onStopped(listener: (event: StopEvent) => void): () => void {
    return this.stopped.add(listener);
  }

  onContinued(listener: () => void): () => void {
    return this.continued.add(listener);
  }

  onConsole(listener: (output: ConsoleOutput) => void): () => void {
    return this.consoleOutput.add(listener);
  }

  onMessage(listener: (text: string, severity: Severity) => void): () => void {
    return this.messages.add(([text, severity]) => listener(text, severity));
  }

  onImages(listener: (change: ImageChange) => void): () => void {
    return this.imagesChanged.add(listener);
  }

  onThreads(listener: (change: { readonly id: number; readonly reason: 'started' | 'exited' }) => void): () => void {
    return this.threadChanges.listeners.add(listener);
  }

  /** Everything that moves the machine goes through here: one at a time, and a stop is told to all. */
  private move(motion: () => Promise<Halt>): Promise<StopEvent> {
    if (this.moving) return Promise.reject(new UserError('The machine runs already: pause it first'));
    this.loop.begin();
    const moving = this.moved(motion);
    this.moving = moving;
    return moving;
  }

  private async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.moving) throw new UserError('The machine runs already: pause it first');
    const working = work();
    this.moving = working;
    try {
      return await working;
    } finally {
      this.moving = undefined;
    }
  }

  private async moved(motion: () => Promise<Halt>): Promise<StopEvent> {
    this.continued.emit();
    try {
      // A motion that refuses at once must not do so before `moving` is set.
      const halt = this.explained(await (async () => motion())());
      const event = { ...halt, threadId: this.threadList.currentId(), instructionCount: this.machine.instructionCount };
      this.moving = undefined;
      this.settle();
      this.stopped.emit(event);
      return event;
    } catch (error) {
      this.moving = undefined;
      this.settle();
      throw error;
    }
  }

  /** A CPU that waits for good because no domain is left says that, not what might wake it. */
  private explained(halt: Halt): Halt {
    if (halt.reason !== 'waiting') return halt;
    this.target.forget();
    const ends = this.target.stoppedDomains();
    if (!ends) return halt;
    return { ...halt, description: `All domains have stopped (${ends.join(', ')}): restart the session or end it` };
  }

  private settle(): void {
    this.target.forget();
    this.consoles.flush(true);
    this.tellDiagnostics();
    this.threadChanges.update();
  }

  private afterSlice(): void {
    this.consoles.flush(false);
    this.tellDiagnostics();
  }

  private tellDiagnostics(): void {
    const texts = this.parts.diagnostics.splice(0);
    if (this.history.silent) return;
    for (const text of texts) this.messages.emit([text, 'warning']);
  }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
