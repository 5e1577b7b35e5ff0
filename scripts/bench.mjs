// `npm run bench [-- NAME]`: bundles a benchmark of test/bench (main.ts without a name) as users get the machine, since bundled code is
// faster than what tests run, and runs it.
import { existsSync } from 'node:fs';
import { build } from 'esbuild';
import path from 'node:path';
import { buildBundles, root, run } from './lib/setup.mjs';

const source = (name) => path.join(root, `test/bench/${name}.ts`);
const [name, ...others] = process.argv.slice(2);
const named = name !== undefined && /^\w+$/.test(name) && existsSync(source(name));
// As deep as tests are, which find the firmware from where they stand.
const outfile = path.join(root, 'out/bench/bench.mjs');
await build({
  entryPoints: [source(named ? name : 'main')],
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  format: 'esm',
  packages: 'external',
  outfile,
});
// These start the adapter and the command line as users do, which are bundles of their own.
if (name === 'dap' || !named) buildBundles();
process.exit(run(process.execPath, [outfile, ...(named ? others : process.argv.slice(2))]));
