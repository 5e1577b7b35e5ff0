// `npm run fuzz:machine`: bundles the machine's fuzzer (bundled code is faster than what tests run) and runs it.
import { build } from 'esbuild';
import path from 'node:path';
import { root, run } from './lib/setup.mjs';

const outfile = path.join(root, 'out/fuzz.mjs');
await build({
  entryPoints: [path.join(root, 'test/fuzz/main.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile,
});
process.exit(run(process.execPath, [outfile, ...process.argv.slice(2)]));
