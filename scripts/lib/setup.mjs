// Brings a fresh clone to where it can build: npm packages and Debian packages. Node built-ins only, because this
// runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** What each Debian package is needed for, by the command that it brings. */
export const debianPackages = {
  'arm-none-eabi-gcc': 'gcc-arm-none-eabi',
  'qemu-system-arm': 'qemu-system-arm',
  'gdb-multiarch': 'gdb-multiarch',
  chromium: 'chromium',
  make: 'make',
};

/** Ends the program with one sentence. */
export function fail(sentence) {
  process.stderr.write(`armvisor: ${sentence}\n`);
  process.exit(1);
}

/** Runs a command with its output shown; returns its exit code. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) fail(`${command} could not be started (${result.error.message}).`);
  return result.status ?? 1;
}

export function hasCommand(command) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.some((folder) => folder !== '' && existsSync(path.join(folder, command)));
}

export function ensureNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) fail(`Node ${process.versions.node} is too old; install Node 20 or newer.`);
}

/** Installs the npm packages when the lock file has changed since they were last installed. */
export function ensureNpmPackages() {
  const stamp = path.join(root, 'node_modules/.armvisor-lock');
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stdout.write('Installing npm packages ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = { shell: process.platform === 'win32' };
  if (run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], options) !== 0) {
    fail('npm ci failed; its message is above. Check the network and run this again.');
  }
  writeFileSync(stamp, lock);
}

/** Installs the Debian packages whose commands are missing: as root by apt-get, otherwise it names them. */
export function ensureDebianPackages() {
  const missing = Object.entries(debianPackages).filter(([command]) => !hasCommand(command));
  if (missing.length === 0) return;
  const names = missing.map(([, name]) => name);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !hasCommand('apt-get')) {
    fail(`the tests need ${names.join(', ')}; install them first, on Debian: sudo apt-get install ${names.join(' ')}`);
  }
  process.stdout.write(`Installing ${names.join(', ')} ...\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  run('apt-get', ['update', '-qq'], quiet);
  const install = ['-o', 'DPkg::Lock::Timeout=240', 'install', '-y', '-qq', '--no-install-recommends', ...names];
  if (run('apt-get', install, quiet) !== 0) fail(`apt-get could not install ${names.join(', ')}; see above.`);
}

export function buildBundles() {
  if (run(process.execPath, ['esbuild.mjs']) !== 0) fail('the build failed; its message is above.');
}
