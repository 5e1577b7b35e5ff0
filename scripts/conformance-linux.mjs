// `npm run conformance:linux`: bundles the checks of a booting Linux (bundled code is faster than what tests run) and runs them.
// The paths that the user gives mean the folder where npm was called.
import { build } from 'esbuild';
import path from 'node:path';
import { root, run } from './lib/setup.mjs';

const outfile = path.join(root, 'out/conformance-linux.mjs');
await build({
  entryPoints: [path.join(root, 'test/conformance/linux/main.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile,
});
process.exit(run(process.execPath, [outfile, ...process.argv.slice(2)]));
