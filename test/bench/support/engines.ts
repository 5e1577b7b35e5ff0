/** What runs a program of the benches: our engines, and QEMU with the same bytes on versatilepb. Each says how long the program took. */
import { boardNamed } from '../../../src/machine/boards';
import { createMachine, type Machine } from '../../../src/machine/machine';
import type { MachineOptions } from '../../../src/machine/machineOptions';
import { QemuDriver, SVC } from '../../conformance/drivers';
import { LOAD, STACK, type Program } from './programs';

/** A program with its beginning and its work. */
export interface Task {
  readonly program: Program;
  readonly start: number;
  readonly turns: number;
}

export interface Measured {
  readonly seconds: number;
  /** Where the engine counts them. */
  readonly instructions?: number;
  readonly machine?: Machine;
}

export interface Engine {
  readonly name: string;
  /** Of the work, what it is given: the interpreter would take the time of all others together. */
  readonly share: number;
  readonly run: (task: Task) => Promise<Measured>;
}

export const secondsSince = (start: bigint): number => Number(process.hrtime.bigint() - start) / 1e9;

/** Slices, as the debugger runs it. */
const SLICE = 1_000_000;

/** A machine at the beginning of a task. */
export function machineFor({ program, start, turns }: Task, options: Partial<MachineOptions>): Machine {
  const board = boardNamed('goldfish');
  if ('error' in board) throw new Error(board.error);
  const machine = createMachine({ board, ...options });
  machine.boot({ entry: LOAD });
  machine.writePhysical(LOAD, program.bytes);
  machine.cpu.setCpsr(SVC);
  machine.cpu.setRegister(0, turns);
  machine.cpu.setRegister(13, STACK);
  machine.cpu.setRegister(15, start);
  return machine;
}

/** One of ours. `armed`: breakpoints besides the one at the end. */
export function ours(name: string, options: Partial<MachineOptions>, armed: readonly number[] = []): Engine {
  const run = (task: Task): Promise<Measured> => {
    const machine = machineFor(task, options);
    machine.setBreakpoints([task.program.end, ...armed]);
    const before = machine.instructionCount;
    const start = process.hrtime.bigint();
    while (machine.run(SLICE).kind === 'count');
    return Promise.resolve({ seconds: secondsSince(start), instructions: machine.instructionCount - before, machine });
  };
  return { name, share: options.engine === 'interpreter' ? 0.1 : 1, run };
}

/** QEMU from "continue" to the breakpoint at the end: neither its start nor the loading of the program is in it. */
export function qemu(name: string, ...options: string[]): Engine {
  const run = async ({ program, start, turns }: Task): Promise<Measured> => {
    const driver = await QemuDriver.start(options);
    try {
      const registers = Array.from({ length: 15 }, (_, index) => (index === 0 ? turns : index === 13 ? STACK : 0));
      const writes = [{ address: LOAD, bytes: program.bytes }];
      const result = { address: LOAD, byteLength: 4 };
      const { continued } = await driver.timed({ start, end: program.end, writes, registers, cpsr: SVC, result });
      return { seconds: continued };
    } finally {
      driver.close();
    }
  };
  return { name, share: 1, run };
}

export const QEMU = 'qemu-system-arm';
export const QEMU_ICOUNT = 'qemu-system-arm -icount';
export const peersOfOurs: readonly Engine[] = [qemu(QEMU), qemu(QEMU_ICOUNT, '-icount', 'shift=0,sleep=off')];
