// `npm run bench`: bundles the benchmarks as users get the machine (bundled code is faster than what tests run) and runs them.
import { build } from 'esbuild';
import path from 'node:path';
import { root, run } from './lib/setup.mjs';

const outfile = path.join(root, 'out/bench.mjs');
await build({
  entryPoints: [path.join(root, 'test/bench/main.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile,
});
process.exit(run(process.execPath, [outfile, ...process.argv.slice(2)]));
