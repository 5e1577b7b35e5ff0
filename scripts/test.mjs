// `npm test`: sets everything up on a fresh machine and runs every check, in the order in which a failure is cheapest
// to find. Prints one line a step and closes with the number of tests that passed and failed.
// `npm test -- units` (or any step's name) runs the named steps only.
import { spawn } from 'node:child_process';
import { ensureDebianPackages, ensureNode, ensureNpmPackages, root } from './lib/setup.mjs';

const node = process.execPath;
const tool = (name) => `node_modules/.bin/${name}`;

/** Each step: a name and a command; `counts` marks those whose mocha summary is added up. */
const steps = [
  { name: 'typecheck', command: [tool('tsc'), '--noEmit'] },
  { name: 'lint', command: [tool('eslint'), '.', '--max-warnings', '0'] },
  { name: 'format', command: [tool('prettier'), '--check', '.'] },
  { name: 'build', command: [node, 'esbuild.mjs'] },
  { name: 'firmware', command: ['make', '-s', '-C', 'firmware', 'check'] },
  { name: 'units', command: [tool('mocha')], counts: true },
  { name: 'workbench', command: [node, 'test/e2e/run.mjs'], counts: true },
];

const totals = { passed: 0, failed: 0, skipped: 0 };
/** Mocha's summary lines, and the total each adds to. */
const summaries = [
  [/^\s*(\d+) passing/gm, 'passed'],
  [/^\s*(\d+) failing/gm, 'failed'],
  [/^\s*(\d+) pending/gm, 'skipped'],
];

function execute({ command, counts }) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      if (counts) text += chunk;
    });
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code) => {
      for (const [pattern, total] of summaries) {
        for (const match of text.replace(/\x1b\[[0-9;]*m/g, '').matchAll(pattern)) totals[total] += Number(match[1]);
      }
      resolve(code ?? 1);
    });
  });
}

ensureNode();
ensureNpmPackages();
ensureDebianPackages();
const wanted = process.argv.slice(2);
const failures = [];
for (const step of steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const start = Date.now();
  process.stdout.write(`\n== ${step.name}\n`);
  const code = await execute(step);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  process.stdout.write(`== ${step.name}: ${code === 0 ? 'ok' : `failed (exit ${code})`}, ${seconds} s\n`);
  if (code !== 0) failures.push(step.name);
}
if (failures.length > 0) process.stdout.write(`\nFailed steps: ${failures.join(', ')}\n`);
process.stdout.write(`\nTests: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exit(failures.length === 0 ? 0 : 1);
