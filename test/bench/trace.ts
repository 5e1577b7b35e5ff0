/**
 * `npm run bench -- trace`: what tracing and profiling cost, with three domains, on both engines: sessions with each run in turns beside
 * one without, by processor time. Prints medians; with --json the last line is one object. Asserts nothing.
 */
import { readFileSync } from 'node:fs';
import { launch } from '../../src/debugger/launch';
import type { DebugEngine, FileHost, LaunchSettings } from '../../src/debugger/types';

const ROUNDS = 5;
const BOOT = 20_000_000;
const RUN = 40_000_000;

const host: FileHost = {
  readFile: async (path) => new Uint8Array(readFileSync(path)),
  readBuiltin: async (name) => new Uint8Array(readFileSync(`firmware/images/${name.slice('builtin:'.length)}.elf`)),
  builtinSourceRoot: process.cwd(),
};

const modes: Readonly<Record<string, (engine: DebugEngine) => void>> = {
  off: () => undefined,
  trace: ({ tracing }) => tracing.startTrace(),
  profile: ({ tracing }) => tracing.startProfile(),
};

function settings(engine: string): LaunchSettings {
  const domain = (name: string, kernel: string) => ({ name, kernel, memoryBytes: 16 << 20, commandLine: '' });
  const domains = [
    domain('Domain-0', 'builtin:mini-os'),
    domain('guest1', 'builtin:mini-os'),
    domain('guest2', 'builtin:proc-os'),
  ];
  const machine = { machine: 'goldfish', tickModel: 'goldfish', cache: 'off', nsPerTick: 5, engine, historyBytes: 0 };
  return { ...machine, hypervisor: 'builtin:xen', domains, load: [], stopOnEntry: false };
}

const median = (values: readonly number[]): number =>
  values.slice().sort((left, right) => left - right)[Math.floor(values.length / 2)]!;

/** Processor time, which other programs on the computer disturb less than the clock. */
async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

interface Row {
  readonly engine: string;
  readonly mode: string;
  readonly mips: number;
  readonly costPercent: number;
  readonly eventsPerMillion: number;
}

async function measure(engine: string): Promise<readonly Row[]> {
  const sessions = await Promise.all(
    Object.entries(modes).map(async ([mode, begin]) => {
      const session = await launch(settings(engine), host);
      await session.resume({ untilInstruction: BOOT });
      begin(session);
      return { mode, session, times: [] as number[] };
    }),
  );
  for (let round = 1; round <= ROUNDS; round++)
    for (const { session, times } of sessions)
      times.push(await processorMs(() => session.resume({ untilInstruction: BOOT + round * RUN })));
  const plain = sessions[0]!.times;
  return sessions.map(({ mode, session, times }) => ({
    engine,
    mode,
    mips: median(times.map((ms) => RUN / 1000 / ms)),
    costPercent: median(times.map((ms, round) => (ms / plain[round]! - 1) * 100)),
    eventsPerMillion: session.tracing.events.length / ((ROUNDS * RUN) / 1_000_000),
  }));
}

const results = [...(await measure('interpreter')), ...(await measure('translator'))];
for (const { engine, mode, mips, costPercent, eventsPerMillion } of results)
  console.log(
    `${engine.padEnd(12)} ${mode.padEnd(8)} ${mips.toFixed(1).padStart(7)} MIPS  ${costPercent.toFixed(1).padStart(6)} %  ${eventsPerMillion.toFixed(0)} events a million instructions`,
  );
if (process.argv.includes('--json')) console.log(JSON.stringify({ results }));
