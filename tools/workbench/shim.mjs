#!/usr/bin/env node
// Stands in for the VS Code executable where there is no desktop VS Code: takes the arguments that @vscode/test-electron
// gives it, runs the tests in code-server's extension host, prints what they print, and exits with their exit code.
import util from 'node:util';
import { startBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

const testMilliseconds = 150_000;
/** What the workbench itself logs, as opposed to the tests. */
const noise =
  /Ignoring fetching|Creating a socket|connection token|AccountPolicyGate|AgentHost|reconnection-grace|Service Worker|additional builtin|\[remote-connection\]|INFO|Settings Sync|spdlog.node/;

const valueOf = (name) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const workspace = process.argv.slice(2).find((argument) => argument.startsWith('/'));
const extension = valueOf('extensionDevelopmentPath');
const tests = valueOf('extensionTestsPath');
if (workspace === undefined || extension === undefined || tests === undefined) {
  process.stderr.write('shim.mjs: needs a workspace, --extensionDevelopmentPath= and --extensionTestsPath=\n');
  process.exit(2);
}

const server = await startServer({ driver: true });
let code = 1;
try {
  const browser = await startBrowser();
  try {
    const { page } = browser;
    const finished = new Promise((resolve) => {
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    await page.exposeFunction('codeAutomationLog', (_kind, parts) => {
      const text = util.format(...parts);
      if (!noise.test(text)) process.stdout.write(`${text}\n`);
    });
    await page.goto(server.url({ workspace, extension, tests }));
    const late = new Promise((resolve) => setTimeout(resolve, testMilliseconds, 124).unref());
    code = await Promise.race([finished, late]);
    if (code === 124) process.stderr.write(`The tests did not end within ${testMilliseconds / 1000} s.\n`);
  } finally {
    await browser.stop();
  }
} finally {
  await server.stop();
}
process.exit(code);
