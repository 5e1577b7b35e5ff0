/**
 * `npm run conformance:linux`: boots an unmodified Linux kernel that is given by its path, asks it the checks of checks.ts at its
 * console, boots it again to compare the states, and prints one table. Exit code 0 when everything passed, 1 otherwise.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checks as commonChecks, type Finding } from './checks';
import { checkDeterminism, checkReplay } from './determinism';
import { goldfishChecks } from './deviceChecks';
import { checkEngines } from './engines';
import { goldfishWithMedia } from './media';
import { rootFileSystem } from './programs';
import { checkDhcp } from './network';
import { compareWithQemu } from './qemuLog';
import { type LinuxImages, LinuxSession, requireBoard } from './session';
import { stateDigest } from './stateDigest';

const USAGE =
  'Usage: npm run conformance:linux -- --kernel FILE [--initrd FILE] [--board NAME] [--cmdline TEXT] ' +
  '[--max-instructions N] [--qemu] [--show-console] [--json]';

/** What each board's kernel is told when nothing is asked for: where its console is. */
const commandLines: Readonly<Record<string, string>> = {
  goldfish: 'qemu=1 console=ttyS0',
  versatilepb: 'console=ttyAMA0 rdinit=/init',
};

interface Options {
  readonly kernel: string;
  readonly initrd?: string;
  readonly board: string;
  readonly cmdline?: string;
  readonly maxInstructions: number;
  /** Boot the same files under QEMU, too, and compare the messages. */
  readonly qemu: boolean;
  readonly showConsole: boolean;
  readonly json: boolean;
}

interface Row extends Finding {
  readonly name: string;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kernel: { type: 'string' },
      initrd: { type: 'string' },
      board: { type: 'string', default: 'goldfish' },
      cmdline: { type: 'string' },
      'max-instructions': { type: 'string', default: '1000000000' },
      qemu: { type: 'boolean', default: false },
      'show-console': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.kernel === undefined) throw new Error(`--kernel is missing: name a zImage. ${USAGE}`);
  const maxInstructions = Number(values['max-instructions'].replaceAll('_', ''));
  if (!Number.isSafeInteger(maxInstructions) || maxInstructions <= 0) {
    throw new Error(`--max-instructions is "${values['max-instructions']}": it must be a whole number above 0.`);
  }
  const { kernel, initrd, board, cmdline, qemu, json } = values;
  return { kernel, initrd, board, cmdline, maxInstructions, qemu, showConsole: values['show-console'], json };
}

/** Paths mean the folder in which npm was called, which npm tells; it runs scripts in the project's. */
const userFolder = process.env.INIT_CWD ?? process.cwd();

function readImage(option: string, file: string): Uint8Array {
  const named = path.resolve(userFolder, file);
  if (!existsSync(named))
    throw new Error(`${option} names ${file}, which does not exist. None is delivered with Armvisor.`);
  const bytes = readFileSync(named);
  if (bytes.length === 0) throw new Error(`${option} names ${file}, which is empty.`);
  return bytes;
}

/** The offset of a zImage's magic number (Documentation/arm/Booting). */
const ZIMAGE_MAGIC = { offset: 0x24, value: 0x016f2818 };

function readKernel(file: string): Uint8Array {
  const bytes = readImage('--kernel', file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 0x28 || view.getUint32(ZIMAGE_MAGIC.offset, true) !== ZIMAGE_MAGIC.value) {
    throw new Error(`--kernel names ${file}, which is no ARM zImage: it lacks the magic number 0x016f2818 at 0x24.`);
  }
  return bytes;
}

function loadImages(options: Options, folder: string): LinuxImages & { readonly hasPrograms: boolean } {
  const kernel = readKernel(options.kernel);
  const given = options.initrd === undefined ? undefined : readImage('--initrd', options.initrd);
  const board = options.board === 'goldfish' ? goldfishWithMedia() : requireBoard(options.board);
  const root = rootFileSystem(
    path.join(folder, 'test/conformance/linux/programs'),
    path.join(folder, 'out/linux'),
    given,
  );
  return { board, kernel, commandLine: options.cmdline ?? commandLines[options.board] ?? '', ...root };
}

function lastLines(session: LinuxSession): string {
  return session.console.trimEnd().split('\n').slice(-8).join('\n');
}

/** @returns the exit code */
export function main(args: readonly string[], folder: string): number {
  const options = readOptions(args);
  const images = loadImages(options, folder);
  const checks = options.board === 'goldfish' ? [...goldfishChecks, ...commonChecks] : commonChecks;
  const rows: Row[] = [];
  const show = (row: Row): void => {
    rows.push(row);
    if (!options.json)
      process.stdout.write(`${row.passed ? 'ok  ' : 'FAIL'}  ${row.name}: ${row.detail.slice(0, 80)}\n`);
  };

  const session = new LinuxSession(images);
  const prompted = session.waitForPrompt(options.maxInstructions);
  const instructions = session.machine.instructionCount;
  const boot = { passed: prompted, detail: prompted ? `after ${instructions} instructions` : 'no prompt' };
  show({ name: 'boots to a shell', ...boot });
  if (prompted && options.qemu)
    show({ name: 'prints what it prints under QEMU', ...compareWithQemu(images, session.console) });
  if (prompted) {
    const atPrompt = stateDigest(session.machine.snapshot());
    const asked = checks.filter(({ needsPrograms }) => images.hasPrograms || !needsPrograms);
    for (const check of asked) show({ name: check.name, ...check.ask(session) });
    show({
      name: 'all that was typed, replayed from the input log, comes to the same state',
      ...checkReplay(images, session),
    });
    const dhcp = checkDhcp(images, options.maxInstructions);
    if (dhcp !== undefined) show({ name: 'network: gets its address by DHCP', ...dhcp });
    const twice = [...checkDeterminism(images, atPrompt, instructions), ...checkEngines(images, instructions)];
    for (const { name, finding } of twice) show({ name, ...finding });
  }
  const passed = rows.filter((row) => row.passed).length;
  if (options.showConsole) process.stdout.write(session.console);
  else if (!prompted && !options.json) process.stdout.write(`The console ended with:\n${lastLines(session)}\n`);
  const kernelVersion = /Linux version (\S+)/.exec(session.console)?.[1];
  const leftOut = images.hasPrograms ? 0 : checks.filter(({ needsPrograms }) => needsPrograms).length;
  const summary = {
    kernel: kernelVersion ?? null,
    board: options.board,
    instructionsToPrompt: prompted ? instructions : null,
  };
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ ...summary, passed, failed: rows.length - passed, leftOut, checks: rows })}\n`,
    );
  } else {
    const left =
      leftOut > 0 ? `, ${leftOut} left out: the initrd is no cpio archive, so our programs cannot be added` : '';
    process.stdout.write(
      `Linux ${kernelVersion ?? '(silent)'} on ${options.board}: ${passed} of ${rows.length} checks passed${left}.\n`,
    );
  }
  return passed === rows.length ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2), process.cwd());
} catch (error) {
  process.stderr.write(`conformance:linux: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
