// `npm start`: sets up, builds, and runs the tour (src/cli/tour) in this terminal.
import { buildBundles, ensureNode, ensureNpmPackages, root, run } from './lib/setup.mjs';
import path from 'node:path';

ensureNode();
ensureNpmPackages();
buildBundles();
process.exit(run(process.execPath, [path.join(root, 'dist/cli.js'), 'tour', ...process.argv.slice(2)]));
