/**
 * The machine: CPU, RAM and a board's devices joined, behind the face of types.ts. Slices, counting, input at exact instructions,
 * boot and snapshots; how instructions run is arm926/, what devices do is boards/ and devices/.
 */
import { CACHE_MODES, createCaches } from './arm926/cache/create';
import { cacheSizes, cacheTypeOf } from './arm926/cache/geometry';
import { Core } from './arm926/core';
import { differenceOf } from './arm926/difference';
import { Arm926View } from './arm926/cpuView';
import { Interpreter, type TranslatorCounts } from './arm926/interpreter';
import { MainTlb, type MainTlbState } from './arm926/mainTlb';
import { Word } from './arm926/layout';
import { engineFor } from './arm926/translator/available';
import { Translator, canTranslate, type TranslationSettings } from './arm926/translator/translator';
import { Mode } from './arm926/modes';
import { Psr } from './arm926/psr';
import type { TickModel } from './arm926/ticks/model';
import { createTickModel } from './arm926/ticks/models';
import { tlbView } from './arm926/tlbView';
import { perInstruction } from './arm926/ticks/perInstruction';
import { traced } from './arm926/ticks/traced';
import { describeWalk } from './arm926/walkReport';
import { Watches } from './arm926/watches';
import type { BoardDescription, PeripheralBus } from './bus';
import { exerciseWhenDue } from './exercise';
import { createDeviceHost } from './deviceHost';
import { InputQueue, type InputDelivery, type InputEvent } from './inputQueue';
import { oneOf, ENGINE_MODES, TLB_MODES, VFP_MODES, type MachineOptions } from './machineOptions';
import { noteOpenBlock, takeOpenBlock } from './openBlock';
import { OutsideMemory } from './outsideMemory';
import { Ram } from './ram';
import { SNAPSHOT_VERSION, Snapshots, type MachineState } from './snapshot';
import type { InstructionListener } from './trace/listener';
import type {
  AccessKind,
  BootRequest,
  CachesView,
  CoherenceReport,
  ConsoleListener,
  CpuView,
  DeviceInput,
  DeviceOutputListener,
  DeviceView,
  DisplayImage,
  Loading,
  MachineFace,
  MachineSnapshot,
  MemoryBank,
  RunStop,
  TranslationRegime,
  TlbView,
  Walk,
  WatchHit,
  WatchedRange,
} from './types';

export type { MachineOptions };

/** Stands in for the reason of a halt while a run has been asked to stop; never outlives the run. */
const STOP_ASKED = '(asked to stop)';

/** What a board has that says nothing of loading, from the start of its RAM. */
const RAW_KERNEL_OFFSET = 0x10000;
const BOOT_AREA_BYTES = 0xc000;

/** Most instructions of one slice of the loop, whose counters have 32 bits. */
const SLICE = 0x3fffffff;

export class Machine implements MachineFace {
  readonly boardName: string;
  readonly ramBase: number;
  readonly ramBytes: number;
  readonly memoryBanks: readonly MemoryBank[];
  readonly loading: Loading;
  readonly cpu: CpuView;
  private readonly board: BoardDescription;
  private readonly ram: Ram;
  private readonly core: Core;
  private readonly outside: OutsideMemory;
  private readonly tickModel: TickModel;
  private interpreter: Interpreter;
  /** Undefined where nothing is translated. */
  private readonly translation: TranslationSettings | undefined;
  /** The model with a listener, while a trace is made. */
  private traceModel: TickModel | undefined;
  private armed: readonly number[] = [];
  private watches: Watches | undefined;
  private readonly bus: PeripheralBus;
  private readonly snapshots: Snapshots;
  private readonly memorySystem: string;
  private readonly listeners = new Set<ConsoleListener>();
  private readonly outputListeners = new Set<DeviceOutputListener>();
  private readonly inputs = new InputQueue();
  /** Instructions before this slice, and how many the slice may use. */
  private countBefore = 0;
  private sliceCount = 0;
  outsideChanges = 0;
  restores = 0;

  constructor(options: MachineOptions) {
    const { board, nsPerTick = 5 } = options;
    this.board = board;
    this.boardName = board.name;
    this.ramBase = board.ramBase;
    this.ramBytes = options.ramBytes ?? board.defaultRamBytes;
    const furtherBanks = board.furtherBanks ?? [];
    this.memoryBanks = [{ base: this.ramBase, bytes: this.ramBytes }, ...furtherBanks].map(
      ({ base, bytes, readOnly = false }: MemoryBank) => ({ base, bytes, readOnly }),
    );
    this.ram = new Ram(this.memoryBanks);
    this.loading = board.loading ?? {
      rawKernelAddress: this.ramBase + RAW_KERNEL_OFFSET,
      bootArea: { start: this.ramBase, end: this.ramBase + BOOT_AREA_BYTES },
    };
    const cache = oneOf('cache', options.cache ?? 'off', CACHE_MODES);
    const sizes = cacheSizes(options.cacheSizes);
    // The guest is told of the caches that are modelled or asked for, so that its loops over sets and ways reach all of them.
    const told = cache === 'off' && options.cacheSizes === undefined ? board.cacheType : cacheTypeOf(sizes);
    this.core = new Core(this.ram, { midr: board.midr, cacheType: told });
    this.outside = new OutsideMemory(this.core, (address, access, privileged) =>
      this.walk(address, access, privileged),
    );
    for (const { base, contents } of furtherBanks) if (contents !== undefined) this.outside.fill(base, contents);
    const vfp = oneOf('vfp', options.vfp ?? 'none', VFP_MODES);
    this.core.vfpPresent = vfp === 'vfp9';
    const tlb = oneOf('tlb', options.tlb ?? 'fast', TLB_MODES);
    if (tlb === 'arm926') this.core.memory.mainTlb = new MainTlb();
    this.core.memory.caches = createCaches(cache, this.core, sizes, () => this.instructionCount);
    if (options.onCoherence !== undefined) this.onCoherenceReport(options.onCoherence);
    this.memorySystem = `cache ${cache} (${sizes.instructionBytes} and ${sizes.dataBytes} bytes), TLB ${tlb}, VFP ${vfp}`;
    const tickModel = createTickModel(options.tickModel ?? 'goldfish', sizes);
    this.tickModel = cache === 'coherence' ? perInstruction(tickModel) : tickModel;
    const engine = engineFor(oneOf('engine', options.engine ?? 'interpreter', ENGINE_MODES));
    const { translateAfter: after, translatedBytes: mostBytes } = options;
    this.translation = engine === 'interpreter' ? undefined : { after, mostBytes };
    this.interpreter = this.createInterpreter(this.tickModel);
    this.cpu = new Arm926View(this.core, () => this.outsideChanges++);
    this.snapshots = new Snapshots(this.ram);
    const { listeners, outputListeners, outside } = this;
    this.bus = board.createBus(
      createDeviceHost(this, this.core, outside, listeners, outputListeners, nsPerTick, options.onDiagnostic),
    );
    this.core.connect(this.bus);
    this.resetCpu();
  }

  private resetCpu(): void {
    const { s } = this.core;
    s.fill(0, 0, Word.SCRATCH);
    s.fill(0, Word.VFP_REGISTERS, Word.VFP_SCRATCH);
    s[Word.CPSR] = Mode.SVC | Psr.I | Psr.F;
    s[Word.ZERO] = 1;
    s[Word.CONTROL] = this.board.resetControl;
    this.core.memory.mainTlb?.reset();
    this.core.memory.caches?.reset();
    this.core.memory.tlb.flush();
    this.core.statusChanged();
    (this.traceModel ?? this.tickModel).observer?.reset();
  }

  get instructionCount(): number {
    return this.countBefore + this.sliceCount - this.core.s[Word.COUNT]! - this.core.s[Word.HELD]!;
  }

  get ticks(): number {
    return this.core.sliceTicks + this.core.s[Word.TICKS]!;
  }

  run(maxInstructions: number): RunStop {
    const { s } = this.core;
    // Asked for between two runs: there is none to stop.
    if (this.core.haltReason === STOP_ASKED) this.core.haltReason = undefined;
    if (this.watches !== undefined) this.watches.hits = [];
    const startPc = s[15];
    this.deliverInputs();
    let left = Math.max(0, Math.floor(maxInstructions));
    // An interrupt taken before the input came led elsewhere: a breakpoint there counts.
    let first = s[15] === startPc;
    while (left > 0) {
      this.deliverInputs();
      this.sliceCount = Math.min(left, SLICE, this.inputs.nextReplay - this.countBefore, this.untilExercise());
      s[Word.COUNT] = this.sliceCount;
      this.core.updateLimit();
      const end = this.interpreter.run(first);
      const used = this.sliceCount - s[Word.COUNT]!;
      first = false;
      left -= used;
      this.endSlice(used);
      if (this.core.haltReason === STOP_ASKED) {
        this.core.haltReason = undefined;
        if (this.watches !== undefined && this.watches.hits.length > 0) return { kind: 'watch', hits: this.takeHits() };
        if (end === 'halted') return { kind: 'asked' };
      }
      if (end === 'breakpoint') return { kind: 'breakpoint', pc: s[15]! >>> 0 };
      if (end === 'waiting' && !this.inputs.due(this.countBefore)) return { kind: 'waiting' };
      if (end === 'halted') return { kind: 'halted', reason: this.core.haltReason ?? '' };
    }
    return { kind: 'count' };
  }

  private untilExercise(): number {
    const { board, translation } = this;
    const engine = translation === undefined ? 'interpreter' : 'translator';
    return exerciseWhenDue(this.countBefore, (ramBytes) => new Machine({ board, ramBytes, engine }));
  }

  /** Moves the slice's counts to the machine's. */
  private endSlice(used: number): void {
    const { s } = this.core;
    this.countBefore += used;
    this.sliceCount = 0;
    s[Word.COUNT] = 0;
    this.core.sliceTicks += s[Word.TICKS]!;
    s[Word.TICKS] = 0;
  }

  requestStop(): void {
    if (this.core.haltReason !== undefined) return;
    this.core.haltReason = STOP_ASKED;
    this.core.updateLimit();
  }

  /** The loop, with a translator where one is asked for and nothing has to be looked at access by access. */
  private createInterpreter(model: TickModel): Interpreter {
    const { core, translation } = this;
    if (translation === undefined || !canTranslate(core, model)) return new Interpreter(core, model);
    return new Interpreter(core, model, (blocks) => new Translator(core, blocks, translation));
  }

  /** What the translator has done; undefined where there is none. */
  get translatorCounts(): TranslatorCounts | undefined {
    return this.interpreter.translations?.counts;
  }

  /** The first difference in state from a machine with the same options, as words; `whole`: also in RAM. */
  firstDifference(other: Machine, whole: boolean): string | undefined {
    return differenceOf(this.core, other.core, whole);
  }

  setBreakpoints(addresses: Iterable<number>): void {
    const armed = [...addresses];
    // Whoever runs in many small pieces arms the same each time, and regions of translated code would be looked through.
    if (armed.length === this.armed.length && armed.every((address, index) => address === this.armed[index])) return;
    this.armed = armed;
    this.interpreter.setBreakpoints(armed);
  }

  setWatches(ranges: readonly WatchedRange[]): void {
    this.watches = ranges.length === 0 ? undefined : new Watches(this.ram, ranges, () => this.requestStop());
    this.core.memory.watch(this.watches);
    this.outside.watches = this.watches;
  }

  private takeHits(): readonly WatchHit[] {
    const { hits } = this.watches!;
    this.watches!.hits = [];
    return hits;
  }

  traceInstructions(listener: InstructionListener | undefined): void {
    const { core, tickModel } = this;
    if (this.followsBlocks) noteOpenBlock(core, this.traceModel!);
    const { memory } = core;
    // A new interpreter connects the observer, which then begins anew.
    const kept = tickModel.observer?.capture();
    if (tickModel.observer === undefined) {
      // Entries of the fast path stay in the TLB, and the traced machine must not take it, nor the other be kept from it.
      memory.directData = true;
      memory.onData = undefined;
      memory.tlb.flush();
    }
    core.ram.forgetAllCode();
    this.traceModel = listener && traced(tickModel, listener, () => this.instructionCount);
    this.interpreter = this.createInterpreter(this.traceModel ?? tickModel);
    this.interpreter.setBreakpoints(this.armed);
    tickModel.observer?.restore(kept);
    if (this.followsBlocks) takeOpenBlock(core, this.traceModel!, tickModel);
  }

  /** Whether a model that prices whole blocks now prices instructions, and therefore has to follow the blocks. */
  private get followsBlocks(): boolean {
    return this.traceModel !== undefined && this.tickModel.mostInstructions !== 1;
  }

  readPhysical(address: number, byteLength: number): Uint8Array | undefined {
    return this.outside.read(address, byteLength);
  }

  writePhysical(address: number, bytes: Uint8Array): boolean {
    this.outsideChanges++;
    return this.outside.write(address, bytes);
  }

  walk(virtualAddress: number, access: AccessKind, privileged: boolean, regime: TranslationRegime = {}): Walk {
    return describeWalk(this.core, virtualAddress, access, privileged, regime);
  }

  boot(request: BootRequest): void {
    this.outsideChanges++;
    const { s } = this.core;
    this.resetCpu();
    const image = this.board.bootImage(request, this.ramBytes);
    for (const { address, bytes } of image.writes) {
      if (!this.writePhysical(address, bytes)) {
        throw new Error(
          `The boot data at 0x${address.toString(16)} (${bytes.length} bytes) does not fit into the RAM of ${this.boardName}; give the machine more memory.`,
        );
      }
    }
    image.registers.forEach((value, index) => (s[index] = value));
    s[15] = image.pc & ~3;
  }

  onConsoleOutput(listener: ConsoleListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  sendConsoleInput(port: number, bytes: Uint8Array): void {
    this.inputs.send({ port, bytes: bytes.slice() });
  }

  get devices(): readonly DeviceView[] {
    return this.bus.devices;
  }

  pokeDevice(instance: string, offset: number, value: number): boolean {
    this.outsideChanges++;
    const device = this.devices.find((candidate) => candidate.instance === instance);
    return device !== undefined && this.bus.write(device.base + offset, 4, value >>> 0);
  }

  sendDeviceInput(instance: string, input: DeviceInput): boolean {
    if (!this.bus.accepts(instance, input)) return false;
    this.inputs.send({ instance, input: structuredClone(input) });
    return true;
  }

  onDeviceOutput(listener: DeviceOutputListener): () => void {
    this.outputListeners.add(listener);
    return () => this.outputListeners.delete(listener);
  }

  displays(): readonly DisplayImage[] {
    return this.bus.displays();
  }

  get tlb(): TlbView {
    return tlbView(this.core.memory, (this.cpu.getCp15().control & 1) !== 0);
  }

  get caches(): CachesView | undefined {
    return this.core.memory.caches?.view;
  }

  get coherenceReports(): readonly CoherenceReport[] {
    return this.core.memory.caches?.check?.reports ?? [];
  }

  onCoherenceReport(listener: (report: CoherenceReport) => void): () => void {
    return this.core.memory.caches?.check?.onReport(listener) ?? (() => {});
  }

  announceCoherenceAgain(): void {
    this.core.memory.caches?.check?.announceAgain();
  }

  get inputLog(): readonly InputDelivery[] {
    return this.inputs.log;
  }

  get inputsSent(): number {
    return this.inputs.sends;
  }

  get pendingInput(): readonly InputEvent[] {
    return this.inputs.pending;
  }

  holdInput(held: boolean): void {
    this.inputs.hold(held);
  }

  replayInputs(log: readonly InputDelivery[]): void {
    for (const { instructionCount, events } of log) {
      for (const event of events) {
        if ('port' in event || this.bus.accepts(event.instance, event.input)) continue;
        throw new Error(
          `The input log has input at instruction ${instructionCount} for a device "${event.instance}", and this machine has none that takes it: run what was recorded.`,
        );
      }
    }
    this.inputs.replay(log, this.instructionCount);
  }

  /** Input that is due reaches its devices at this boundary, each time once what belongs to the boundary itself is done. */
  private deliverInputs(): void {
    while (this.inputs.due(this.countBefore)) {
      this.sliceCount = 0;
      this.core.s[Word.COUNT] = 0;
      this.core.updateLimit();
      this.interpreter.run(true);
      this.endSlice(0);
      for (const event of this.inputs.take(this.countBefore)) {
        if ('port' in event) this.bus.receive(event.port, event.bytes);
        else this.bus.accept(event.instance, event.input);
      }
    }
  }

  snapshot(): MachineSnapshot {
    const { core } = this;
    if (this.followsBlocks) noteOpenBlock(core, this.traceModel!);
    core.memory.allowLoads();
    const state: MachineState = {
      words: core.s.slice(0, Word.SCRATCH),
      vfp: core.vfpPresent ? core.s.slice(Word.VFP_REGISTERS, Word.VFP_SCRATCH) : undefined,
      instructionCount: this.instructionCount,
      ticks: this.ticks,
      haltReason: core.haltReason,
      inputs: this.inputs.capture(),
      tlb: core.memory.tlb.capture(),
      memorySystem: this.memorySystem,
      mainTlb: core.memory.mainTlb?.capture(),
      caches: core.memory.caches?.capture(),
      tickModel: this.tickModel.name,
      tickObserver: this.tickModel.observer?.capture(),
      bus: this.bus.capture(),
      ramBytes: this.ram.size,
      pages: this.snapshots.capturePages(),
    };
    // From now on the first store to each page has to be noticed.
    core.memory.tlb.withholdWrites();
    core.memory.withholdWatched();
    return { version: SNAPSHOT_VERSION, board: this.boardName, state };
  }

  restore(snapshot: MachineSnapshot): void {
    const state = this.snapshots.check(snapshot, this.boardName, this.tickModel.name, this.memorySystem);
    const wrong = this.bus.mismatch?.(state.bus);
    if (wrong !== undefined) throw new Error(wrong);
    const { core } = this;
    this.restores++;
    // No block is open while pages are put back, so that none counts as changed.
    core.s[Word.BLOCK_AT] = 0;
    this.snapshots.restorePages(state.pages, (offset) => this.ram.codeReplaced(offset));
    // Code that stands in an instruction cache comes from elsewhere than those pages.
    if (core.memory.caches !== undefined) this.interpreter.blocks.dropAll();
    core.s.fill(0);
    core.s.set(state.words);
    if (state.vfp !== undefined) core.s.set(state.vfp, Word.VFP_REGISTERS);
    this.countBefore = state.instructionCount;
    this.sliceCount = 0;
    core.sliceTicks = state.ticks;
    core.haltReason = state.haltReason;
    this.inputs.restore(state.inputs);
    core.memory.tlb.restore(state.tlb);
    core.memory.withholdWatched();
    if (state.caches !== undefined) core.memory.caches?.restore(state.caches);
    if (state.mainTlb !== undefined) core.memory.mainTlb?.restore(state.mainTlb as MainTlbState);
    this.tickModel.observer?.restore(state.tickObserver);
    this.bus.restore(state.bus);
    core.updateLimit();
    if (this.followsBlocks) takeOpenBlock(core, this.traceModel!, this.tickModel);
  }
}

/** A machine in its reset state. Throws with a sentence when the tick model or the RAM size cannot be had. */
export function createMachine(options: MachineOptions): Machine {
  return new Machine(options);
}
