/**
 * A machine that somebody else executes (QEMU, a probe, another Armvisor), behind GDB's remote protocol, with the face of ours: what the
 * debugger knows of domains, stacks and page tables it then knows of that machine too. It has no past and counts no instructions.
 *
 * A stub runs on by itself. `run` waits a little and answers `underway`; whoever looks at registers or memory meanwhile halts it first.
 */
import { walkThrough } from '../machine/arm926/walkReport';
import type {
  AccessKind,
  DeviceView,
  DisplayImage,
  ForeignMachine,
  InputDelivery,
  InputEvent,
  Loading,
  MachineFace,
  MachineSnapshot,
  MemoryBank,
  RunStop,
  TranslationRegime,
  Walk,
  WatchHit,
  WatchedRange,
} from '../machine/types';
import type { StubChannel } from './channel';
import { StubConnection } from './connection';
import { readDescription } from './description';
import { StubCpu } from './stubCpu';
import { StubMemory, type StubRam } from './stubMemory';
import { StubPoints } from './stubPoints';

/** One wait of `run`: a pause is heard after it. */
const WAIT_MS = 20;
/** A target that does not stop when asked to is lost. */
const HALT_MS = 5000;
/** A way back is found by executing all of the recording again, perhaps twice. */
const RETURN_MS = 120_000;
/** As long as a program takes to end. */
const END_MS = 2000;
const PART_BYTES = 0xf00;
const FEATURES = 'qSupported:swbreak+;hwbreak+;xmlRegisters=arm';

export interface StubOptions {
  readonly channel: StubChannel;
  /** Where the stub is, for sentences: "localhost:1234". */
  readonly where: string;
  readonly boardName: string;
  readonly ram: StubRam;
  /** Sentences about what the stub cannot do. */
  readonly onDiagnostic: (text: string) => void;
}

export class StubMachine implements MachineFace {
  readonly boardName: string;
  readonly ramBase: number;
  readonly ramBytes: number;
  readonly memoryBanks: readonly MemoryBank[];
  readonly loading: Loading;
  readonly cpu: StubCpu;
  readonly foreign: ForeignMachine;
  readonly devices: readonly DeviceView[] = [];
  readonly inputLog: readonly InputDelivery[] = [];
  readonly pendingInput: readonly InputEvent[] = [];
  readonly inputsSent = 0;
  readonly restores = 0;
  readonly ticks = 0;
  /** How often the machine was set going: a stub counts no instructions, and caches above only ask whether it has moved. */
  instructionCount = 0;
  outsideChanges = 0;
  private readonly connection: StubConnection;
  private readonly memory: StubMemory;
  private readonly points: StubPoints;
  private readonly walks: boolean;
  private readonly listeners = new Set<(port: number, bytes: Uint8Array) => void>();
  private readonly motions: { readonly step: string; readonly go: string } = { step: 's', go: 'c' };
  private underway = false;
  /** Under way into the past, where nobody can look until it has arrived: a stub that is interrupted there stands anywhere. */
  private returning = false;
  /** Where it has come to meanwhile. */
  private returned: string | undefined;
  /** A stop that came while somebody looked. */
  private missed: string | undefined;

  /** @throws Error with a sentence when nobody there speaks the protocol */
  constructor(options: StubOptions) {
    const { where, ram, onDiagnostic } = options;
    this.boardName = options.boardName;
    this.ramBase = ram.base;
    this.ramBytes = ram.bytes;
    this.memoryBanks = [{ base: ram.base, bytes: ram.bytes }];
    this.loading = { rawKernelAddress: ram.base };
    const connection = new StubConnection(options.channel, (bytes) =>
      this.listeners.forEach((listener) => listener(0, bytes)),
    );
    this.connection = connection;
    const features = connection.askFirst(FEATURES);
    if (features === undefined)
      throw new Error(
        `What listens at ${where} does not speak GDB's remote protocol: start QEMU with -gdb tcp::1234 -S, or name the right port.`,
      );
    if (features.includes('QStartNoAckMode+')) connection.stopAcknowledging();
    const standing = connection.ask('?');
    if (standing === undefined || !/^[ST]/.test(standing))
      throw new Error(`The stub at ${where} has nothing to debug: it says "${standing ?? ''}".`);
    const registers = readDescription((annex) => connection.document('features', annex, PART_BYTES));
    this.cpu = new StubCpu(registers, this.registerAccess(), () => this.changed());
    // QEMU's packet for physical addresses; without it, or without the table's address, memory is what the CPU sees now.
    this.walks = this.cpu.tellsTranslation && connection.ask('Qqemu.PhyMemMode:1') === 'OK';
    this.memory = new StubMemory((packet) => this.halted(() => connection.ask(packet)), this.walks ? ram : undefined);
    if (!this.walks)
      onDiagnostic(
        `The stub at ${where} tells ${this.cpu.tellsTranslation ? 'no physical memory' : 'no CP15 registers'}: memory is shown as its CPU sees it now, and page tables and domains that do not run are not.`,
      );
    // A stub that does not know vCont has the older packets.
    const motions = connection.ask('vCont?') ?? '';
    if (/;s\b/.test(motions) && /;c\b/.test(motions)) this.motions = { step: 'vCont;s', go: 'vCont;c' };
    this.points = new StubPoints((packet) => this.halted(() => connection.ask(packet)), onDiagnostic);
    this.foreign = {
      name: `the GDB stub at ${where}`,
      tells: (index, mode) => this.cpu.tells(index, mode),
      ...(/ReverseStep\+/.test(features) &&
        /ReverseContinue\+/.test(features) && {
          back: { step: () => this.backStep(), run: () => this.backRun() },
        }),
      get lost() {
        return connection.lost;
      },
      release: (then) => this.release(then),
    };
  }

  run(maxInstructions: number): RunStop {
    if (this.connection.lost) return this.lost();
    if (!this.underway) {
      const { missed } = this;
      this.missed = undefined;
      if (missed !== undefined) {
        this.moved();
        return this.stopOf(missed);
      }
      const pc = this.cpu.getRegister(15);
      this.points.insert();
      if (maxInstructions <= 1) return this.step();
      // A breakpoint at the very first instruction is for the caller who wants to go on from it: a stub would stop there again.
      if (this.points.isArmed(pc)) {
        const stop = this.step();
        if (stop.kind !== 'count' || this.points.isArmed(this.cpu.getRegister(15))) return this.atBreakpoint(stop);
      }
      this.moved();
      this.connection.send(this.motions.go);
      this.underway = true;
    }
    const stop = this.connection.next(WAIT_MS, false);
    if (stop === undefined) return this.connection.lost ? this.lost() : { kind: 'underway' };
    this.underway = false;
    this.moved();
    return this.stopOf(stop);
  }

  requestStop(): void {
    this.halt();
  }

  setBreakpoints(addresses: Iterable<number>): void {
    this.points.setBreakpoints(addresses);
  }

  setWatches(ranges: readonly WatchedRange[]): void {
    this.points.setWatches(ranges);
  }

  readPhysical(address: number, byteLength: number): Uint8Array | undefined {
    this.halt();
    return this.memory.read(address, byteLength);
  }

  writePhysical(address: number, bytes: Uint8Array): boolean {
    this.changed();
    return this.memory.write(address, bytes);
  }

  walk(virtualAddress: number, access: AccessKind, privileged: boolean, regime: TranslationRegime = {}): Walk {
    const registers = this.cpu.getCp15();
    const control = this.walks ? registers.control : 0;
    const { ttbr, dacr, fcsePid } = registers;
    return walkThrough(
      (physical) => wordOf(this.readPhysical(physical, 4)),
      { control, ttbr, dacr, fcsePid, ...(this.walks ? regime : {}) },
      virtualAddress,
      access,
      privileged,
    );
  }

  onConsoleOutput(listener: (port: number, bytes: Uint8Array) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  displays(): readonly DisplayImage[] {
    return [];
  }

  // What a stub has no packet for. The engine does not offer it for a foreign machine.
  boot(): void {}
  sendConsoleInput(): void {}
  holdInput(): void {}
  replayInputs(): void {}
  pokeDevice(): boolean {
    return false;
  }
  sendDeviceInput(): boolean {
    return false;
  }
  onDeviceOutput(): () => void {
    return () => undefined;
  }
  snapshot(): MachineSnapshot {
    return { version: 0, board: this.boardName, state: undefined };
  }
  restore(): void {
    throw new Error(`The state of ${this.foreign.name} cannot be set back`);
  }

  private step(): RunStop {
    this.moved();
    const stop = this.connection.ask(this.motions.step);
    return stop === undefined ? this.lost() : this.stopOf(stop);
  }

  private backStep(): RunStop {
    this.missed = undefined;
    this.points.removeAll();
    this.moved();
    const reply = this.connection.ask('bs');
    return reply === undefined ? this.lost() : this.backStopOf(reply);
  }

  private backRun(): RunStop {
    if (this.connection.lost) return this.lost();
    if (!this.returning && this.returned === undefined) {
      this.missed = undefined;
      this.points.insert();
      this.moved();
      this.connection.send('bc');
      this.returning = true;
    }
    const reply = this.returned ?? this.connection.next(WAIT_MS, false);
    if (reply === undefined) return this.connection.lost ? this.lost() : { kind: 'underway' };
    this.returning = false;
    this.returned = undefined;
    this.moved();
    const stop = this.backStopOf(reply);
    // A stub that does not say that its recording begins here stands where nobody has asked it to stop.
    return stop.kind === 'count' ? { kind: 'waiting' } : stop;
  }

  /** An error too: there is nothing further back (GDB manual, appendix E.2, `bs`). */
  private backStopOf(reply: string): RunStop {
    return reply.startsWith('E') || reply.includes('replaylog:begin') ? { kind: 'waiting' } : this.stopOf(reply);
  }

  private atBreakpoint(stop: RunStop): RunStop {
    return stop.kind === 'count' ? { kind: 'breakpoint', pc: this.cpu.getRegister(15) } : stop;
  }

  /** What a stop reply means (GDB manual, appendix E.3). */
  private stopOf(reply: string): RunStop {
    if (/^[WX]/.test(reply)) return { kind: 'halted', reason: `${this.foreign.name} says that the machine has ended.` };
    const pc = this.cpu.getRegister(15);
    const hit = this.points.hitOf(reply, pc);
    if (hit) return this.pastAccess(hit);
    return this.points.isArmed(pc) ? { kind: 'breakpoint', pc } : { kind: 'count' };
  }

  /** On ARM a stub stops before the access that is watched: it is made without the watch, and then it has happened. */
  private pastAccess(hit: WatchHit): RunStop {
    this.points.removeWatches();
    this.moved();
    const stop = this.connection.ask(this.motions.step);
    return stop === undefined ? this.lost() : { kind: 'watch', hits: [hit] };
  }

  private lost(): RunStop {
    this.underway = false;
    return { kind: 'halted', reason: `The connection to ${this.foreign.name} is lost.` };
  }

  /** Stops a machine that is under way, for whoever wants to look. A stop of its own that came first is kept for the next `run`. */
  private halt(): void {
    if (this.returning) {
      this.returning = false;
      this.returned = this.connection.next(RETURN_MS);
      return;
    }
    if (!this.underway) return;
    this.underway = false;
    this.connection.interrupt();
    const reply = this.connection.next(HALT_MS);
    if (reply !== undefined && !isInterrupt(reply)) this.missed = reply;
  }

  private halted<Result>(work: () => Result): Result {
    this.halt();
    return work();
  }

  private moved(): void {
    this.instructionCount++;
    this.cpu.forget();
    this.memory.forget();
  }

  private changed(): void {
    this.outsideChanges++;
    this.cpu.forget();
    this.memory.forget();
  }

  private registerAccess() {
    const ask = (packet: string) => this.halted(() => this.connection.ask(packet));
    return {
      read: (number: number, bytes: number): number | undefined => {
        const answer = ask(`p${number.toString(16)}`);
        if (answer === undefined || !/^([0-9a-f]{2})+$/i.test(answer) || answer.length < bytes * 2) return undefined;
        return parseInt(answer.match(/../g)!.slice(0, 4).reverse().join(''), 16);
      },
      write: (number: number, value: number): boolean => {
        const digits = value.toString(16).padStart(8, '0').match(/../g)!.reverse().join('');
        return ask(`P${number.toString(16)}=${digits}`) === 'OK';
      },
    };
  }

  private release(then?: 'suspend' | 'end'): void {
    if (this.connection.lost) return;
    this.halt();
    this.points.removeAll();
    if (this.walks) this.connection.ask('Qqemu.PhyMemMode:0');
    // Who only hangs up leaves the machine standing; a stub that is told to end hangs up itself.
    if (then === 'end') {
      this.connection.send('k');
      this.connection.next(END_MS);
    } else if (then === undefined) this.connection.ask('D');
    this.connection.close();
  }
}

/** SIGINT, or no signal at all: what a stub says when it was asked to stop. */
const isInterrupt = (reply: string): boolean => /^[ST]0[02]/.test(reply) && !reply.includes('watch:');

function wordOf(bytes: Uint8Array | undefined): number | undefined {
  return bytes && new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
}
