/**
 * The kernel's messages here and under QEMU: both logs line by line up to the shell's prompt, without what depends on time, speed
 * or the day. For boards that QEMU has too.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Finding } from './checks';
import type { LinuxImages } from './session';

const QEMU_MS = 30_000;

/** Parts of lines that differ from run to run, and what stands for them. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/^\[ *\d+\.\d+\] /, ''],
  [/\d+\.\d+ BogoMIPS \(lpj=\d+\)/, 'BogoMIPS'],
  [/audit\(\d+\.\d+:1\)/, 'audit'],
  [/setting system clock to .*/, 'setting system clock'],
];
/**
 * Lines that are meant to differ, by their beginning: QEMU's ARM926 has a VFP and lets SCTLR bit 3 be cleared (on the chip it
 * reads as one, ARM DDI 0198D 2.3.2); devices are found, and randomness gathered, when time allows.
 */
const leftOut = [/^VFP support/, /^CPU: ARM926EJ-S/, /^input: /, /^random: /, /^\S{0,20}[#$](?: |$)/];

/** The messages to compare; ends before the prompt. */
export function comparable(log: string): string[] {
  // Carriage returns, and the NUL that a driver provokes its first interrupt with.
  const text = log.replaceAll('\r', '').replaceAll('\0', '').replaceAll('^@', '');
  return text
    .split('\n')
    .map((line) => varying.reduce((plain, [pattern, name]) => plain.replace(pattern, name), line.trim()).trim())
    .filter((line) => line !== '' && !leftOut.some((pattern) => pattern.test(line)));
}

/** The first lines where two logs part; undefined when one has all lines of the other, in their order. */
export function firstDifference(ours: readonly string[], theirs: readonly string[]): string | undefined {
  const index = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, place) => place).find(
    (place) => ours[place] !== theirs[place],
  );
  return index === undefined
    ? undefined
    : `line ${index + 1} is "${ours[index] ?? '(missing)'}" here and "${theirs[index] ?? '(missing)'}" in QEMU`;
}

/** Boots the same files under QEMU and compares what was printed up to the prompt. */
export function compareWithQemu(images: LinuxImages, ourConsole: string): Finding {
  const folder = mkdtempSync(path.join(tmpdir(), 'armvisor-qemu-'));
  try {
    const files = { kernel: path.join(folder, 'kernel'), initrd: path.join(folder, 'initrd') };
    writeFileSync(files.kernel, images.kernel);
    writeFileSync(files.initrd, images.initrd);
    const machine = [
      '-M',
      images.board.name,
      '-m',
      `${images.board.defaultRamBytes >> 20}M`,
      '-nodefaults',
      '-no-reboot',
    ];
    const outside = ['-display', 'none', '-audiodev', 'none,id=none', '-monitor', 'none', '-serial', 'stdio'];
    const linux = ['-kernel', files.kernel, '-initrd', files.initrd, '-append', images.commandLine];
    const { stdout, error } = spawnSync('qemu-system-arm', [...machine, ...outside, '-icount', 'shift=0', ...linux], {
      input: '',
      timeout: QEMU_MS,
      killSignal: 'SIGKILL',
      encoding: 'latin1',
    });
    if (stdout === null || stdout === '') {
      return { passed: false, detail: `QEMU printed nothing: ${error?.message ?? 'it ended'}` };
    }
    const [ours, theirs] = [comparable(ourConsole), comparable(stdout)];
    const different = firstDifference(ours, theirs);
    return { passed: different === undefined, detail: different ?? `${ours.length} lines` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
