/** `armvisor run`: from arguments to a configuration, a run and an exit code. The run itself is runner.ts. */
import { existsSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NodeFileHost } from '../../adapter/nodeHost';
import { namingAttributes } from '../../adapter/fileHosts';
import {
  chooseConfiguration,
  readConfigurations,
  substituteVariables,
} from '../../adapter/launchConfiguration/launchFile';
import { resolveLaunch, type ResolvedLaunch } from '../../adapter/launchConfiguration/resolve';
import { ConsoleLines } from '../../adapter/consoleLines';
import { launch } from '../../debugger/launch';
import { UserError, type DebugEngine, type LaunchSettings } from '../../debugger/types';
import { WavSink } from './audio';
import { loadInputLog, originOf, saveInputLog } from './inputLog';
import { report, type Outcome } from './outcome';
import type { ConsoleUser } from './consoleUser';
import { run, type Goals } from './runner';
import { writeScreenshots } from './screenshot';
import { loadSnapshot, saveSnapshot } from './snapshots';
import { startTracing, type TracingOptions } from './tracing';
import { readScriptedText, ScriptedInput } from './scriptedInput';
import { forTerminal, TerminalUser } from './terminalUser';

export interface RunOptions extends TracingOptions {
  readonly config?: string;
  readonly kernel?: string;
  readonly symbols?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly machine?: string;
  readonly memory?: string;
  readonly tickModel?: string;
  readonly cache?: string;
  readonly tlb?: string;
  readonly vfp?: string;
  readonly engine?: string;
  readonly verifyTranslator?: boolean;
  readonly date?: string;
  readonly nand?: readonly string[];
  readonly sdCard?: string;
  readonly load?: readonly string[];
  readonly pc?: string;
  readonly untilConsole?: string;
  readonly untilPc?: string;
  readonly maxInstructions?: string;
  readonly json?: boolean;
  readonly console?: boolean;
  readonly input?: readonly string[];
  readonly screenshot?: string;
  readonly audio?: string;
  readonly saveSnapshot?: string;
  readonly restoreSnapshot?: string;
  readonly recordInput?: string;
  readonly replayInput?: string;
}

/** Options that describe a native machine, by the attribute of the launch configuration they stand for. */
const nativeOptions: Readonly<
  Record<string, { readonly option: string; readonly value: (options: RunOptions) => unknown }>
> = {
  kernel: { option: '--kernel', value: (options) => options.kernel },
  symbols: { option: '--symbols', value: (options) => options.symbols },
  initrd: { option: '--initrd', value: (options) => options.initrd },
  cmdline: { option: '--cmdline', value: (options) => options.cmdline },
  machine: { option: '--machine', value: (options) => options.machine },
  memory: { option: '--memory', value: (options) => options.memory },
  tickModel: { option: '--tick-model', value: (options) => options.tickModel },
  cache: { option: '--cache', value: (options) => options.cache },
  tlb: { option: '--tlb', value: (options) => options.tlb },
  vfp: { option: '--vfp', value: (options) => options.vfp },
  engine: { option: '--engine', value: (options) => options.engine },
  date: { option: '--date', value: (options) => options.date },
  nand: { option: '--nand', value: (options) => options.nand?.map(readNand) },
  sdCard: { option: '--sd-card', value: (options) => options.sdCard && { file: options.sdCard } },
  load: { option: '--load', value: (options) => options.load?.map(readLoad) },
  entry: { option: '--pc', value: (options) => options.pc },
};

/** Watches a run from before its first instruction; returns what ends the watching. */
export type Watcher = (engine: DebugEngine, settings: LaunchSettings) => () => void;

/** Returns the exit code. Throws UserError for bad input. */
export async function runCommand(file: string | undefined, options: RunOptions, watcher?: Watcher): Promise<number> {
  const goals = readGoals(options);
  options.input?.forEach(readScriptedText);
  const resolved = await resolveOptions(file, options);
  const host = namingAttributes(new NodeFileHost(), resolved.fileAttributes);
  const engine = await launch(
    // Nobody goes back in a run without a debugger.
    { ...resolved.settings, stopOnEntry: false, historyBytes: 0, verifyTranslator: options.verifyTranslator === true },
    host,
  );
  // Of the machine as it was loaded: a snapshot is of some time after that.
  const origin = recordsOrReplays(options) ? originOf(engine.machine, resolved.settings) : undefined;
  if (options.restoreSnapshot !== undefined) loadSnapshot(engine.machine, options.restoreSnapshot);
  if (options.replayInput !== undefined) loadInputLog(engine.machine, origin!, options.replayInput);
  const lines = new ConsoleLines();
  const show = (chunks: readonly { shown: string }[]): void =>
    chunks.forEach(({ shown }) => (watcher ? process.stderr : process.stdout).write(shown));
  const sound = options.audio === undefined ? undefined : new WavSink(options.audio);
  const unsubscribe = [
    engine.machine.onDeviceOutput((_instance, output) => sound?.take(output)),
    options.console
      ? engine.machine.onConsoleOutput((port, bytes) => port === 0 && process.stdout.write(forTerminal(bytes)))
      : engine.onConsole((output) => show(lines.push(output))),
    engine.onMessage((text) => process.stderr.write(`armvisor: ${text}\n`)),
  ];
  const interrupt = (): void => engine.pause();
  process.on('SIGINT', interrupt);
  const user = consoleUser(engine, resolved.settings.nsPerTick, options);
  try {
    const writeTraces = startTracing(engine, options);
    const endWatching = watcher?.(engine, resolved.settings);
    const outcome = await run(engine, resolved.settings, goals, user).finally(() => endWatching?.());
    user?.close();
    show(lines.flush());
    if (lines.midLine) (watcher ? process.stderr : process.stdout).write('\n');
    await writeTraces();
    if (sound) process.stderr.write(`armvisor: ${sound.close().seconds} s of sound are in ${sound.name}.\n`);
    if (options.saveSnapshot !== undefined) saveSnapshot(engine.machine, options.saveSnapshot);
    if (options.screenshot !== undefined) await takeScreenshot(engine, options.screenshot);
    finish(outcome, options.json === true);
    return outcome.exitCode;
  } finally {
    // In any case: of a run that went wrong, the input is what is wanted.
    if (options.recordInput !== undefined) saveInputLog(engine.machine, origin!, options.recordInput);
    user?.close();
    process.off('SIGINT', interrupt);
    unsubscribe.forEach((end) => end());
    engine.dispose();
  }
}

const recordsOrReplays = ({ recordInput, replayInput }: RunOptions): boolean =>
  recordInput !== undefined || replayInput !== undefined;

/** Whoever types: the person at the terminal, or prepared texts. */
function consoleUser(engine: DebugEngine, nsPerTick: number, options: RunOptions): ConsoleUser | undefined {
  if (options.console) {
    if (process.stdin.isTTY) process.stderr.write('armvisor: Ctrl-A x leaves.\n');
    return new TerminalUser(engine, nsPerTick, process.stdin);
  }
  return options.input && new ScriptedInput(engine, options.input.map(readScriptedText));
}

/** What the displays show at the end; a run without a picture is told, and is no failure of the run. */
async function takeScreenshot({ machine }: DebugEngine, file: string): Promise<void> {
  const files = await writeScreenshots(machine.displays(), file);
  const said =
    files.length > 0
      ? `the display is in ${files.join(', ')}.`
      : `--screenshot wrote nothing: the board ${machine.boardName} has no display, or the guest had not switched it on.`;
  process.stderr.write(`armvisor: ${said}\n`);
}

function finish(outcome: Outcome, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(report(outcome))}\n`);
  else process.stderr.write(`armvisor: ${outcome.sentence}\n`);
}

function readGoals(options: RunOptions): Goals {
  const { untilConsole, untilPc, maxInstructions } = options;
  if (options.audio === '') throw new UserError('--audio is empty: give the name of a WAV file to write.');
  if (options.screenshot === '') throw new UserError('--screenshot is empty: give the name of a PNG file to write.');
  if (options.saveSnapshot === '') throw new UserError('--save-snapshot is empty: give the name of a file to write.');
  if (options.recordInput === '') throw new UserError('--record-input is empty: give the name of a file to write.');
  if (untilConsole === '') throw new UserError('--until-console is empty: give the text to wait for.');
  if (untilPc === '') throw new UserError('--until-pc is empty: give an address or a symbol.');
  if (maxInstructions === undefined) return { untilConsole, untilPc };
  const count = Number(maxInstructions.replaceAll('_', ''));
  if (!Number.isSafeInteger(count) || count <= 0 || maxInstructions.trim() === '') {
    throw new UserError(`--max-instructions is "${maxInstructions}": it must be a whole number above 0.`);
  }
  return { untilConsole, untilPc, maxInstructions: count };
}

function readLoad(text: string): { file: string; address: string } {
  const at = text.lastIndexOf('@');
  if (at <= 0 || at === text.length - 1) {
    throw new UserError(`--load is "${text}": it must be FILE@ADDRESS, like data.bin@0x00800000.`);
  }
  return { file: text.slice(0, at), address: text.slice(at + 1) };
}

function readNand(text: string): { name: string; file: string } {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) {
    throw new UserError(`--nand is "${text}": it must be NAME=FILE, like system=system.img.`);
  }
  return { name: text.slice(0, at), file: text.slice(at + 1) };
}

/** The settings that a command line gives, by a launch configuration or by options. Warnings go to standard error. */
export async function resolveOptions(file: string | undefined, options: RunOptions): Promise<ResolvedLaunch> {
  const resolved = options.kernel === undefined ? await fromLaunchFile(file, options) : fromOptions(file, options);
  for (const warning of resolved.warnings) process.stderr.write(`armvisor: ${warning}\n`);
  return resolved;
}

function fromOptions(file: string | undefined, options: RunOptions): ResolvedLaunch {
  if (file !== undefined) {
    throw new UserError(
      `Both ${file} and --kernel say what to run: give a launch configuration or a kernel, not both.`,
    );
  }
  const given = Object.entries(nativeOptions).map(([attribute, { value }]) => [attribute, value(options)] as const);
  const configuration = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return resolveLaunch(configuration, process.cwd(), (attribute) => {
    const [name] = attribute.split(/[[.]/);
    return nativeOptions[name]?.option ?? `"${attribute}"`;
  });
}

async function fromLaunchFile(file: string | undefined, options: RunOptions): Promise<ResolvedLaunch> {
  const stray = Object.values(nativeOptions).find(({ value }) => value(options) !== undefined);
  if (stray) {
    throw new UserError(
      `${stray.option} belongs to a native run: add --kernel FILE, or put it into the launch configuration.`,
    );
  }
  const launchFile = findLaunchFile(file);
  const shown = path.relative(process.cwd(), launchFile) || launchFile;
  const text = new TextDecoder().decode(await new NodeFileHost().readFile(launchFile));
  const configuration = chooseConfiguration(readConfigurations(text, shown), options.config, shown);
  if (configuration.request !== 'launch') {
    throw new UserError(
      `The configuration "${String(configuration.name)}" in ${shown} has no "request": "launch": add it.`,
    );
  }
  const folder = path.dirname(launchFile);
  const workspaceFolder = path.basename(folder) === '.vscode' ? path.dirname(folder) : folder;
  const variables = { workspaceFolder, userHome: os.homedir(), env: process.env };
  return resolveLaunch(substituteVariables(configuration, variables), workspaceFolder);
}

function findLaunchFile(file: string | undefined): string {
  const named = path.resolve(file ?? '.vscode/launch.json');
  if (existsSync(named) && statSync(named).isDirectory()) return path.join(named, '.vscode', 'launch.json');
  if (file === undefined && !existsSync(named)) {
    throw new UserError(
      'There is no .vscode/launch.json in this folder: name a launch.json, or give --kernel FILE to run a kernel natively.',
    );
  }
  return named;
}
