/**
 * What is checked on a running Linux, as a table: each check is a name and a question to a session, answered with what was
 * found and whether it is right. The shell may be ours or any other; commands are those that every shell has.
 */
import { expectedOutputs, crcLine } from './expected';
import { HOME } from './programs';
import type { LinuxSession } from './session';

export interface Finding {
  readonly passed: boolean;
  /** What was seen, in a few words. */
  readonly detail: string;
}

export interface Check {
  readonly name: string;
  /** Needs our programs in the root file system. */
  readonly needsPrograms: boolean;
  ask(session: LinuxSession): Finding;
}

export const program = (name: string): string => `/${HOME}/${name}`;
const firstLine = (text: string): string => text.split('\n', 1)[0];
const noPrompt: Finding = { passed: false, detail: 'no prompt came back' };

/** A check of what one command prints. */
export function answers(
  name: string,
  command: string,
  judge: (answer: string) => Finding,
  needsPrograms = true,
  maxInstructions?: number,
): Check {
  return {
    name,
    needsPrograms,
    ask(session) {
      const answer = session.command(command, maxInstructions);
      return answer === undefined ? noPrompt : judge(answer);
    },
  };
}

/** Passed when the answer is exactly this; else the first line that differs is the detail. */
export const equals =
  (expected: string) =>
  (answer: string): Finding => {
    if (answer === expected) return { passed: true, detail: firstLine(answer) };
    const got = answer.split('\n');
    const at = expected.split('\n').findIndex((line, index) => line !== got[index]);
    const line = at < 0 ? expected.split('\n').length - 1 : at;
    return { passed: false, detail: `"${got[line] ?? ''}" where "${expected.split('\n')[line] ?? ''}" is right` };
  };

export const matches =
  (pattern: RegExp) =>
  (answer: string): Finding => {
    const found = pattern.exec(answer);
    return found
      ? { passed: true, detail: found[0].replace(/\s+/g, ' ').trim() }
      : { passed: false, detail: `"${firstLine(answer)}" does not match ${pattern.source}` };
  };

const SHELL_ONLY = false;

const shellChecks: readonly Check[] = [
  answers('the shell computes', 'echo $((6*7))', equals('42\n'), SHELL_ONLY),
  answers('a command that fails says so', '/absent; echo status $?', matches(/status 127\n$/), SHELL_ONLY),
  answers(
    'a long line is typed whole',
    `echo ${'0123456789'.repeat(20)}`,
    equals(`${'0123456789'.repeat(20)}\n`),
    SHELL_ONLY,
  ),
];

/** Interrupts of the timer so far, from /proc/interrupts: the input whose name has "timer" in it. */
function timerInterrupts(session: LinuxSession): number | undefined {
  const found = /^ *\d+: +(\d+) .*timer/im.exec(session.command(`${program('cat')} /proc/interrupts`) ?? '');
  return found ? Number(found[1]) : undefined;
}

const kernelChecks: readonly Check[] = [
  answers(
    '/proc/version names the kernel',
    `${program('cat')} /proc/version`,
    matches(/^Linux version \d+\.\d+\.\d+\S*/),
  ),
  answers('/proc/cpuinfo names the CPU', `${program('cat')} /proc/cpuinfo`, matches(/ARM926EJ-S[^\n]*/)),
  {
    name: 'the timer interrupts, as often as time passes',
    needsPrograms: true,
    ask(session) {
      const before = timerInterrupts(session);
      session.command(`${program('clock')}`);
      const after = timerInterrupts(session);
      if (before === undefined || after === undefined) return { passed: false, detail: 'no timer in /proc/interrupts' };
      return { passed: after > before, detail: `${before}, after half a second ${after}` };
    },
  },
  answers('a process sleeps as long as asked, by a clock that never runs back', program('clock'), (answer) => {
    const found = /^slept-microseconds (\d+)\nbackwards 0\n$/.exec(answer);
    const slept = Number(found?.[1] ?? 0);
    // Five times 0.1 s; a kernel of that time wakes a sleeper at the tick after, so each may take up to two ticks (20 ms) longer.
    return { passed: slept >= 500_000 && slept < 620_000, detail: `5 × 100 ms took ${slept} µs` };
  }),
];

const names: Readonly<Record<string, string>> = {
  compute: 'a program computes (ARM)',
  'compute-thumb': 'a program computes (Thumb)',
  processes: 'processes: fork, copy on write, pipe, exec, exit codes',
  signals: 'signals, and faults that the MMU reports',
  memory: '24 MB touched, shared and private pages, kernel helpers',
};

const programChecks: readonly Check[] = Object.entries(names).map(([name, text]) =>
  answers(text, program(name), equals(expectedOutputs[name]), true, 300_000_000),
);

const typed = 'Pack my box with five dozen liquor jugs.';
const pipeChecks: readonly Check[] = [
  answers(
    'a pipe of three programs carries bytes',
    `echo ${typed} | ${program('cat')} | ${program('crc32')}`,
    equals(crcLine(new TextEncoder().encode(`${typed}\n`))),
  ),
  answers(
    'a file is written and read back',
    `echo ${typed} > /tmp.txt; ${program('write')} /tmp.txt 40 abcdefgh 20000; ${program('crc32')} /tmp.txt`,
    equals(crcLine(new TextEncoder().encode(typed + 'abcdefgh'.repeat(20000)))),
  ),
];

export const checks: readonly Check[] = [...shellChecks, ...kernelChecks, ...programChecks, ...pipeChecks];
