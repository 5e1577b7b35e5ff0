/** Runs `armvisor` as a person does in a terminal, from its sources, and keeps what it prints. */
import { spawn } from 'node:child_process';
import { cliArguments } from './dapClient';
import { repository } from './goldenText';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param input what is typed; standard input is closed after it */
export function armvisor(args: readonly string[], cwd: string = repository, input = ''): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...cliArguments, ...args], { cwd, env: { ...process.env, NO_COLOR: '1' } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

/** The object of `--json`: the last line of the output. */
export function jsonOf({ stdout }: CliResult): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;
}
