/** What benches of the debugger measure on: three domains, at their usual size, and figures that other programs disturb little. */
import { readFileSync } from 'node:fs';
import type { FileHost, LaunchSettings } from '../../../src/debugger/types';

export const host: FileHost = {
  readFile: async (path) => new Uint8Array(readFileSync(path)),
  readBuiltin: async (name) => new Uint8Array(readFileSync(`firmware/images/${name.slice('builtin:'.length)}.elf`)),
  builtinSourceRoot: process.cwd(),
};

export function threeDomains(engine: string, historyBytes: number): LaunchSettings {
  const domain = (name: string, kernel: string) => ({ name, kernel, memoryBytes: 16 << 20, commandLine: '' });
  const domains = [
    domain('Domain-0', 'builtin:mini-os'),
    domain('guest1', 'builtin:mini-os'),
    domain('guest2', 'builtin:proc-os'),
  ];
  const machine = { machine: 'goldfish', tickModel: 'goldfish', cache: 'off', nsPerTick: 5, engine, historyBytes };
  return { ...machine, hypervisor: 'builtin:xen', domains, load: [], stopOnEntry: false };
}

export const median = (values: readonly number[]): number =>
  values.slice().sort((left, right) => left - right)[Math.floor(values.length / 2)]!;

/** Processor time in milliseconds, which other programs on the computer disturb less than the clock. */
export async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
