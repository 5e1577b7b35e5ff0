/** The outside truth of these tests: GNU binutils and gdb, and where they are missing, the reason to skip. */
import { execFileSync, spawnSync } from 'node:child_process';
import type { Context } from 'mocha';

const MAX_OUTPUT = 256 * 1024 * 1024;

export function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', maxBuffer: MAX_OUTPUT, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Skips a suite whose tool is not installed; in CI a missing tool is a failure. */
export function needs(context: Context, ...commands: string[]): void {
  for (const command of commands) {
    if (spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined) continue;
    if (process.env.CI) throw new Error(`${command} is not installed`);
    context.skip();
  }
}

/** Runs gdb commands on an image, without a target; returns what each of them printed. */
export function gdb(image: string, commands: readonly string[]): string[] {
  const marker = '@@next@@';
  const args = [
    '-nx',
    '-q',
    '-batch',
    '-ex',
    'set pagination off',
    '-ex',
    'set width 0',
    '-ex',
    'set print elements 0',
  ];
  for (const command of commands) args.push('-ex', `echo ${marker}\\n`, '-ex', command);
  const { stdout, stderr } = spawnSync('gdb-multiarch', [...args, image], { encoding: 'utf8', maxBuffer: MAX_OUTPUT });
  const parts = stdout.split(`${marker}\n`).slice(1);
  if (parts.length !== commands.length)
    throw new Error(`gdb answered ${parts.length} of ${commands.length}: ${stderr}`);
  return parts;
}
