// `npm run workbench`: sets up, builds, and opens the sample workspace in VS Code, ready for F5.
import { buildBundles, ensureNode, ensureNpmPackages, root, run } from './lib/setup.mjs';
import path from 'node:path';

ensureNode();
ensureNpmPackages();
buildBundles();
process.exit(run(process.execPath, [path.join(root, 'tools/workbench/open.mjs'), ...process.argv.slice(2)]));
