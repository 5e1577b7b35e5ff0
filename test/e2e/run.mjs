// The tests in a real VS Code: the suite in the extension host (suite/), then a person's walk through the workbench
// (walk/). `node test/e2e/run.mjs [suite|walk]`; exit code 0 when all pass. Screenshots go to test-results/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import Mocha from 'mocha';
import {
  ensureChromium,
  ensurePackages,
  findCommand,
  projectRoot,
  WorkbenchError,
} from '../../tools/workbench/setup.mjs';

const here = path.join(projectRoot, 'test/e2e');
const workspace = path.join(projectRoot, 'samples/armvisor.code-workspace');
const builtSuite = path.join(projectRoot, 'out/e2e/suite.cjs');

/** A desktop VS Code that can run here, else the shim. VSCODE_EXECUTABLE names one that is elsewhere. */
function vscodeExecutable() {
  const desktop = process.env.VSCODE_EXECUTABLE ?? (process.env.DISPLAY ? findCommand('code') : undefined);
  return desktop ?? path.join(projectRoot, 'tools/workbench/shim.mjs');
}

function ensureBuilt() {
  if (existsSync(path.join(projectRoot, 'dist/extension.js'))) return;
  const { status } = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: projectRoot, stdio: 'inherit' });
  if (status !== 0) throw new WorkbenchError('the build failed; its message is above.');
}

/** @returns true when every test passed */
async function runSuite() {
  await build({
    entryPoints: [path.join(here, 'suite/index.ts')],
    outfile: builtSuite,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
  });
  return runTests({
    vscodeExecutablePath: vscodeExecutable(),
    extensionDevelopmentPath: projectRoot,
    extensionTestsPath: builtSuite,
    launchArgs: [workspace],
  }).then(
    (code) => code === 0,
    (error) => {
      process.stderr.write(`${error.message}\n`);
      return false;
    },
  );
}

async function runWalk() {
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, slow: 30_000, bail: true });
  mocha.addFile(path.join(here, 'walk/walk.test.mjs'));
  await mocha.loadFilesAsync();
  return (await new Promise((resolve) => mocha.run(resolve))) === 0;
}

try {
  ensurePackages();
  ensureChromium();
  ensureBuilt();
  mkdirSync(path.join(projectRoot, 'test-results'), { recursive: true });
  const wanted = process.argv[2];
  const suite = wanted === 'walk' || (await runSuite());
  const walk = wanted === 'suite' || (await runWalk());
  process.exit(suite && walk ? 0 : 1);
} catch (error) {
  if (!(error instanceof WorkbenchError)) throw error;
  process.stderr.write(`armvisor: ${error.message}\n`);
  process.exit(1);
}
