/** A machine with caches for their tests: one physical megabyte under several virtual ones, and single instructions to run. */
import type { Machine, MachineOptions } from '../../../src/machine/machine';
import { CODE, DEVICE, machineWith, put, type TestMachine } from './testMachine';

export const L1 = 0x4000;
/** A second set of tables, where HOME is OTHER_FRAMES. */
export const OTHER_L1 = 0x10000;
export const FRAMES = 0x200000;
export const OTHER_FRAMES = 0x300000;

/** Virtual addresses of FRAMES: write-back in MMU domains 1 and 2, write-through, buffered, neither. */
export const HOME = 0x10000000;
export const ALIAS = 0x20000000;
export const THROUGH = 0x30000000;
export const BUFFERED = 0x40000000;
export const UNCACHED = 0x50000000;

const C = 8;
const B = 4;
const section = (physical: number, bits: number, mmuDomain: number): number =>
  physical | 0xc12 | bits | (mmuDomain << 5);

export const MMU = 1;
export const D_CACHE = 4;
export const I_CACHE = 0x1000;
export const ROUND_ROBIN = 0x4000;
const CONTROL = 0x50078;

export function cacheMachine(options?: Partial<MachineOptions>, control?: number): Machine {
  return withHost(options, control).machine;
}

/** The same with what devices get. */
export function withHost(options: Partial<MachineOptions> = {}, control = MMU | D_CACHE | I_CACHE): TestMachine {
  const made = machineWith([], { cache: 'coherence', ...options });
  const { machine } = made;
  for (const [table, frames] of [
    [L1, FRAMES],
    [OTHER_L1, OTHER_FRAMES],
  ] as const) {
    const entry = (virtual: number, descriptor: number): void =>
      put(machine, table + (virtual >>> 20) * 4, [descriptor]);
    entry(0, section(0, C | B, 0));
    entry(HOME, section(frames, C | B, 1));
    entry(ALIAS, section(FRAMES, C | B, 2));
    entry(THROUGH, section(FRAMES, C, 1));
    entry(BUFFERED, section(FRAMES, B, 1));
    entry(UNCACHED, section(FRAMES, 0, 1));
    entry(DEVICE, section(DEVICE & 0xfff00000, 0, 0) >>> 0);
  }
  machine.cpu.setCp15('ttbr', L1);
  machine.cpu.setCp15('dacr', 0b010101);
  machine.cpu.setCp15('control', CONTROL | control);
  return made;
}

/** Executes one instruction at CODE with r0, r1 as given; r0 after it, unsigned. */
export function step(machine: Machine, instruction: number, r0 = 0, r1 = 0): number {
  put(machine, CODE, [instruction]);
  machine.cpu.setCpsr(0xd3);
  machine.cpu.setRegister(15, CODE);
  machine.cpu.setRegister(0, r0);
  machine.cpu.setRegister(1, r1);
  machine.run(1);
  return machine.cpu.getRegister(0);
}

export const load = (machine: Machine, address: number): number => step(machine, 0xe5910000, 0, address);
export const loadByte = (machine: Machine, address: number): number => step(machine, 0xe5d10000, 0, address);
export const store = (machine: Machine, address: number, value: number): void => {
  step(machine, 0xe5810000, value, address);
};

/** mcr p15, 0, r0, c7, CRm, opcode_2 */
export const operation = (machine: Machine, crm: number, op2: number, value = 0): void => {
  step(machine, 0xee070f10 | (op2 << 5) | crm, value >>> 0);
};
/** mcr p15, 0, r0, CRn, CRm, opcode_2 */
export const write = (machine: Machine, crn: number, crm: number, op2: number, value: number): void => {
  step(machine, 0xee000f10 | (crn << 16) | (op2 << 5) | crm, value >>> 0);
};

export const CLEAN_LINE = [10, 1] as const;
export const INVALIDATE_LINE = [6, 1] as const;
export const CLEAN_INVALIDATE_LINE = [14, 1] as const;
export const DRAIN = [10, 4] as const;
export const INVALIDATE_I = [5, 0] as const;
/** mrc p15, 0, r0, c7, c10 or c14, 3: bit 30 of r0 when no line is dirty. */
export const TEST_AND_CLEAN = 0xee170f7a;
export const TEST_CLEAN_INVALIDATE = 0xee170f7e;

/** A word as it stands in memory behind the caches. */
export function memory(machine: Machine, address: number): number {
  const bytes = machine.caches!.readMemory(address, 4)!;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

export const kinds = (machine: Machine): string[] => machine.coherenceReports.map(({ kind }) => kind);
