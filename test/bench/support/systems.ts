/** Rows about whole systems: three domains beside one, the paper's experiment, and a Linux kernel that somebody names. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BootedXen, firmwareImage } from '../../support/bootXen';
import { LinuxSession, requireBoard } from '../../conformance/linux/session';
import { QEMU, QEMU_ICOUNT, secondsSince } from './engines';
import { rounded, type Row } from './rates';
import { median } from './threeDomains';

const WARM_UP = 100_000_000;

function hypervisorWith(domains: number): (instructions: number) => number {
  const modules = Array.from({ length: domains }, () => ({ elf: firmwareImage('proc-os'), memoryBytes: 8 << 20 }));
  const { machine } = new BootedXen(modules, { machine: { engine: 'translator' } });
  machine.run(WARM_UP);
  return (instructions) => {
    const start = process.hrtime.bigint();
    machine.run(instructions);
    return instructions / secondsSince(start) / 1e6;
  };
}

/** The same guest once and three times, at the same virtual addresses; rates in turns. */
export function domainRows(millions: number, rounds: number): Row[] {
  const [one, three] = [hypervisorWith(1), hypervisorWith(3)];
  const rates: [number, number][] = [];
  for (let round = 0; round < rounds; round++) rates.push([one(millions * 1e6), three(millions * 1e6)]);
  const rate = (index: 0 | 1): number => rounded(median(rates.map((pair) => pair[index])));
  return [
    { program: 'hypervisor with one domain', engine: 'translator', mips: rate(0) },
    { program: 'hypervisor with three domains', engine: 'translator', mips: rate(1) },
  ];
}

/** What `armvisor experiment figure4 --json` prints of each case. */
interface CaseResult {
  readonly instructionsPerTask: number;
  readonly tasks: number;
}

/** All four cases as a user starts them, from the command line to the last figure. Wants dist/cli.js. */
export function experimentRow(rounds: number): Row {
  const runs = Array.from({ length: rounds }, () => {
    const start = process.hrtime.bigint();
    const output = execFileSync(process.execPath, ['dist/cli.js', 'experiment', 'figure4', '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
    return { seconds: secondsSince(start), output };
  });
  const { cases } = JSON.parse(runs[0]!.output.trim().split('\n').at(-1)!) as { readonly cases: readonly CaseResult[] };
  const instructions = cases.reduce((sum, { instructionsPerTask, tasks }) => sum + instructionsPerTask * tasks, 0);
  const seconds = median(runs.map((run) => run.seconds));
  return {
    program: "the paper's experiment",
    engine: 'translator',
    mips: rounded(instructions / seconds / 1e6),
    seconds: rounded(seconds),
  };
}

/** A kernel for versatilepb, its initrd, and what its console says at the end. */
export interface LinuxBoot {
  readonly kernel: string;
  readonly initrd: string;
  readonly marker: string;
}

const COMMAND_LINE = 'console=ttyAMA0';
const MOST_INSTRUCTIONS = 20_000_000_000;
const STEP = 1_000_000;

function bootOurs({ kernel, initrd, marker }: LinuxBoot): { readonly seconds: number; readonly instructions: number } {
  const [board, images] = [requireBoard('versatilepb'), [kernel, initrd].map((file) => readFileSync(file))];
  const start = process.hrtime.bigint();
  const session = new LinuxSession(
    { board, kernel: images[0]!, initrd: images[1]!, commandLine: COMMAND_LINE },
    { engine: 'translator' },
  );
  const { machine } = session;
  while (!session.console.includes(marker) && machine.instructionCount < MOST_INSTRUCTIONS) machine.run(STEP);
  return { seconds: secondsSince(start), instructions: machine.instructionCount };
}

/** From the start of QEMU, which takes some hundredths of a second of these, to the marker. */
function bootQemu({ kernel, initrd, marker }: LinuxBoot, options: readonly string[]): Promise<number> {
  const machine = [
    '-M',
    'versatilepb',
    '-m',
    '128',
    '-nodefaults',
    '-no-reboot',
    '-display',
    'none',
    '-serial',
    'stdio',
  ];
  const images = ['-kernel', kernel, '-initrd', initrd, '-append', COMMAND_LINE];
  const start = process.hrtime.bigint();
  const child = spawn('qemu-system-arm', [...machine, ...images, ...options], { stdio: ['pipe', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let console = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`QEMU ended before the console said "${marker}".`)));
    child.stdout.on('data', (bytes: Buffer) => {
      console += bytes.toString('latin1');
      if (!console.includes(marker)) return;
      resolve(secondsSince(start));
      child.kill('SIGKILL');
    });
  });
}

/** Rates by our count of instructions: QEMU executes about as many. */
export async function linuxRows(boot: LinuxBoot, rounds: number): Promise<Row[]> {
  const times: Record<string, number[]> = { translator: [], [QEMU]: [], [QEMU_ICOUNT]: [] };
  let instructions = 0;
  for (let round = 0; round < rounds; round++) {
    const measured = bootOurs(boot);
    instructions = measured.instructions;
    times.translator!.push(measured.seconds);
    times[QEMU]!.push(await bootQemu(boot, []));
    times[QEMU_ICOUNT]!.push(await bootQemu(boot, ['-icount', 'shift=0,sleep=off']));
  }
  const seconds = (name: string): number => median(times[name]!);
  return Object.keys(times).map((engine) => ({
    program: 'Linux',
    engine,
    mips: rounded(instructions / seconds(engine) / 1e6),
    seconds: rounded(seconds(engine)),
    ratioToQemu: rounded(seconds(QEMU) / seconds(engine)),
    ratioToQemuIcount: rounded(seconds(QEMU_ICOUNT) / seconds(engine)),
  }));
}
