/**
 * The first instructions of a program, as somebody sees them who has just started a session: in a process of its own, where nothing of ours and
 * nothing of the guest has been compiled. QEMU is a process of its own in every row, so the comparison is fair; the start of either
 * process is not in it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ours, type Engine, type Measured, type Task } from './engines';
import { buildProgram, descriptions } from './programs';

/** The option that makes this bundle such a process: program, turns. */
export const FIRST_OPTION = '--first-instructions';

/** In the process: runs it and prints what was measured. */
export async function runAsChild([name, turns]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-bench-'));
  try {
    const program = buildProgram(
      folder,
      descriptions.find((each) => each.name === name)!,
    );
    const { seconds, instructions } = await ours('', { engine: 'translator' }).run({
      program,
      start: program.start,
      turns: Number(turns),
    });
    console.log(JSON.stringify({ seconds, instructions }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The translator in a new process for each run. */
export const inNewProcess: Engine = {
  name: 'translator',
  share: 1,
  run: ({ program, turns }: Task): Promise<Measured> => {
    const output = execFileSync(process.execPath, [process.argv[1]!, FIRST_OPTION, program.name, String(turns)]);
    return Promise.resolve(JSON.parse(output.toString()) as Measured);
  },
};
