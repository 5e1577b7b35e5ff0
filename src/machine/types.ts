/**
 * The face of the machine: what the layers above (image, hypervisor, debugger) may rely on.
 * Types only; the implementation is `machine.ts` with `arm926/`, `boards/` and `devices/`.
 * Nothing here knows of ELF, hypervisors or debuggers.
 */
import type { DeviceTable } from './devices/registerTable';
import type { InputDelivery, InputEvent } from './inputQueue';
import type { InstructionListener } from './trace/listener';

/** The CPU modes of ARMv5TE (ARM DDI 0100 A2.2), by the names of the manual. */
export type CpuMode = 'usr' | 'fiq' | 'irq' | 'svc' | 'abt' | 'und' | 'sys';

/** The names a tick model has in the launch configuration. */
export type TickModelName = 'goldfish' | 'goldfish-dcache' | 'arm926ejs';

/**
 * What the caches do to the values that are read. `off`: nothing, memory is always coherent. `timing`: the same, but tags
 * are kept, so that hits and misses can be counted. `coherence`: the caches and the write buffer keep data, stale values are
 * really read, and each one is reported.
 */
export type CacheMode = 'off' | 'timing' | 'coherence';

/** Sizes of the two caches; each a power of two from 4 KB to 128 KB (ARM DDI 0198D 4.1). Ways and lines are the chip's: 4 and 32 bytes. */
export interface CacheSizes {
  readonly instructionBytes: number;
  readonly dataBytes: number;
}

/** `fast`: as big as speed wants, so that a missing flush seldom shows. `arm926`: the chip's 2-way x 32 entries and 8 that can be locked down. */
export type TlbMode = 'fast' | 'arm926';

/** What executes instructions: one after the other, or translated to WebAssembly; `auto` is whichever is faster and able. */
export type EngineMode = 'auto' | 'interpreter' | 'translator';

/** The floating-point coprocessor: none, or a VFP9-S (VFPv2). */
export type VfpMode = 'none' | 'vfp9';

/** Why `run` came back. The machine always stands on an instruction boundary. */
export type RunStop =
  /** The asked number of instructions has been executed, exactly. */
  | { readonly kind: 'count' }
  /** The next instruction stands at an armed address and was not executed. */
  | { readonly kind: 'breakpoint'; readonly pc: number }
  /** The CPU waits for an interrupt that no armed timer will ever raise; only outside input can wake it. */
  | { readonly kind: 'waiting' }
  /** `requestStop` was called during the run; the instruction that caused it has been executed. */
  | { readonly kind: 'asked' }
  /** Watched addresses were accessed, by the last instruction that was executed or by a device since. Never empty. */
  | { readonly kind: 'watch'; readonly hits: readonly WatchHit[] }
  /** It runs on, on its own (`MachineFace.foreign`): the next `run` waits for it further, and looking at it halts it. */
  | { readonly kind: 'underway' }
  /** The guest switched the machine off, or a device was used in a way that the real board does not survive. */
  | { readonly kind: 'halted'; readonly reason: string };

/** Addresses whose accesses end a run (`setWatches`). Address unsigned; the range does not go round the end of the address space. */
export interface WatchedRange {
  /**
   * `virtual`: as the CPU's instructions say it, before the FCSE, in whatever address space; devices have none. `physical`: that memory (or
   * device register), by whatever address it is reached, and by devices too.
   */
  readonly space: 'virtual' | 'physical';
  readonly address: number;
  /** At least 1. */
  readonly byteLength: number;
  readonly access: 'read' | 'write' | 'readWrite';
}

/** One access to a watched range. Instruction fetches and table walks are none. */
export interface WatchHit {
  /** Of the range in the list that was given. */
  readonly index: number;
  readonly access: 'read' | 'write';
  /** In the range's space; where the access begins, aligned to its size. */
  readonly address: number;
  readonly byteLength: number;
  readonly by: 'cpu' | 'device';
  /** As the CPU said it, and the address of the instruction; undefined for a device. */
  readonly virtualAddress?: number;
  readonly pc?: number;
}

/** The CP15 registers of the ARM926EJ-S that a debugger shows (ARM DDI 0198D, chapter 2). All unsigned 32-bit. */
export interface Cp15Registers {
  readonly midr: number;
  readonly cacheType: number;
  readonly control: number;
  readonly ttbr: number;
  readonly dacr: number;
  /** Data fault status. */
  readonly dfsr: number;
  /** Instruction fault status. */
  readonly ifsr: number;
  readonly far: number;
  readonly fcsePid: number;
}

/** A copy of the VFP registers. All unsigned. */
export interface VfpRegisters {
  /** Bits of s0-s31; d0 is s0 and s1, the low word first. */
  readonly singles: Uint32Array;
  readonly fpscr: number;
  readonly fpexc: number;
  readonly fpsid: number;
}

/** Registers as a debugger reads and writes them; banked copies are addressed by mode. Values are unsigned 32-bit. */
export interface CpuView {
  /**
   * General register `index` (0-15) as seen in `mode` (default: the current mode).
   * r15 is the address of the next instruction to execute, without the pipeline's +8.
   */
  getRegister(index: number, mode?: CpuMode): number;
  setRegister(index: number, value: number, mode?: CpuMode): void;
  getCpsr(): number;
  setCpsr(value: number): void;
  /** The saved status register of an exception mode; undefined for usr and sys, which have none. */
  getSpsr(mode: CpuMode): number | undefined;
  setSpsr(mode: CpuMode, value: number): void;
  readonly mode: CpuMode;
  readonly thumb: boolean;
  getCp15(): Cp15Registers;
  /** The floating-point coprocessor's registers; undefined when there is none. */
  getVfp(): VfpRegisters | undefined;
  /** Register s`index` (0-31; d0 is s0 and s1, the low word first) by its bits. Nothing happens without a coprocessor. */
  setVfp(index: number, bits: number): void;
  setCp15(name: 'control' | 'ttbr' | 'dacr' | 'dfsr' | 'ifsr' | 'far' | 'fcsePid', value: number): void;
}

export type AccessKind = 'read' | 'write' | 'fetch';

/** What the MMU consults besides memory. Leave out a field to use the CPU's present value. */
export interface TranslationRegime {
  readonly control?: number;
  readonly ttbr?: number;
  readonly dacr?: number;
  readonly fcsePid?: number;
}

/** One descriptor that the table walk has read (ARM DDI 0198D 3.2). */
export interface WalkStep {
  readonly level: 1 | 2;
  /** Physical address of the descriptor. */
  readonly descriptorAddress: number;
  readonly descriptor: number;
  readonly type: 'fault' | 'section' | 'coarse' | 'fine' | 'large' | 'small' | 'tiny';
}

export type FaultKind = 'alignment' | 'translation' | 'domain' | 'permission' | 'external';

/** The result of a table walk without side effects: every step, and the verdict. */
export interface Walk {
  readonly virtualAddress: number;
  /** After the FCSE PID. Equal to virtualAddress when the PID is 0. */
  readonly modifiedVirtualAddress: number;
  readonly mmuEnabled: boolean;
  readonly steps: readonly WalkStep[];
  /** Undefined while no first-level descriptor names an MMU domain. */
  readonly mmuDomain?: number;
  /** The two DACR bits of that MMU domain: 0 no access, 1 client, 2 reserved, 3 manager. */
  readonly domainAccess?: number;
  /** The AP bits that apply (those of the subpage for large and small pages). */
  readonly ap?: number;
  /** SCTLR.S and SCTLR.R, which decide when AP is 0. */
  readonly systemBit: boolean;
  readonly romBit: boolean;
  readonly cacheable?: boolean;
  readonly bufferable?: boolean;
  /** Size of the block that this descriptor maps. */
  readonly pageBytes?: number;
  /** Set when a mapping exists, even where the access is denied. */
  readonly physicalAddress?: number;
  /** Absent when the access is allowed. */
  readonly fault?: {
    readonly kind: FaultKind;
    readonly level: 1 | 2;
    /** The four status bits for FSR[3:0] (ARM DDI 0100 B4.6.1). */
    readonly status: number;
  };
}

/** Bytes that a guest wrote to a serial port. */
export type ConsoleListener = (port: number, bytes: Uint8Array) => void;

/**
 * Something from outside for a device other than a serial port: a key for `goldfish_events`, a charge for the battery,
 * a frame for a network chip. Plain data, so that an input log can hold it; each device says which members it takes.
 */
export type DeviceInput = Readonly<Record<string, number | string | Uint8Array>>;

/** What a device gives to the outside beside serial ports: sound, network frames, log lines. */
export type DeviceOutputListener = (instance: string, output: DeviceInput) => void;

/** One device of the board as a debugger looks at it. Nothing here has a side effect. */
export interface DeviceView {
  /** "goldfish_tty.0", or the bare device name of an only one. */
  readonly instance: string;
  readonly base: number;
  /** First input of the board's interrupt controller that it drives; undefined when it drives none. */
  readonly irq: number | undefined;
  readonly irqCount: number;
  readonly table: DeviceTable;
  /** What a 32-bit read at byte `offset` would give; undefined where nothing readable stands. */
  peek(offset: number): number | undefined;
  /** What the device keeps between two accesses, as plain data. Made for this call; changing it changes nothing. */
  state(): unknown;
}

/** What a display shows: rows of RGB565 pixels from the top left, little-endian, without gaps. */
export interface DisplayImage {
  readonly instance: string;
  readonly width: number;
  readonly height: number;
  readonly rgb565: Uint8Array;
}

/** One line of a cache. */
export interface CacheLine {
  readonly set: number;
  readonly way: number;
  /** Modified virtual address of its first byte: the caches are virtually indexed and tagged. */
  readonly modifiedVirtualAddress: number;
  /** Undefined where only tags are kept. */
  readonly physicalAddress?: number;
  /** The two halves of 16 bytes that differ from memory, the lower first. Never in the instruction cache. */
  readonly dirty: readonly [boolean, boolean];
  /** A copy of its 32 bytes; undefined where only tags are kept. */
  readonly data?: Uint8Array;
}

/** One cache as a debugger looks at it. Nothing here has a side effect. */
export interface CacheView {
  readonly bytes: number;
  readonly ways: number;
  readonly sets: number;
  readonly lineBytes: number;
  /** One bit per way that takes no new lines (CP15 c9). */
  readonly lockedWays: number;
  /** Since reset. */
  readonly hits: number;
  readonly misses: number;
  /** The valid lines, by set and way. */
  lines(): readonly CacheLine[];
}

/** Both caches, and the bytes on either side of them. */
export interface CachesView {
  readonly mode: 'timing' | 'coherence';
  readonly instruction: CacheView;
  readonly data: CacheView;
  /** Bytes as they stand in memory behind caches and write buffer, as a device sees them; undefined when any byte is not RAM. */
  readMemory(address: number, byteLength: number): Uint8Array | undefined;
}

/** One translation that is remembered. Addresses are of its first byte. */
export interface TlbEntry {
  /** Modified virtual address in the chip's TLB; in the fast one as instructions say it. */
  readonly virtualAddress: number;
  readonly byteLength: number;
  readonly physicalAddress: number;
  /** Undefined for what was remembered while the MMU was off. */
  readonly mmuDomain?: number;
  readonly cacheable: boolean;
  readonly bufferable: boolean;
  /** AP bits, which are judged at each access; the fast TLB keeps the verdict instead, for one privilege and one DACR. */
  readonly ap?: number;
  readonly verdict?: { readonly privileged: boolean; readonly dacr: number; readonly writable: boolean };
  /** In the part that CP15 c10 locks down. */
  readonly locked?: true;
}

/** The TLB as a debugger looks at it. Nothing here has a side effect. */
export interface TlbView {
  readonly mode: TlbMode;
  entries(): readonly TlbEntry[];
}

/** Who read or stored, and under which translation. Numbers are unsigned. */
export interface CoherenceAccess {
  /** `outside`: the debugger or the boot loader. `unknown`: a store so long ago that it has been forgotten. */
  readonly by: 'store' | 'load' | 'fetch' | 'walk' | 'device' | 'outside' | 'unknown';
  /** Of the CPU's access before the FCSE; undefined for physical accesses. For a walk, the address being translated. */
  readonly virtualAddress?: number;
  readonly modifiedVirtualAddress?: number;
  /** Address of the instruction that made it, or that executed when a device did. */
  readonly pc: number;
  /** How many instructions were executed before that one. */
  readonly instructionCount: number;
  readonly privileged: boolean;
  /** MMU domain of the page, 0-15; undefined where no page is concerned or the MMU is off. */
  readonly mmuDomain?: number;
  readonly ttbr: number;
  readonly dacr: number;
  readonly fcsePid: number;
  /** A store that went into a cached line of other memory, which another address space has at this virtual address. */
  readonly strayed?: boolean;
}

/**
 * Why a value was stale. `alias`: it was stored through another virtual address. `homonym`: the cache has a line of this
 * virtual address that belongs to other memory, as another address space maps it, and was read or written instead. `missing-clean`: it is still in the data cache.
 * `missing-invalidate`: an old copy was in the cache that was read. `missing-drain`: it is still in the write buffer.
 * `lost-store`: it has been dropped, by an invalidate without clean or under an old line that was written back over it.
 */
export type CoherenceKind =
  'alias' | 'homonym' | 'missing-clean' | 'missing-invalidate' | 'missing-drain' | 'lost-store';

/** A read that was given something else than the most recent store to that memory wrote. */
export interface CoherenceReport {
  readonly kind: CoherenceKind;
  readonly physicalAddress: number;
  /** Width of the access in bytes. */
  readonly size: number;
  /** What was read, and what the most recent store makes of these bytes; unsigned. */
  readonly value: number;
  readonly expected: number;
  /** Where the value came from. */
  readonly source: 'data cache' | 'instruction cache' | 'memory';
  readonly store: CoherenceAccess;
  readonly read: CoherenceAccess;
  /** Where the line that was read belongs to other memory: that memory, and who stored there last. */
  readonly homonym?: { readonly physicalAddress: number; readonly store: CoherenceAccess };
  /** How often this store's pc, this read's pc and this line met so; the fields above are of the first time. */
  readonly count: number;
  /** All of this in one sentence, with the remedy. */
  readonly text: string;
}

/** A whole machine state as plain data; `version` guards the format. Opaque to all but the machine. */
export interface MachineSnapshot {
  readonly version: number;
  readonly board: string;
  readonly state: unknown;
}

/** What a board needs to start an operating system the way its boot loader would. */
export interface BootRequest {
  /** Physical address to enter (SVC, IRQ and FIQ masked, MMU off). */
  readonly entry: number;
  readonly initrd?: Uint8Array;
  readonly commandLine?: string;
  /** Further ATAG words, whole tags with their headers, put before the closing ATAG_NONE. */
  readonly extraTags?: Uint32Array;
}

/** A piece of physical memory: RAM, or ROM that only the outside writes. Base and size are multiples of 4 KB. */
export interface MemoryBank {
  readonly base: number;
  readonly bytes: number;
  /** ROM or flash: stores of the guest change nothing. */
  readonly readOnly?: boolean;
}

/** Where a loader puts what a person gives it; physical addresses. */
export interface Loading {
  /** Where a raw kernel is put, an image without addresses of its own. */
  readonly rawKernelAddress: number;
  /** What the boot loader itself writes: from `start` up to but not including `end`. Nothing else may lie there. */
  readonly bootArea?: { readonly start: number; readonly end: number };
}

/** Backwards in the recording of a machine that somebody else executes. `waiting`: it is where the recording begins. */
export interface ForeignBack {
  /** One instruction. */
  step(): RunStop;
  /** To the last time that the CPU was at an armed address, which it answers as `breakpoint`; `underway` as `run`. */
  run(): RunStop;
}

/** What a machine that is not ours cannot do. */
export interface ForeignMachine {
  /** Who executes it, for a sentence: "the GDB stub at localhost:1234". */
  readonly name: string;
  /** Whether a register of a CPU mode is known; those of the present mode are. */
  tells(index: number, mode: CpuMode): boolean;
  /** The connection has ended: nothing is known any more. */
  readonly lost: boolean;
  /** Going back, where it is recorded there. */
  readonly back?: ForeignBack;
  /** Lets go of it, once: its breakpoints are taken out, and it runs on, unless it is to stand or to end. */
  release(then?: 'suspend' | 'end'): void;
}

export type { InputDelivery, InputEvent };

/** The machine, as everything above it sees it. */
export interface MachineFace {
  readonly boardName: string;
  /** Set for a machine that is executed elsewhere (src/stub/): it has no past, counts no instructions, and watches virtual addresses only. */
  readonly foreign?: ForeignMachine;
  /** The main RAM, which is the first of `memoryBanks`. */
  readonly ramBase: number;
  readonly ramBytes: number;
  /** All RAM and ROM, the main RAM first. */
  readonly memoryBanks: readonly MemoryBank[];
  readonly loading: Loading;
  readonly cpu: CpuView;
  /** Instructions executed since reset; exact, a safe integer. */
  readonly instructionCount: number;
  /** Ticks of the tick model since reset; a safe integer. Device time is ticks × nsPerTick. */
  readonly ticks: number;

  /**
   * Executes at most `maxInstructions` and returns on an exact boundary. An armed address stops the run *before*
   * its instruction, except when it is the very first of this call (so that a caller can continue from it).
   */
  run(maxInstructions: number): RunStop;
  /** For listeners that are called in the middle of `run`: it ends at the next instruction boundary, with `asked`. */
  requestStop(): void;
  /**
   * Gives each instruction to a listener until this is called without one; for callers that stand between two runs. Ticks and
   * all else stay as they are; the machine is slower meanwhile, and pays nothing otherwise.
   */
  traceInstructions?(listener: InstructionListener | undefined): void;
  /** Replaces the set of armed virtual pc values. Costs nothing per instruction on pages that hold none. */
  setBreakpoints(addresses: Iterable<number>): void;

  /**
   * Replaces the watched ranges: a run ends with `watch` at the boundary after an instruction that accessed one. Pages with a watched
   * byte leave the fast path for the accesses that are watched; nothing else becomes slower.
   */
  setWatches(ranges: readonly WatchedRange[]): void;

  /** RAM (or ROM) bytes; undefined when any byte of the range is not memory. No side effects. */
  readPhysical(address: number, byteLength: number): Uint8Array | undefined;
  /**
   * From outside, so that it programs ROM too. False when the range is not in one bank of memory; then nothing is written.
   */
  writePhysical(address: number, bytes: Uint8Array): boolean;
  /** Walks the page tables without side effects (no TLB, no fault registers). */
  walk(virtualAddress: number, access: AccessKind, privileged: boolean, regime?: TranslationRegime): Walk;

  /** Puts boot parameters where the board's boot loader puts them and sets the CPU to start. */
  boot(request: BootRequest): void;
  onConsoleOutput(listener: ConsoleListener): () => void;
  /** Queues input for a serial port; the next `run` begins with it. Ends a replay. */
  sendConsoleInput(port: number, bytes: Uint8Array): void;

  /** All devices, in the order of registration. */
  readonly devices: readonly DeviceView[];
  /**
   * A 32-bit store to a device's register as the guest would make it, with all that follows from it; for a debugger, at a
   * stop. False when the device is not there.
   */
  pokeDevice(instance: string, offset: number, value: number): boolean;
  /** Queues input for a device, like console input. False when the device is not there or takes no such input. */
  sendDeviceInput(instance: string, input: DeviceInput): boolean;
  onDeviceOutput(listener: DeviceOutputListener): () => void;
  /** All input that has reached its devices since reset, with the instruction counts. What a debugger changes is not in it. */
  readonly inputLog: readonly InputDelivery[];
  /**
   * Has the devices get the input of a log at exactly its instruction counts, however `run` is called; what the machine has
   * had already is passed over. Throws with a sentence when the log is not of this machine's history.
   */
  replayInputs(log: readonly InputDelivery[]): void;
  /** Input that has been sent and not reached its device yet. */
  readonly pendingInput: readonly InputEvent[];
  /** How often input was sent, by anybody; a replay sends none. */
  readonly inputsSent: number;
  /** While held, input that is sent waits outside and comes when it is let go: for whoever replays a past meanwhile. */
  holdInput(held: boolean): void;
  /** How often registers, memory or devices were changed from outside; `restore` is none of these changes. */
  readonly outsideChanges: number;
  /** How often a snapshot was restored. */
  readonly restores: number;
  /** What the board's displays show now; empty for a board without any. */
  displays(): readonly DisplayImage[];

  /** What the MMU remembers of the page tables. */
  readonly tlb?: TlbView;
  /** The caches, where they are modelled. */
  readonly caches?: CachesView;
  /** What the coherence check has found, in the order of finding; empty in other cache modes. */
  readonly coherenceReports?: readonly CoherenceReport[];
  /** Called once for each new report, with count 1, while the machine runs; also not again when a restored machine finds it again. */
  onCoherenceReport?(listener: (report: CoherenceReport) => void): () => void;
  /** For a session that begins anew on a restored machine: listeners hear of everything again. */
  announceCoherenceAgain?(): void;

  snapshot(): MachineSnapshot;
  restore(snapshot: MachineSnapshot): void;
}
