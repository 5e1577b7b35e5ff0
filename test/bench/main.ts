/**
 * `npm run bench`: the same bare-metal programs on our engines and on QEMU, with and without instruction counting, in turns, so that a
 * machine whose speed drifts slows all of them. Prints medians and ratios; with --json the last line is one object. Asserts nothing. The rows with breakpoints show that armed addresses cost nothing on pages that hold none.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { boardNamed } from '../../src/machine/boards';
import { createMachine } from '../../src/machine/machine';
import type { EngineMode } from '../../src/machine/types';
import { median } from './support/threeDomains';
import { QemuDriver, SVC } from '../conformance/drivers';

const ROUNDS = 5;
const LOAD = 0x10000;
const STACK = 0x100000;

const compiled = ['-O2', '-ffreestanding', '-fno-tree-loop-distribute-patterns', '-Wl,--section-start=.start=0x10000'];
/** File, compiler options, and what stands in r0: how much work. */
const programs = [
  { name: 'adds', file: 'adds.S', options: [], work: 100_000_000 },
  { name: 'mem', file: 'mem.c', options: compiled, work: 30 },
  { name: 'coremark-like', file: 'mix.c', options: compiled, work: 1500 },
] as const;

interface Program {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly work: number;
}

function build(folder: string, { name, file, options, work }: (typeof programs)[number]): Program {
  const [elf, binary] = [path.join(folder, `${name}.elf`), path.join(folder, `${name}.bin`)];
  const source = path.join('test/bench/programs', file);
  // The end of a C program stands at LOAD, its code on other pages: QEMU runs the page of a breakpoint one instruction at a time.
  const text = file.endsWith('.S') ? LOAD : LOAD + 0x2000;
  const fixed = ['-mcpu=arm926ej-s', '-nostdlib', '-Wl,--no-warn-rwx-segments', `-Wl,-Ttext=0x${text.toString(16)}`];
  execFileSync('arm-none-eabi-gcc', [...fixed, ...options, '-o', elf, source]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '--gap-fill', '0', elf, binary]);
  const symbols = execFileSync('arm-none-eabi-nm', [elf], { encoding: 'utf8' });
  const symbol = (wanted: string): number =>
    Number.parseInt(new RegExp(`^([0-9a-f]+) \\w ${wanted}$`, 'm').exec(symbols)![1]!, 16);
  return { name, bytes: readFileSync(binary), start: symbol('_start'), end: symbol('done'), work };
}

interface Measured {
  readonly seconds: number;
  /** Where the engine counts them. */
  readonly instructions?: number;
}

/** An engine runs a program once and says how long that took. */
type Engine = (program: Program) => Promise<Measured>;

const seconds = (since: bigint): number => Number(process.hrtime.bigint() - since) / 1e9;

/** Breakpoints on pages that no program is on: the loop must not feel them. */
const ELSEWHERE = Array.from({ length: 100 }, (_, index) => 0x200000 + index * 0x404);

const ours =
  (engine: EngineMode, armed: readonly number[]): Engine =>
  (program) => {
    const board = boardNamed('goldfish');
    if ('error' in board) throw new Error(board.error);
    const machine = createMachine({ board, engine });
    machine.boot({ entry: LOAD });
    machine.writePhysical(LOAD, program.bytes);
    machine.cpu.setCpsr(SVC);
    machine.cpu.setRegister(0, program.work);
    machine.cpu.setRegister(13, STACK);
    machine.cpu.setRegister(15, program.start);
    machine.setBreakpoints([program.end, ...armed]);
    const before = machine.instructionCount;
    const start = process.hrtime.bigint();
    // Slices, as the debugger runs it.
    while (machine.run(1_000_000).kind === 'count');
    return Promise.resolve({ seconds: seconds(start), instructions: machine.instructionCount - before });
  };

const qemu =
  (...options: string[]): Engine =>
  async (program) => {
    const driver = await QemuDriver.start(options);
    try {
      const registers = Array.from({ length: 15 }, (_, index) =>
        index === 0 ? program.work : index === 13 ? STACK : 0,
      );
      const writes = [{ address: LOAD, bytes: program.bytes }];
      const result = { address: LOAD, byteLength: 4 };
      const { continued } = await driver.timed({
        start: program.start,
        end: program.end,
        writes,
        registers,
        cpsr: SVC,
        result,
      });
      return { seconds: continued };
    } finally {
      driver.close();
    }
  };

const engines: Readonly<Record<string, Engine>> = {
  interpreter: ours('interpreter', []),
  'interpreter, 100 breakpoints armed': ours('interpreter', ELSEWHERE),
  translator: ours('translator', []),
  'translator, 100 breakpoints armed': ours('translator', ELSEWHERE),
  'qemu-system-arm': qemu(),
  'qemu-system-arm -icount': qemu('-icount', 'shift=0,sleep=off'),
};

const rounded = (value: number): number => Number(value.toPrecision(3));

const folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-bench-'));
const results: { program: string; engine: string; mips: number; ratioToQemu: number; ratioToQemuIcount: number }[] = [];
try {
  for (const description of programs) {
    const program = build(folder, description);
    const times: Record<string, number[]> = {};
    let instructions = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, engine] of Object.entries(engines)) {
        const measured = await engine(program);
        (times[name] ??= []).push(measured.seconds);
        instructions = measured.instructions ?? instructions;
      }
    }
    const mips = (name: string): number => instructions / median(times[name]!) / 1e6;
    for (const name of Object.keys(engines)) {
      results.push({
        program: program.name,
        engine: name,
        mips: rounded(mips(name)),
        ratioToQemu: rounded(mips(name) / mips('qemu-system-arm')),
        ratioToQemuIcount: rounded(mips(name) / mips('qemu-system-arm -icount')),
      });
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.table(results);
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.cpus().length} cores`, results }));
