// Starts code-server on the loopback with a profile of its own, and gives the address of a workbench in it.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { serverEntry, serverNode, workbenchFolder, WorkbenchError } from './setup.mjs';

const host = '127.0.0.1';
const startMilliseconds = 60_000;
const stopMilliseconds = 5_000;

/**
 * @param {object} options
 * @param {readonly string[]} [options.link] folders of extensions to install by a link
 * @param {boolean} [options.driver] obey `extensionDevelopmentPath` and `extensionTestsPath` in the address; hides toasts
 * @param {Record<string, string>} [options.env] more environment for the extension host
 */
export async function startServer({ link = [], driver = false, env = {} } = {}) {
  const port = await freePort();
  // Short, because a unix socket with a limited path lives in it; fresh, because a profile remembers too much.
  const profile = mkdtempSync(path.join(os.tmpdir(), 'av-'));
  const folders = prepareProfile(profile, link);
  const child = spawn(serverNode(), serverArguments(profile, folders, port, driver), {
    // Without a gallery it would look for one on hosts that a test must not need.
    env: { ...process.env, ...env, HOME: folders.home, EXTENSIONS_GALLERY: '{"serviceUrl":""}' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const server = {
    /** Address of a workbench; `workspace` is a folder or a .code-workspace file, `file` one to open in it. */
    url: (what) => workbenchUrl(port, what),
    log: () => output,
    /** Resolves when the server ends by itself. */
    ended: new Promise((resolve) => child.once('exit', resolve)),
    async stop() {
      await endGroup(child);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await answering(port, child, () => output);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function prepareProfile(profile, link) {
  const folders = {
    data: path.join(profile, 'ud'),
    extensions: path.join(profile, 'ext'),
    home: path.join(profile, 'home'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  for (const scope of ['User', 'Machine']) {
    mkdirSync(path.join(folders.data, scope));
    copyFileSync(path.join(workbenchFolder, 'settings.json'), path.join(folders.data, scope, 'settings.json'));
  }
  const installed = link.map((folder) => {
    const { publisher, name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const relativeLocation = `${publisher}.${name}-${version}`;
    const location = path.join(folders.extensions, relativeLocation);
    symlinkSync(folder, location, 'dir');
    const uri = { $mid: 1, path: location, scheme: 'file' };
    return { identifier: { id: `${publisher}.${name}` }, version, location: uri, relativeLocation };
  });
  // Without this list the server makes it from the folder while it starts, and a workbench that is opened meanwhile has no extension.
  writeFileSync(path.join(folders.extensions, 'extensions.json'), JSON.stringify(installed));
  writeFileSync(path.join(profile, 'config.yaml'), 'auth: none\n');
  return folders;
}

function serverArguments(profile, folders, port, driver) {
  return [
    serverEntry,
    ...['--bind-addr', `${host}:${port}`, '--auth', 'none', '--config', path.join(profile, 'config.yaml')],
    ...['--user-data-dir', folders.data, '--extensions-dir', folders.extensions],
    ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
    ...['--disable-getting-started-override', '--ignore-last-opened'],
    ...(driver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
}

function workbenchUrl(port, { workspace, file, extension, tests }) {
  const remote = (file) => `vscode-remote://${host}:${port}${file}`;
  const payload = [
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
    ...(file ? [['openFile', remote(file)]] : []),
    ['skipWelcome', 'true'],
  ];
  const kind = workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
  const query = new URLSearchParams({ [kind]: workspace, payload: JSON.stringify(payload) });
  return `http://${host}:${port}/?${query}`;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, host, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function answering(port, child, output) {
  const deadline = Date.now() + startMilliseconds;
  while (child.exitCode === null && Date.now() < deadline) {
    // Not /healthz, which answers before VS Code itself is loaded.
    const response = await fetch(`http://${host}:${port}/`, { redirect: 'manual' }).catch(() => undefined);
    if (response !== undefined && response.status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const what = child.exitCode === null ? 'does not answer' : `ended with exit code ${child.exitCode}`;
  throw new WorkbenchError(`code-server ${what}:\n${output().slice(-3000)}`);
}

/** Ends a child and its own children, which it leads as a process group. */
async function endGroup(child) {
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has ended already.
    }
  };
  const gone = child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : undefined;
  signal('SIGTERM');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, stopMilliseconds).unref())]);
  signal('SIGKILL');
}
