// What VS Code calls in its extension host: runs the suite there with mocha. Bundled by run.mjs.
import { registerSuite } from './extension.suite';

/** Rejects when a test failed, which VS Code turns into the exit code. */
export async function run(): Promise<void> {
  // An ES module; the bundle is CommonJS, as VS Code wants it.
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 90_000, color: false });
  mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
  registerSuite();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the tests in the extension host failed.`);
}
