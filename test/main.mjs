// Imports every specification as an ES module. Given as files, mocha would load them as CommonJS, where each use of an
// imported name is a getter call: the interpreter then runs at a fifth of its speed (measured: 6 instead of 32 MIPS).
import { readdirSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
/** Run by other commands: the workbench suites and the benchmarks. */
const elsewhere = ['e2e', 'bench'];

const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !elsewhere.includes(file.split(path.sep)[0]))
  .sort();
for (const file of files) await import(new URL(file.split(path.sep).join('/'), import.meta.url).href);
