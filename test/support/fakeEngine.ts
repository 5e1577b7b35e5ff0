/**
 * A debug engine without a machine, for tests of the protocol alone: one stack of three frames, a few values that can be written,
 * memory of 64 KB at 0x8000, and runs that last until they are told to stop.
 */
import type { TracingFace } from '../../src/debugger/trace/face';
import type {
  BreakpointState,
  ConsoleOutput,
  DebugEngine,
  ExceptionFilter,
  Frame,
  Past,
  Severity,
  StopEvent,
  ThreadInfo,
  Value,
} from '../../src/debugger/types';
import { UserError } from '../../src/debugger/types';
import type { AddressSpace } from '../../src/hypervisor/types';
import type { DeviceInput, DisplayImage, MachineFace } from '../../src/machine/types';

export const fakeFilters: readonly ExceptionFilter[] = [
  {
    id: 'hypercall',
    label: 'Hypercall entry',
    description: 'A guest calls.',
    conditionHelp: 'nr == 18',
    prefix: 'hypercall',
  },
  { id: 'upcall', label: 'Upcall', description: 'A guest is called.', conditionHelp: 'dom == 1', prefix: 'upcall' },
];

class Listeners<T extends unknown[]> {
  private readonly all = new Set<(...args: T) => void>();
  readonly on = (listener: (...args: T) => void): (() => void) => {
    this.all.add(listener);
    return () => this.all.delete(listener);
  };
  fire(...args: T): void {
    for (const listener of this.all) listener(...args);
  }
}

const DOM1: AddressSpace = { kind: 'domain', domainId: 1 };
const memoryStart = 0x8000;

export class FakeEngine implements DebugEngine {
  readonly images = [];
  readonly exceptionFilters = fakeFilters;
  running = false;
  /** Going back goes on until `pause`. */
  reverseLasts = false;
  disposed = false;
  restarts = 0;
  readonly memory = new Uint8Array(0x10000);
  readonly registers = new Map([
    ['r0', 1],
    ['pc', 0x8000],
  ]);
  /** Every call that moves the machine, in words. */
  readonly moves: string[] = [];
  readonly breakpoints = new Map<string, readonly unknown[]>();
  readonly input: string[] = [];
  displays: readonly DisplayImage[] = [];
  readonly keys: DeviceInput[] = [];
  readonly machine = {
    instructionCount: 0,
    ticks: 0,
    cpu: { getRegister: () => 0x8000, mode: 'svc' },
    readPhysical: () => undefined,
    boardName: 'fake',
    displays: () => this.displays,
    devices: [{ instance: 'toaster' }, { instance: 'keys' }],
    sendDeviceInput: (instance: string, input: DeviceInput) => {
      const takes = instance === 'keys' && input.type === 1;
      if (takes) this.keys.push(input);
      return takes;
    },
  } as unknown as MachineFace;
  threadList: ThreadInfo[] = [
    { id: 1, name: 'Domain-0 vCPU 0', domainId: 0, vcpuId: 0, running: false, state: 'runnable' },
    { id: 2, name: 'Domain-1 vCPU 0', domainId: 1, vcpuId: 0, running: true, state: 'running' },
  ];
  private readonly stops = new Listeners<[StopEvent]>();
  private readonly consoles = new Listeners<[ConsoleOutput]>();
  private readonly messages = new Listeners<[string, Severity]>();
  private readonly threadChanges = new Listeners<[{ id: number; reason: 'started' | 'exited' }]>();
  private finish: ((event: StopEvent) => void) | undefined;
  private nextId = 100;

  readonly onStopped = this.stops.on;
  readonly onContinued = (): (() => void) => () => undefined;
  readonly onConsole = this.consoles.on;
  readonly onMessage = this.messages.on;
  readonly onThreads = this.threadChanges.on;
  readonly onImages = (): (() => void) => () => undefined;
  readonly imageSpaces = () => [];
  readonly addImage = (): void => undefined;
  readonly removeImage = (): void => undefined;

  constructor(private readonly stopOnEntry: boolean | string = true) {}

  start(): Promise<StopEvent> {
    const going = this.go('start');
    if (this.stopOnEntry !== false) this.stop({ reason: 'entry', description: 'Stopped on entry' });
    return going;
  }
  resume(): Promise<StopEvent> {
    return this.go('resume');
  }
  step(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line'): Promise<StopEvent> {
    const going = this.go(`step ${kind} ${granularity} of ${threadId}`);
    this.stop({ reason: 'step', description: 'Stepped' });
    return going;
  }
  destroyDomain(threadId: number): Promise<StopEvent> {
    const going = this.go(`destroy ${threadId}`);
    this.stop({ reason: 'pause', description: 'Destroyed' });
    return going;
  }
  stepTargets(): readonly [] {
    return [];
  }
  reverse(): Promise<StopEvent> {
    const going = this.go('reverse');
    if (this.reverseLasts) return going;
    this.stop({ reason: 'step', description: 'Beginning of the history' });
    return going;
  }
  readonly tracing = {} as TracingFace;
  readonly past = { status: () => ({ start: 0, instruction: 0 }) } as Past;
  stepBack(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line'): Promise<StopEvent> {
    const going = this.go(`step back ${kind} ${granularity} of ${threadId}`);
    this.stop({ reason: 'step', description: 'Stepped back' });
    return going;
  }
  pause(): void {
    this.stop({ reason: 'pause', description: 'Paused' });
  }
  /** What the machine does by itself: ends the present run. */
  stop(event: Partial<StopEvent>): void {
    const finish = this.finish;
    if (!finish) return;
    this.finish = undefined;
    this.running = false;
    const whole = { reason: 'pause', threadId: 2, description: '', breakpointIds: [], instructionCount: 0, ...event };
    this.stops.fire(whole as StopEvent);
    finish(whole as StopEvent);
  }
  print(output: ConsoleOutput): void {
    this.consoles.fire(output);
  }
  say(text: string, severity: Severity): void {
    this.messages.fire(text, severity);
  }
  restart(): Promise<void> {
    this.restarts++;
    return Promise.resolve();
  }
  dispose(): void {
    this.disposed = true;
  }

  threads(): readonly ThreadInfo[] {
    return this.threadList;
  }
  stack(threadId: number): readonly Frame[] {
    const common = { threadId, space: DOM1, thumb: false, registers: [] };
    return [
      {
        ...common,
        id: threadId * 10 + 1,
        name: 'vector_swi',
        kind: 'hypervisor',
        pc: 0xff010100,
        space: { kind: 'xen' },
      },
      { ...common, id: threadId * 10 + 2, name: 'hypercall console_io from dom1', kind: 'label', pc: 0 },
      {
        ...common,
        id: threadId * 10 + 3,
        name: 'main',
        kind: 'guestKernel',
        pc: 0x8000,
        source: { path: '/src/main.c', line: 12, column: 3 },
      },
    ];
  }
  scopes(): ReturnType<DebugEngine['scopes']> {
    const registers = (): Value[] => [...this.registers.keys()].map((name) => this.register(name));
    return [
      { name: 'Locals', values: () => [this.array()], expensive: false },
      { name: 'Registers', values: registers, expensive: false },
      { name: 'Virtual registers', values: () => [], expensive: false },
    ];
  }
  evaluate(expression: string): Value {
    if (this.registers.has(expression)) return this.register(expression);
    if (expression === 'sum') return { name: 'sum', text: '3' };
    throw new UserError(`"${expression}" is not known here.`);
  }

  setSourceBreakpoints: DebugEngine['setSourceBreakpoints'] = (path, requests) =>
    this.set(`source ${path}`, requests, (index) => ({ source: { path, line: requests[index].line } }));
  setFunctionBreakpoints: DebugEngine['setFunctionBreakpoints'] = (requests) => this.set('function', requests);
  setInstructionBreakpoints: DebugEngine['setInstructionBreakpoints'] = (requests) => this.set('instruction', requests);
  setDataBreakpoints: DebugEngine['setDataBreakpoints'] = (requests) => this.set('data', requests);
  setExceptionFilters: DebugEngine['setExceptionFilters'] = (requests) => this.set('exception', requests);

  domains(): ReturnType<DebugEngine['domains']> {
    return [];
  }
  currentVcpu(): undefined {
    return undefined;
  }
  readMemory(_space: AddressSpace, address: number, byteLength: number): Uint8Array | undefined {
    const start = address - memoryStart;
    if (start < 0 || start + byteLength > this.memory.length) return undefined;
    return this.memory.slice(start, start + byteLength);
  }
  writeMemory(space: AddressSpace, address: number, bytes: Uint8Array): boolean {
    if (!this.readMemory(space, address, bytes.length)) return false;
    this.memory.set(bytes, address - memoryStart);
    return true;
  }
  walk(): undefined {
    return undefined;
  }
  symbolAt(): undefined {
    return undefined;
  }
  explainWalk(): readonly string[] {
    return [];
  }
  sendConsoleInput(text: string): void {
    this.input.push(text);
  }

  private go(move: string): Promise<StopEvent> {
    this.moves.push(move);
    this.running = true;
    return new Promise((resolve) => (this.finish = resolve));
  }

  private set(
    kind: string,
    requests: readonly unknown[],
    place: (index: number) => Partial<BreakpointState> = () => ({}),
  ): BreakpointState[] {
    this.breakpoints.set(kind, requests);
    return requests.map((request, index) => {
      const unknown = (request as { name?: string }).name === 'no_such_function';
      const message = unknown ? '"no_such_function" is in no image: check the name.' : undefined;
      return { id: this.nextId++, verified: !unknown, ...(message && { message }), ...place(index) };
    });
  }

  private register(name: string): Value {
    return {
      name,
      text: `0x${this.registers.get(name)!.toString(16)}`,
      type: 'uint32_t',
      expression: `$${name}`,
      set: (text) => {
        if (Number.isNaN(Number(text))) throw new UserError(`"${text}" is not a number.`);
        this.registers.set(name, Number(text));
      },
    };
  }

  private array(): Value {
    const children = (): Value[] =>
      Array.from({ length: 200 }, (_, index) => ({ name: `[${index}]`, text: `${index}` }));
    return {
      name: 'table',
      text: '{...}',
      type: 'int [200]',
      children,
      memory: { space: DOM1, address: 0x8000 },
    };
  }
}
