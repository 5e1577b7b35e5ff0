/** The bare-metal programs of the benches: what they are made of, how much work they do, and how they are built. Runs nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const LOAD = 0x10000;
export const STACK = 0x100000;
const SOURCES = 'test/bench/programs';
/** The end of a C program stands at LOAD, its code on other pages: QEMU runs the page of a breakpoint one instruction at a time. */
const CODE = LOAD + 0x2000;

const compiled = ['-O2', '-ffreestanding', '-fno-tree-loop-distribute-patterns', '-Wl,--section-start=.start=0x10000'];

export interface Description {
  readonly name: string;
  readonly file: string;
  readonly options: readonly string[];
  /** Turns in r0 for so many million instructions, about. */
  readonly turnsPerMillion: number;
}

export const descriptions: readonly Description[] = [
  { name: 'adds', file: 'adds.S', options: [], turnsPerMillion: 1_000_000 / 6 },
  { name: 'mem', file: 'mem.c', options: compiled, turnsPerMillion: 1 / 3.142 },
  { name: 'coremark-like', file: 'mix.c', options: compiled, turnsPerMillion: 1 / 0.11653 },
];

export interface Program {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Where it begins when MMU and caches are to be on. */
  readonly mapped: number;
  readonly end: number;
  readonly turnsPerMillion: number;
}

/** Needs arm-none-eabi-gcc. `folder`: for what it writes. */
export function buildProgram(folder: string, { name, file, options, turnsPerMillion }: Description): Program {
  const [elf, binary] = [path.join(folder, `${name}.elf`), path.join(folder, `${name}.bin`)];
  const sources = [path.join(SOURCES, file), path.join(SOURCES, 'caches.S')];
  const text = file.endsWith('.S') ? LOAD : CODE;
  const fixed = ['-mcpu=arm926ej-s', '-nostdlib', '-Wl,--no-warn-rwx-segments', `-Wl,-Ttext=0x${text.toString(16)}`];
  execFileSync('arm-none-eabi-gcc', [...fixed, ...options, '-o', elf, ...sources]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '--gap-fill', '0', elf, binary]);
  const symbols = execFileSync('arm-none-eabi-nm', [elf], { encoding: 'utf8' });
  const symbol = (wanted: string): number =>
    Number.parseInt(new RegExp(`^([0-9a-f]+) \\w ${wanted}$`, 'm').exec(symbols)![1]!, 16);
  return {
    name,
    bytes: readFileSync(binary),
    start: symbol('_start'),
    mapped: symbol('_mapped'),
    end: symbol('done'),
    turnsPerMillion,
  };
}
