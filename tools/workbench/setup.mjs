// Installs the workbench (code-server, the Node it needs, playwright-core, chromium) on first use and says where its
// parts are. Starts nothing: `server.mjs` and `browser.mjs` do. Node built-ins only, because it runs first.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const workbenchFolder = path.dirname(fileURLToPath(import.meta.url));
export const projectRoot = path.resolve(workbenchFolder, '../..');

const modules = path.join(workbenchFolder, 'node_modules');
const vscodeFolder = path.join(modules, 'code-server/lib/vscode');
/** code-server refuses every other major version of Node. */
const nodeMajor = 24;

/** A sentence for people; the callers print it without a stack trace. */
export class WorkbenchError extends Error {}

/**
 * The Node that runs code-server: the one that runs us when it has the right version, else the one from npm.
 * @returns {string} path of the executable
 */
export function serverNode() {
  if (Number(process.versions.node.split('.')[0]) === nodeMajor) return process.execPath;
  const packaged = path.join(modules, `node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(packaged)) return packaged;
  throw new WorkbenchError(
    `code-server needs Node ${nodeMajor}, and npm has none for ${process.platform}-${process.arch}; ` +
      `run this with Node ${nodeMajor}, or use a desktop VS Code (put its "code" command on the PATH).`,
  );
}

export const serverEntry = path.join(modules, 'code-server/out/node/entry.js');

/** First executable of these names on the PATH; undefined when there is none. */
export function findCommand(...names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    const found = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
  }
  return undefined;
}

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium for playwright; CHROMIUM in the environment wins. */
export function findChromium() {
  return process.env.CHROMIUM ?? findCommand(...chromiumNames);
}

function runOrFail(what, command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', ...options });
  if (result.error === undefined && result.status === 0) return;
  const reason = result.error?.message ?? result.stderr.trim().split('\n').slice(-8).join('\n');
  throw new WorkbenchError(`${what} failed:\n${reason}\nCheck the network and run this again.`);
}

/** Installs the npm packages of this folder when package.json has changed since they were last installed. */
export function ensurePackages(report = console.log) {
  const stamp = path.join(modules, '.installed');
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(workbenchFolder, 'package.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  report('Installing a VS Code for tests (code-server, about 800 MB, a minute) ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--no-package-lock'];
  runOrFail('npm install in tools/workbench', npm, ['install', ...quiet], { cwd: workbenchFolder });
  // `npm ci` would refuse: the shrinkwrap that code-server ships is out of step with its own package.json.
  const withNode = { ...process.env, PATH: path.dirname(serverNode()) + path.delimiter + process.env.PATH };
  const vscodePackages = { cwd: vscodeFolder, env: withNode };
  runOrFail('npm install of the packages of VS Code', npm, ['install', '--omit=dev', ...quiet], vscodePackages);
  writeFileSync(stamp, wanted);
}

/** Chromium from Debian: as root by apt-get, otherwise the error names the package. */
export function ensureChromium(report = console.log) {
  if (findChromium() !== undefined) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || findCommand('apt-get') === undefined) {
    throw new WorkbenchError(
      'no Chromium found; install it (on Debian: sudo apt-get install chromium) or set CHROMIUM to its path.',
    );
  }
  report('Installing chromium ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  runOrFail('apt-get update', 'apt-get', ['update', '-qq'], { env });
  const options = ['-o', 'DPkg::Lock::Timeout=240', '-y', '-qq', '--no-install-recommends'];
  runOrFail('apt-get install chromium', 'apt-get', ['install', ...options, 'chromium'], { env });
}

/** playwright-core, which is only there after `ensurePackages`. */
export async function playwright() {
  return import(new URL('node_modules/playwright-core/index.mjs', import.meta.url).href);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensurePackages();
    ensureChromium();
    console.log(`code-server: ${serverEntry}\nnode: ${serverNode()}\nchromium: ${findChromium()}`);
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    console.error(`armvisor: ${error.message}`);
    process.exitCode = 1;
  }
}
