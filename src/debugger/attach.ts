/**
 * From settings to a debug engine over a machine that somebody else executes, behind a GDB stub: images give symbols and are loaded
 * nowhere, and the machine stands where it stood. The counterpart of launch.ts.
 */
import { loadAddress } from '../hypervisor/addressSpace';
import { Hypervisor } from '../hypervisor/hypervisor';
import { StubMachine } from '../stub/stubMachine';
import { awareOf } from './awareImage';
import { Engine } from './engine';
import { boardOf } from './loading/board';
import { ImageLoader } from './loading/loadImages';
import { defaultRunHost, type RunHost } from './run/host';
import { Target } from './target/target';
import { UserError, type DebugEngine, type FileHost, type LaunchSettings, type StubAddress } from './types';

/** Rejects with UserError, one sentence, for every mistake in the settings, the files, or at the other end. */
export async function attach(
  settings: LaunchSettings,
  stub: StubAddress,
  host: FileHost,
  runHost: RunHost = defaultRunHost(),
): Promise<DebugEngine> {
  const diagnostics: string[] = [];
  const board = await boardOf(settings, host);
  const loader = new ImageLoader(host);
  const load = async (file: string) => (await loader.load(file)).image;
  const domains = await Promise.all(
    settings.domains.map(async ({ kernel, symbols }) => [await load(symbols ?? kernel)]),
  );
  const hypervisor =
    settings.hypervisor === undefined ? undefined : awareOf(await load(settings.hypervisor), settings.awareness);
  const nativeFile = settings.symbols ?? settings.kernel;
  const native = hypervisor || nativeFile === undefined ? [] : [await load(nativeFile)];
  const machine = await connect(stub, host, {
    boardName: board.name,
    ram: { base: board.ramBase, bytes: settings.memoryBytes ?? board.defaultRamBytes },
    onDiagnostic: (text) => diagnostics.push(text),
  });
  const names = settings.domains.map(({ name }) => name);
  const main = hypervisor ?? native[0];
  return new Engine({
    target: new Target(
      machine,
      { ...(hypervisor && { hypervisor }), domains, native },
      hypervisor && new Hypervisor(machine, hypervisor, names),
    ),
    settings,
    entry: main ? (loadAddress(main, main.entry) ?? main.entry) : 0,
    builtinSourceRoot: host.builtinSourceRoot,
    runHost,
    diagnostics,
  });
}

async function connect(
  { host, port }: StubAddress,
  files: FileHost,
  rest: Pick<ConstructorParameters<typeof StubMachine>[0], 'boardName' | 'ram' | 'onDiagnostic'>,
): Promise<StubMachine> {
  if (!files.openStub)
    throw new UserError('A GDB stub cannot be reached from a browser: use VS Code on the desktop, or "armvisor dap".');
  const channel = await files.openStub(host, port);
  try {
    return new StubMachine({ ...rest, channel, where: `${host}:${port}` });
  } catch (error) {
    channel.close();
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}
