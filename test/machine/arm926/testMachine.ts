/**
 * A machine for CPU tests: RAM at 0, one device page with plain registers, interrupt lines and events that the test
 * sets by hand. No real board.
 */
import type { BoardDescription, DeviceHost, PeripheralBus } from '../../../src/machine/bus';
import { createMachine, type Machine, type MachineOptions } from '../../../src/machine/machine';

export const CODE = 0x8000;
/** Reads of this physical page give the address's low 12 bits; writes are logged. */
export const DEVICE = 0xff000000;
export const SVC = 0x13;
export const MASKED = 0xd3;

export interface TestBus extends PeripheralBus {
  irqAsserted: boolean;
  fiqAsserted: boolean;
  nextEventTicks: number;
  readonly log: { readonly what: string; readonly ticks: number; readonly instructions: number }[];
  /** What happens at the next event; the default just clears it. */
  onService: (bus: TestBus) => void;
  changed: () => void;
}

export interface TestMachine {
  readonly machine: Machine;
  readonly bus: TestBus;
  /** What a device of the board gets from the machine. */
  readonly host: DeviceHost;
}

/** A machine with `words` at CODE and the pc there, in SVC mode with interrupts masked. */
export function machineWith(words: readonly number[], options: Partial<MachineOptions> = {}): TestMachine {
  let bus!: TestBus;
  let host!: DeviceHost;
  const board: BoardDescription = {
    name: 'test board',
    ramBase: 0,
    defaultRamBytes: 0x400000,
    midr: 0x41069265,
    cacheType: 0x1d152152,
    resetControl: 0x00050078,
    createBus(given) {
      host = given;
      bus = {
        devices: [],
        accepts: () => false,
        accept: () => {},
        displays: () => [],
        irqAsserted: false,
        fiqAsserted: false,
        nextEventTicks: Infinity,
        log: [],
        onService: (self) => void (self.nextEventTicks = Infinity),
        changed: () => {},
        service() {
          this.log.push({ what: 'service', ticks: host.ticks, instructions: host.instructionCount });
          this.onService(this);
          this.changed();
        },
        read(address, size) {
          if (address >>> 12 !== DEVICE >>> 12) return undefined;
          this.log.push({
            what: `read${size} ${address.toString(16)}`,
            ticks: host.ticks,
            instructions: host.instructionCount,
          });
          return address & 0xfff;
        },
        write(address, size, value) {
          if (address >>> 12 !== DEVICE >>> 12) return false;
          this.log.push({
            what: `write${size} ${address.toString(16)} ${value.toString(16)}`,
            ticks: host.ticks,
            instructions: host.instructionCount,
          });
          if ((address & 0xfff) === 0xf00) {
            this.irqAsserted = value !== 0;
            this.changed();
          }
          return true;
        },
        onChange(listener) {
          this.changed = listener;
        },
        capture() {
          return { irq: this.irqAsserted, fiq: this.fiqAsserted, next: this.nextEventTicks };
        },
        restore(state) {
          const saved = state as { irq: boolean; fiq: boolean; next: number };
          this.irqAsserted = saved.irq;
          this.fiqAsserted = saved.fiq;
          this.nextEventTicks = saved.next;
        },
        receive(port, bytes) {
          this.log.push({
            what: `receive ${port} ${[...bytes]}`,
            ticks: host.ticks,
            instructions: host.instructionCount,
          });
        },
      };
      return bus;
    },
    bootImage: () => ({ writes: [], pc: CODE, registers: [] }),
  };
  const machine = createMachine({ board, ...options });
  machine.boot({ entry: CODE });
  put(machine, CODE, words);
  return { machine, bus, host };
}

export function put(machine: Machine, address: number, words: readonly number[]): void {
  if (!machine.writePhysical(address, new Uint8Array(Uint32Array.from(words).buffer))) throw new Error('not RAM');
}

/** Half-words, for Thumb code. */
export function putHalves(machine: Machine, address: number, halves: readonly number[]): void {
  if (!machine.writePhysical(address, new Uint8Array(Uint16Array.from(halves).buffer))) throw new Error('not RAM');
}

export function word(machine: Machine, address: number): number {
  const bytes = machine.readPhysical(address, 4)!;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

export interface Outcome {
  readonly r: number[];
  /** N, Z, C, V, Q as letters, capital when set. */
  readonly flags: string;
  readonly machine: Machine;
}

/** One machine for all single instructions; each starts from `boot`. */
let shared: Machine | undefined;

/** Runs one instruction after setting registers and flags ("NzCvq": capital means set). */
export function execute(
  instruction: number,
  registers: Readonly<Record<number, number>> = {},
  flags = 'nzcvq',
): Outcome {
  shared ??= machineWith([]).machine;
  const machine = shared;
  machine.boot({ entry: CODE });
  put(machine, CODE, [instruction]);
  for (const [index, value] of Object.entries(registers)) machine.cpu.setRegister(Number(index), value);
  machine.cpu.setCpsr((MASKED | flagBits(flags)) >>> 0);
  machine.run(1);
  return { r: registersOf(machine), flags: flagsOf(machine), machine };
}

export function registersOf(machine: Machine): number[] {
  return Array.from({ length: 16 }, (_, index) => machine.cpu.getRegister(index));
}

export function flagBits(flags: string): number {
  return [...'NZCVQ'].reduce((bits, letter, index) => (flags.includes(letter) ? bits | (1 << (31 - index)) : bits), 0);
}

export function flagsOf(machine: Machine): string {
  const cpsr = machine.cpu.getCpsr();
  return [...'nzcvq'].map((letter, index) => ((cpsr >>> (31 - index)) & 1 ? letter.toUpperCase() : letter)).join('');
}
