/** A debug engine over the committed images, for scenario tests. */
import { readFileSync } from 'node:fs';
import { launch } from '../../../src/debugger/launch';
import {
  UserError,
  type DebugEngine,
  type FileHost,
  type Frame,
  type LaunchSettings,
} from '../../../src/debugger/types';

export const root = new URL('../../..', import.meta.url).pathname.replace(/\/$/, '');

export const fileHost: FileHost = {
  readFile: async (path) => {
    try {
      return new Uint8Array(readFileSync(path));
    } catch {
      throw new UserError(`${path} cannot be read: check the path`);
    }
  },
  readBuiltin: async (name) =>
    new Uint8Array(readFileSync(`${root}/firmware/images/${name.slice('builtin:'.length)}.elf`)),
  builtinSourceRoot: root,
};

export const domain = (name: string, kernel = 'builtin:mini-os', memoryMegabytes = 16) => ({
  name,
  kernel,
  memoryBytes: memoryMegabytes << 20,
  commandLine: '',
});

export const settings = (changes: Partial<LaunchSettings> = {}): LaunchSettings => ({
  machine: 'goldfish',
  memoryBytes: 96 << 20,
  hypervisor: 'builtin:xen',
  domains: [domain('Domain-0'), domain('guest1')],
  load: [],
  stopOnEntry: true,
  tickModel: 'goldfish',
  cache: 'off',
  nsPerTick: 5,
  ...changes,
});

export const withProcess = { domains: [domain('Domain-0'), domain('proc', 'builtin:proc-os')] };

/** Started: the machine stands at its entry. */
export async function session(changes: Partial<LaunchSettings> = {}): Promise<DebugEngine> {
  const engine = await launch(settings(changes), fileHost);
  await engine.start();
  return engine;
}

export const runningThread = (engine: DebugEngine): number => engine.threads().find(({ running }) => running)!.id;

/** The running thread's stack in short: function names, labels in brackets. */
export const brief = (frames: readonly Frame[]): readonly string[] =>
  frames.map(({ kind, name }) => (kind === 'label' ? `[${name}]` : name));

export const runningStack = (engine: DebugEngine): readonly string[] => brief(engine.stack(runningThread(engine)));

export const valuesOf = (engine: DebugEngine, frame: Frame, scope: string): ReadonlyMap<string, string> =>
  new Map(
    engine
      .scopes(frame)
      .find(({ name }) => name === scope)!
      .values()
      .map(({ name, text }) => [name, text]),
  );
