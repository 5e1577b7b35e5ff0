// `npm run bench [-- NAME]`: bundles a benchmark of test/bench (main.ts without a name) as users get the machine, since bundled code is
// faster than what tests run, and runs it.
import { existsSync } from 'node:fs';
import { build } from 'esbuild';
import path from 'node:path';
import { buildBundles, root, run } from './lib/setup.mjs';

const source = (name) => path.join(root, `test/bench/${name}.ts`);
const [name, ...others] = process.argv.slice(2);
const named = name !== undefined && /^\w+$/.test(name) && existsSync(source(name));
const outfile = path.join(root, 'out/bench.mjs');
await build({
  entryPoints: [source(named ? name : 'main')],
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  format: 'esm',
  outfile,
});
// It measures the adapter that users start, which is a bundle of its own.
if (name === 'dap') buildBundles();
process.exit(run(process.execPath, [outfile, ...(named ? others : process.argv.slice(2))]));
