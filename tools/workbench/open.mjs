// `npm run workbench`: opens the sample workspace with this extension in VS Code, ready for F5: in the desktop VS Code where
// there is one, else in code-server, whose address it prints. `--code-server` takes code-server in any case.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensurePackages, findCommand, projectRoot, WorkbenchError } from './setup.mjs';

const workspace = path.join(projectRoot, 'samples/armvisor.code-workspace');

/** The desktop VS Code. Its `code` command refuses to run as root, so there code-server it is. */
function desktopCode() {
  const wanted = !process.argv.includes('--code-server') && process.getuid?.() !== 0;
  return wanted ? findCommand('code', 'code.cmd', 'codium') : undefined;
}

function openDesktop(code) {
  console.log(`Opening ${path.relative(process.cwd(), workspace)} in ${code} ... Press F5 there.`);
  const result = spawnSync(code, ['--new-window', `--extensionDevelopmentPath=${projectRoot}`, workspace], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return result.status ?? 1;
}

async function openServer() {
  ensurePackages();
  // Only now: it needs what ensurePackages installs.
  const { startServer } = await import('./server.mjs');
  const server = await startServer({ link: [projectRoot] });
  const url = server.url({ workspace });
  console.log(`VS Code with Armvisor runs at\n\n  ${url}\n\nOpen it in a browser and press F5. Ctrl-C here ends it.`);
  openInBrowser(url);
  await Promise.race([interrupted(), server.ended]);
  await server.stop();
  return 0;
}

/** Best effort, on a desktop only: without one the printed address is the way. */
function openInBrowser(url) {
  const hasDisplay = process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const opener = hasDisplay ? findCommand('xdg-open', 'open') : undefined;
  if (opener === undefined) return;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

function interrupted() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
}

try {
  const code = desktopCode();
  process.exitCode = code === undefined ? await openServer() : openDesktop(code);
} catch (error) {
  if (!(error instanceof WorkbenchError)) throw error;
  console.error(`armvisor: ${error.message}`);
  process.exitCode = 1;
}
