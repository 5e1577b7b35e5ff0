/**
 * The face of the debug engine: what the adapter, the command line and tests use. It speaks of threads, frames,
 * breakpoints and stops, not of DAP. Types only; `engine.ts` implements `DebugEngine`.
 */
import type { AddressSpace, DomainView, OrMissing, VcpuView } from '../hypervisor/types';
import type { ImageFace } from '../image/face';
import type { AccessKind, MachineFace, Walk } from '../machine/types';
import type { StubChannel } from '../stub/channel';
import type { PlacedImage } from './target/target';
import type { TracingFace } from './trace/face';

/** One sentence for a person: what was wrong, where, what to do. Never a stack trace. */
export class UserError extends Error {}

/** Where files come from; Node and the browser supply different ones. */
export interface FileHost {
  /** Rejects with UserError naming the path and the remedy. */
  readFile(path: string): Promise<Uint8Array>;
  /** `builtin:xen` → the bytes of firmware/images/xen.elf. Rejects with UserError listing the names there are. */
  readBuiltin(name: string): Promise<Uint8Array>;
  /** Writes a text file and answers with its whole path; absent where there are no files. Rejects with UserError. */
  writeFile?(path: string, text: string): Promise<string>;
  /** Connects to a GDB stub; absent where there is no network. Rejects with UserError. */
  openStub?(host: string, port: number): Promise<StubChannel>;
  /** Where sources of builtin images stand on the user's disk: what `/armvisor` in their DWARF maps to. */
  readonly builtinSourceRoot: string;
}

/** Where a GDB stub listens. */
export interface StubAddress {
  readonly host: string;
  readonly port: number;
}

/** A launch configuration after defaults and validation. `design.md`, "Launch configuration". */
export interface LaunchSettings {
  /** Name of a board, or path of a board file. */
  readonly machine: string;
  /** Left out: as the board has it. */
  readonly memoryBytes?: number;
  /** The machine is executed elsewhere, and the images only name what runs there. */
  readonly stub?: StubAddress;
  readonly hypervisor?: string;
  /** The machine is shown as one CPU that executes one program, the hypervisor's domains unknown: for a client that knows them itself. */
  readonly oneCpu?: boolean;
  /** What the hypervisor calls things that the debugger looks for by another name. */
  readonly awareness?: Readonly<Record<string, string>>;
  /** Access control policy of the hypervisor: text, or compiled. */
  readonly policy?: string;
  readonly domains: readonly DomainSettings[];
  /** Native: a kernel without a hypervisor. */
  readonly kernel?: string;
  /** An ELF with the symbols of the native kernel, when that is stripped or no ELF. */
  readonly symbols?: string;
  readonly initrd?: string;
  readonly commandLine?: string;
  readonly load: readonly { readonly file: string; readonly address: number }[];
  /** Overrides the entry address of a native kernel. */
  readonly entry?: number;
  readonly stopOnEntry: boolean | string;
  readonly tickModel: string;
  readonly cache: string;
  readonly cacheSizes?: { readonly instructionBytes: number; readonly dataBytes: number };
  readonly tlb?: string;
  readonly vfp?: string;
  readonly engine?: string;
  /** The translator and the interpreter are run side by side and compared. */
  readonly verifyTranslator?: boolean;
  /** Most code that the translator keeps, in bytes of WebAssembly. */
  readonly translatedBytes?: number;
  readonly nsPerTick: number;
  /** Memory for going back in time; 0 records nothing. */
  readonly historyBytes?: number;
  /** What was asked of the board beyond what it always has; each board takes some of it. */
  readonly board?: BoardSettings;
}

/** Left out: as the board has it. */
export interface BoardSettings {
  readonly serialPorts?: number;
  /** Calendar time at switch-on, in seconds since 1970. */
  readonly epochSeconds?: number;
  readonly nand?: readonly (StorageSettings & { readonly name: string })[];
  readonly sdCard?: StorageSettings;
  readonly traceDevice?: boolean;
  readonly screen?: { readonly width: number; readonly height: number };
}

/** Something that keeps data: what it holds at the beginning, never written back. */
export interface StorageSettings {
  readonly file?: string;
  /** When it is more than the file. */
  readonly byteLength?: number;
  readonly readOnly: boolean;
}

export interface DomainSettings {
  readonly name: string;
  readonly kernel: string;
  /** An ELF with the symbols, when the kernel itself is stripped. */
  readonly symbols?: string;
  readonly memoryBytes: number;
  readonly commandLine: string;
  /** A file that the hypervisor puts into the domain's memory (start_info's mod_start). */
  readonly ramdisk?: string;
}

/** A thread is a vCPU; `hypervisor` is the CPU while no domain's vCPU is current (boot, idle), or a native machine. */
export interface ThreadInfo {
  readonly id: number;
  readonly name: string;
  readonly domainId?: number;
  readonly vcpuId?: number;
  readonly running: boolean;
  readonly state: string;
}

export interface Frame {
  /** Valid until the next resume. */
  readonly id: number;
  readonly threadId: number;
  /** Function or symbol+offset; for a label the text of the border ("hypercall console_io from dom1"). */
  readonly name: string;
  readonly kind: 'hypervisor' | 'guestKernel' | 'guestUser' | 'native' | 'label';
  readonly pc: number;
  readonly space: AddressSpace;
  readonly thumb: boolean;
  readonly registers: readonly (number | undefined)[];
  readonly source?: { readonly path: string; readonly line: number; readonly column: number; readonly md5?: string };
  readonly image?: ImageFace;
}

export type StopReason =
  | 'entry'
  | 'breakpoint'
  | 'functionBreakpoint'
  | 'instructionBreakpoint'
  | 'dataBreakpoint'
  | 'exception'
  | 'step'
  | 'goto'
  | 'restart'
  | 'pause'
  | 'halted'
  | 'waiting'
  | 'count';

/** An access that was, or would be, denied: what there is to explain. */
export interface FaultingAccess {
  readonly space: AddressSpace;
  readonly address: number;
  readonly access: AccessKind;
  readonly as: 'hypervisor' | 'kernel' | 'user';
  /** The DACR that decided. */
  readonly dacr: number;
}

export interface StopEvent {
  readonly reason: StopReason;
  readonly threadId: number;
  /** For people: "Upcall to dom1 (event)". */
  readonly description: string;
  /** More, for the exception widget. */
  readonly text?: string;
  readonly breakpointIds: readonly number[];
  readonly instructionCount: number;
  /** Where the stop is at a fault of a guest. */
  readonly fault?: FaultingAccess;
}

/** What a client asks for; `condition` is an expression over registers and variables of the stopped frame. */
/** For whom a breakpoint on code counts: the domain that the CPU works for when it is set, or whoever executes there. */
export const BREAKPOINT_SCOPES = ['domain', 'everyDomain'] as const;
export type BreakpointScope = (typeof BREAKPOINT_SCOPES)[number];

export interface BreakpointRequest {
  /** Left out: every domain. */
  readonly scope?: BreakpointScope;
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}
/** What a data breakpoint watches. */
export type DataTarget =
  | {
      readonly kind: 'memory';
      readonly space: AddressSpace;
      readonly address: number;
      readonly byteLength: number;
      /**
       * Whose accesses count. `memory`: everybody's to what stands there when the breakpoint is set, by whatever address, and devices' too. `domain`:
       * those at this virtual address while the space's domain (or the hypervisor) executes. `everyDomain`: those at this virtual address, whoever executes.
       */
      readonly scope: 'memory' | 'domain' | 'everyDomain';
    }
  /** A register of the CPU as the space's code sees it; a domain's are those while its guest executes. */
  | { readonly kind: 'register'; readonly space: AddressSpace; readonly name: string };

export interface DataBreakpointRequest {
  readonly target: DataTarget;
  /** `write` stops when the value has changed, the others at every access. A register knows `write` only. */
  readonly access: 'read' | 'write' | 'readWrite';
  /** What it is called in the description of a stop. */
  readonly name: string;
  readonly condition?: string;
  readonly hitCondition?: string;
}

export interface BreakpointState {
  readonly id: number;
  readonly verified: boolean;
  /** Why it is not verified, or what was adjusted. */
  readonly message?: string;
  readonly source?: { readonly path: string; readonly line: number };
  readonly address?: number;
}

export interface FilterRequest {
  readonly id: string;
  readonly condition?: string;
}

/** Exceptions chosen in a tree, as DAP's `ExceptionOptions`: filters, and names or numbers that they know. Without a path, all. */
export interface ExceptionOption {
  readonly path?: readonly { readonly names: readonly string[]; readonly negate?: boolean }[];
  readonly breakMode: 'never' | 'always' | 'unhandled' | 'userUnhandled';
}

/** Declared once as a table; filters stop on what matters in a hypervisor. */
export interface ExceptionFilter {
  readonly id:
    | 'hypercall'
    | 'hypercallResult'
    | 'systemCall'
    | 'upcall'
    | 'guestFault'
    | 'event'
    | 'domainSwitch'
    | 'permissionChange'
    | 'firstTouch'
    | 'coherence';
  readonly label: string;
  readonly description: string;
  readonly conditionHelp: string;
  /** What a function breakpoint begins with that means the same: `hypercall` of `hypercall:event_channel_op if r0 == 4`. */
  readonly prefix: string;
}

/** How a number is written. `text` is for what points to characters. */
export type NumberFormat = 'decimal' | 'hexadecimal' | 'octal' | 'binary' | 'character' | 'text';

/** A named value in a scope or an expanded value. */
export interface Value {
  readonly name: string;
  readonly text: string;
  readonly type?: string;
  /** Its number in another notation; absent for what is no number. */
  readonly textAs?: (format: NumberFormat) => string;
  /** Set for the parameters of a function among its locals. */
  readonly isParameter?: true;
  /** Expression that evaluates to it again. */
  readonly expression?: string;
  /** Children are computed when asked. */
  readonly children?: () => readonly Value[];
  /** How many elements there are, when the children are those of an array. */
  readonly indexed?: number;
  /** For memory views: an address with its space. */
  readonly memory?: { readonly space: AddressSpace; readonly address: number };
  /** Where the value itself stands, for data breakpoints; absent for what stands nowhere. */
  readonly storage?: DataTarget;
  /** Writes a new value given as text; absent when read-only. */
  readonly set?: (text: string) => void;
  /** Why `set` is absent, where there is more to say than that: the second half of a sentence. */
  readonly readOnlyReason?: string;
}
export interface Scope {
  readonly name:
    | 'Locals'
    | 'Registers'
    | 'Virtual registers'
    | 'CP15'
    | 'Banked registers'
    | 'VFP'
    | 'Devices'
    | 'Machine'
    | 'Globals';
  readonly values: () => readonly Value[];
  readonly expensive: boolean;
}

/** Output of a console, attributed from outside: the hypervisor's own text, or a domain's. */
export interface ConsoleOutput {
  readonly from: 'hypervisor' | 'native' | { readonly domainId: number; readonly name: string };
  readonly text: string;
}

export type Severity = 'info' | 'important' | 'warning' | 'error';

export interface ImageChange {
  readonly image: ImageFace;
  readonly reason: 'new' | 'removed';
}

export interface EngineEvents {
  onStopped(listener: (event: StopEvent) => void): () => void;
  onContinued(listener: () => void): () => void;
  onConsole(listener: (output: ConsoleOutput) => void): () => void;
  /** Log points, diagnostics, and what the coherence check has found (`important`). */
  onMessage(listener: (text: string, severity: Severity) => void): () => void;
  /** Symbols were added or taken out: breakpoints may mean other places. */
  onImages(listener: (change: ImageChange) => void): () => void;
  onThreads(listener: (change: { readonly id: number; readonly reason: 'started' | 'exited' }) => void): () => void;
}

export interface RunLimits {
  /** Absolute instruction count at which to stop with reason `count`. */
  readonly untilInstruction?: number;
}

/** Where in time the machine stands, and how far the history reaches. Counts are instructions since reset. */
export interface PastStatus {
  readonly instruction: number;
  readonly start: number;
  /** The furthest point that the session has reached. */
  readonly latest: number;
  /** Machine states that are kept, and their memory. */
  readonly moments: number;
  readonly bytes: number;
  readonly mostBytes: number;
}

/** Something that happened: what an exception filter looks for, or a function that was entered. */
export type PastEvent =
  { readonly filter: string; readonly condition?: string } | { readonly function: string; readonly condition?: string };

/** Somewhere that a step can go into. */
export interface StepTarget {
  /** "printk", "do_console_io, for hypercall console_io". */
  readonly label: string;
  /** Of the call. */
  readonly line?: number;
  readonly column?: number;
  /** Steps there; ends as a step over the line does when the line is left without it. */
  readonly step: Motion;
}

/** Sets the machine going, as `step` does. Nothing has moved before it is called. */
export type Motion = () => Promise<StopEvent>;

/** The recorded past of a session. Searches are checked at once (UserError); what they do not find leads to where the history begins. */
export interface Past {
  status(): PastStatus;
  /** To the state before the instruction with this number; the session has passed it. */
  goTo(instruction: number): Promise<StopEvent>;
  /** To the instruction that wrote something last. `name` is what it is called. */
  lastWrite(target: DataTarget, name: string): Motion;
  /** To whoever wrote one of the page-table entries last that translate an address. */
  lastPageTableWrite(space: AddressSpace, address: number): Motion;
  /**
   * Who wrote some memory last, in a sentence; the machine is where it was afterwards. Undefined when nobody did within `most` instructions
   * before now, or since the history begins.
   */
  whoWrote(
    ranges: readonly { readonly address: number; readonly byteLength: number }[],
    most?: number,
  ): Promise<string | undefined>;
  /** To the last time that something happened, whatever breakpoints are set. */
  previous(event: PastEvent): Motion;
  /**
   * To the first instruction of the function that a frame is an activation of; `caller` is the next frame that is no label. Reason `restart`.
   */
  frameStart(frame: Frame, caller: Frame | undefined): Motion;
  /** Names the present point of time. */
  setCheckpoint(name: string): CheckpointInfo;
  removeCheckpoint(name: string): void;
  checkpoints(): readonly CheckpointInfo[];
  goToCheckpoint(name: string): Motion;
}

export interface CheckpointInfo {
  readonly name: string;
  readonly instruction: number;
  /** False when its time was given up: going there begins another history. */
  readonly inHistory: boolean;
}

/** One debug session over one machine. Methods that move the machine reject while it already runs. */
export interface DebugEngine extends EngineEvents {
  readonly machine: MachineFace;
  readonly images: readonly ImageFace[];
  /** The images with the address spaces they are known in. */
  imageSpaces(): readonly PlacedImage[];
  /** Knows an image in an address space from now on; an image of the same name that was added before is replaced. */
  addImage(space: AddressSpace, image: ImageFace): void;
  /** @throws UserError when no such image was added */
  removeImage(name: string): void;
  readonly running: boolean;
  readonly exceptionFilters: readonly ExceptionFilter[];

  /**
   * Runs from the state after loading to where the settings' `stopOnEntry` says: the first instruction of the hypervisor or native
   * kernel (`true`, `"hypervisor"`), or of a domain (its name), stopping with reason `entry`; with `false` it is `resume`.
   */
  start(limits?: RunLimits): Promise<StopEvent>;
  /** Runs in slices, giving the event loop a turn between them, until something stops it; also fires onStopped. `alone`: a thread whose domain runs while all others are
   * frozen, until a run without it; freezing them may first take some instructions. */
  resume(limits?: RunLimits, alone?: number): Promise<StopEvent>;
  /**
   * Destroys the domain of a thread by the hypervisor's own function. Runs as far as it must for that. Rejects with UserError for the last
   * domain that runs, and where the hypervisor has no such function.
   */
  destroyDomain(threadId: number): Promise<StopEvent>;
  /** Stops a running machine within 50 ms. */
  pause(): void;
  /** `alone` as for `resume`; where others cannot be frozen at once, inside the hypervisor, they are at the next run. */
  step(
    threadId: number,
    kind: 'in' | 'over' | 'out',
    granularity: 'instruction' | 'line',
    alone?: boolean,
  ): Promise<StopEvent>;
  /** What the line (or instruction) at which a frame's thread stands can be stepped into; none for frames that wait for others. */
  stepTargets(frame: Frame): readonly StepTarget[];
  /**
   * Back in time: by one instruction of the machine, or to the beginning of the line before; `over` keeps to the frame, `in` goes
   * into what was called there, `out` to where the function was called. Stops where the history begins.
   */
  stepBack(threadId: number, kind: 'in' | 'over' | 'out', granularity: 'instruction' | 'line'): Promise<StopEvent>;
  /** Back to the last stop before this one that the breakpoints would have made, or to where the history begins. */
  reverse(): Promise<StopEvent>;
  /** What happens between guests and hypervisor, noted; and where the time goes. */
  readonly tracing: TracingFace;
  /** What else the recorded past is good for. */
  readonly past: Past;
  /** Back to the state right after loading; breakpoints stay. */
  restart(): Promise<void>;
  dispose(): void;

  threads(): readonly ThreadInfo[];
  stack(threadId: number): readonly Frame[];
  scopes(frame: Frame): readonly Scope[];
  /**
   * The value of an expression, which may end in a format: `,x` `,d` `,o` `,b` `,c` `,s`, or `,N` for N elements. Throws UserError in
   * words.
   */
  evaluate(expression: string, frame: Frame | undefined): Value;

  setSourceBreakpoints(
    path: string,
    requests: readonly (BreakpointRequest & { readonly line: number })[],
  ): readonly BreakpointState[];
  setFunctionBreakpoints(
    requests: readonly (BreakpointRequest & { readonly name: string })[],
  ): readonly BreakpointState[];
  setInstructionBreakpoints(
    requests: readonly (BreakpointRequest & { readonly space: AddressSpace; readonly address: number })[],
  ): readonly BreakpointState[];
  /** Throws nothing: what cannot be watched is answered as unverified with its reason. */
  setDataBreakpoints(requests: readonly DataBreakpointRequest[]): readonly BreakpointState[];
  setExceptionFilters(requests: readonly (FilterRequest | ExceptionOption)[]): readonly BreakpointState[];

  domains(): OrMissing<readonly DomainView[]>;
  currentVcpu(): VcpuView | undefined;
  readMemory(space: AddressSpace, address: number, byteLength: number): Uint8Array | undefined;
  writeMemory(space: AddressSpace, address: number, bytes: Uint8Array): boolean;
  walk(
    space: AddressSpace,
    address: number,
    access: 'read' | 'write' | 'fetch',
    privileged: boolean,
    dacr?: number,
  ): Walk | undefined;
  symbolAt(
    space: AddressSpace,
    address: number,
  ): { readonly image: ImageFace; readonly name: string; readonly offset: number } | undefined;
  /** A walk in words, one sentence a step, the verdict last (`explainWalk.ts`). */
  explainWalk(
    walk: Walk,
    context: { readonly access: 'read' | 'write' | 'fetch'; readonly as: string },
  ): readonly string[];
  sendConsoleInput(text: string): void;
}
