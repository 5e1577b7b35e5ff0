// Lint rules, first of all the import boundaries of the house:
// machine <- stub <- image <- hypervisor <- debugger <- {adapter, gdb} <- {cli, extension}; webview imports only message types.
import tseslint from 'typescript-eslint';
import { importX } from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';

/** Innermost first: a layer may import from those before it, never from those after it. */
const layers = ['machine', 'stub', 'image', 'hypervisor', 'debugger', 'adapter'];
const doors = ['cli', 'extension'];

const zones = [
  ...layers.map((layer, index) => ({
    target: `./src/${layer}`,
    from: [...layers.slice(index + 1), 'gdb', ...doors, 'webview'].map((name) => `./src/${name}`),
    message: `src/${layer} must not know the layers above it (CONTRIBUTING.md, "The house").`,
  })),
  {
    target: './src/gdb',
    from: ['adapter', ...doors, 'webview'].map((name) => `./src/${name}`),
    message: 'src/gdb is a door beside the adapter: both know the debugger, and not each other.',
  },
  { target: './src/cli', from: ['./src/extension', './src/webview'] },
  { target: './src/extension', from: ['./src/cli'] },
  {
    target: './src/webview',
    from: [...layers, ...doors].map((name) => `./src/${name}`),
    except: ['../adapter/viewProtocol.ts', '../adapter/pixels.ts'],
    message: 'Pages import only message types.',
  },
];

export default tseslint.config(
  {
    ignores: ['dist/', 'out/', 'node_modules/', 'firmware/', 'test-results/', '.workbench/', 'tools/**/node_modules/'],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Decision 1 of the design: machine state is a function of images, configuration and input log.
    files: ['src/machine/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'process'],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'The machine is deterministic.' },
      ],
    },
  },
  {
    // Decision 9: below the Node entry points the same code runs in a browser.
    files: ['src/{machine,stub,image,hypervisor,debugger,gdb,webview}/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['node:*', 'fs', 'path', 'os', 'child_process', 'vscode'] }],
    },
  },
  // The interpreter's loop: one function whose cases must stand in one place to be fast (measured, see its header).
  { files: ['src/machine/arm926/interpreter.ts'], rules: { 'max-lines': 'off' } },
  { files: ['src/cli/**/*.ts', 'test/**/*.ts', 'scripts/**', '*.mjs'], rules: { 'no-console': 'off' } },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-unused-expressions': 'off' } },
);
