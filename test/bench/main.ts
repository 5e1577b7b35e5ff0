/**
 * `npm run bench`: our engines beside QEMU on the same bytes, with and without instruction counting, and beside other emulators in JavaScript.
 * Prints medians and ratios; with --json the last line is one object. Asserts nothing.
 *
 * Options: `--quick` (a tenth of the work, two rounds), `--rounds N`, `--only NAME` (a contest whose name has this in it),
 * `--linux KERNEL,INITRD,TEXT` (boots a kernel on versatilepb until its console says TEXT).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { rp2040Mips } from './peers/rp2040';
import { v86Mips } from './peers/v86';
import { ours, type Engine, type Measured } from './support/engines';
import { FIRST_OPTION, inNewProcess, runAsChild } from './support/firstInstructions';
import { buildProgram, descriptions } from './support/programs';
import { compete, rounded, type Row } from './support/rates';
import { domainRows, experimentRow, linuxRows } from './support/systems';
import { timeOfCompiling, translationOf, type TranslationRow } from './support/translation';

const MILLIONS = 1100;
const FIRST_MILLIONS = 200;
/** Breakpoints on pages that no program is on: nobody must feel them. */
const ELSEWHERE = Array.from({ length: 100 }, (_, index) => 0x200000 + index * 0x404);

const translator = ours('translator', { engine: 'translator' });
const plain: readonly Engine[] = [
  translator,
  ours('translator, 100 breakpoints armed', { engine: 'translator' }, ELSEWHERE),
  ours('interpreter', { engine: 'interpreter' }),
  ours('interpreter, 100 breakpoints armed', { engine: 'interpreter' }, ELSEWHERE),
];
const cached: readonly Engine[] = [
  translator,
  ours('translator, cache timing', { engine: 'translator', cache: 'timing' }),
];

async function measure(folder: string): Promise<{ results: Row[]; translation: TranslationRow[] }> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: '' },
      linux: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is "${values.rounds}": it must be 1 or more.`);
  const part = values.quick ? 0.1 : 1;
  const results: Row[] = [];
  const translation: TranslationRow[] = [];
  const wanted = (name: string): boolean => name.includes(values.only);

  for (const description of descriptions) {
    const program = buildProgram(folder, description);
    const { name, start, mapped } = program;
    const [all, first, caches] = [name, `${name}, first ${FIRST_MILLIONS} M`, `${name}, MMU and caches on`];
    const millions = MILLIONS * part;
    if (wanted(all)) {
      results.push(...(await compete({ name: all, program, start, millions, rounds, engines: plain })));
      const turns = Math.round(millions * program.turnsPerMillion);
      const { result, seconds } = await timeOfCompiling<Measured>(() => translator.run({ program, start, turns }));
      translation.push(translationOf(name, result.machine!, seconds, result.seconds));
    }
    if (wanted(first))
      results.push(
        ...(await compete({ name: first, program, start, millions: FIRST_MILLIONS, rounds, engines: [inNewProcess] })),
      );
    if (wanted(caches))
      results.push(...(await compete({ name: caches, program, start: mapped, millions, rounds, engines: cached })));
  }
  if (wanted('domains')) results.push(...domainRows(1000 * part, rounds));
  if (wanted('experiment')) results.push(experimentRow(rounds));
  if (wanted('peers')) results.push(...(await peerRows()));
  if (values.linux !== undefined) {
    const [kernel, initrd, ...marker] = values.linux.split(',');
    if (kernel === undefined || initrd === undefined || marker.length === 0)
      throw new Error(`--linux is "${values.linux}": give KERNEL,INITRD,TEXT.`);
    results.push(...(await linuxRows({ kernel, initrd, marker: marker.join(',') }, rounds)));
  }
  return { results, translation };
}

/** A tight loop like `adds`, in the code of their own CPUs. */
async function peerRows(): Promise<Row[]> {
  return [
    { program: 'adds', engine: 'v86 (x86)', mips: rounded(await v86Mips()) },
    { program: 'adds', engine: 'rp2040js (Cortex-M0+)', mips: rounded(rp2040Mips()) },
  ];
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-bench-'));
  try {
    const { results, translation } = await measure(folder);
    console.table(results);
    if (translation.length > 0) console.table(translation);
    const machine = `${os.cpus()[0]?.model ?? 'unknown'}, ${os.cpus().length} cores`;
    if (process.argv.includes('--json')) console.log(JSON.stringify({ machine, results, translation }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [option, ...others] = process.argv.slice(2);
try {
  await (option === FIRST_OPTION ? runAsChild(others) : main());
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
