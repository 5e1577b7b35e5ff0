// Bundles every entry point into dist/. Type checking is `npm run typecheck`; this only translates and joins.
import { build, context } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const watch = process.argv.includes('--watch');

/** Node bundles: the extension, the command line, the worker that holds adapter, engine and machine, and the one with a socket. */
const nodeEntries = {
  extension: 'src/extension/main.ts',
  cli: 'src/cli/main.ts',
  'adapter-worker': 'src/adapter/nodeWorker.ts',
  'stub-worker': 'src/adapter/stubWorker.mjs',
};
/** Browser bundles: one per page. */
const pageEntries = {
  memoryMap: 'src/webview/memoryMap/main.ts',
  permissions: 'src/webview/permissions/main.ts',
  display: 'src/webview/display/main.ts',
};
/** Files that are used as they are. */
const assets = [['node_modules/@alexaltea/capstone-js/dist/capstone.wasm', 'dist/capstone.wasm']];

/** Entries as absolute paths, without those whose file is not there (a partial checkout still builds). */
function present(entries) {
  const found = Object.entries(entries).filter(([, file]) => existsSync(path.join(root, file)));
  return Object.fromEntries(found.map(([name, file]) => [name, path.join(root, file)]));
}

const common = { bundle: true, sourcemap: true, target: 'es2022', logLevel: 'warning', absWorkingDir: root };
const configurations = [
  {
    ...common,
    entryPoints: present(nodeEntries),
    outdir: 'dist',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    // jsonc-parser's `main` is UMD, which hides its requires from a bundler.
    mainFields: ['module', 'main'],
    // A process is ready about a tenth of a second earlier; names stay, so that reports of defects can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    // Sources are ES modules (src/package.json); the bundles are CommonJS, as VS Code loads them.
    define: { 'import.meta.dirname': '__dirname' },
  },
  {
    ...common,
    entryPoints: present(pageEntries),
    outdir: 'dist/webview',
    platform: 'browser',
    format: 'iife',
  },
];

mkdirSync(path.join(root, 'dist/webview'), { recursive: true });
for (const [from, to] of assets) {
  if (existsSync(path.join(root, from))) cpSync(path.join(root, from), path.join(root, to));
}
const pages = path.join(root, 'src/webview');
for (const name of existsSync(pages) ? readdirSync(pages, { recursive: true }) : []) {
  if (String(name).endsWith('.css')) {
    cpSync(path.join(pages, String(name)), path.join(root, 'dist/webview', path.basename(String(name))));
  }
}

for (const configuration of configurations) {
  if (watch) await (await context(configuration)).watch();
  else await build(configuration);
}
