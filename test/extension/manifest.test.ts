// package.json and the code that it points to: nothing in it may be hand-copied and then forgotten.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configurationAttributes } from '../../src/adapter/launchConfiguration/schema';
import { resolveLaunch } from '../../src/adapter/launchConfiguration/resolve';
import { debugType, readyConfigurations } from '../../src/extension/configurations';
import { debuggerContribution } from '../../src/extension/manifest';

interface Command {
  readonly command: string;
  readonly category?: string;
  readonly enablement?: string;
}
interface Manifest {
  readonly activationEvents: readonly string[];
  readonly icon: string;
  readonly contributes: {
    readonly debuggers: readonly Record<string, unknown>[];
    readonly commands: readonly Command[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when: string }[]>>;
    readonly languages: readonly { readonly configuration: string }[];
    readonly grammars: readonly { readonly path: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly media: { readonly markdown: string } }[] }[];
  };
}

const root = path.resolve(import.meta.dirname, '../..');
const file = path.join(root, 'package.json');
const read = () => JSON.parse(readFileSync(file, 'utf8')) as Manifest;

if (process.env.UPDATE_MANIFEST) {
  const manifest = read();
  Object.assign(manifest.contributes.debuggers[0]!, debuggerContribution());
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

describe('The manifest of the extension', () => {
  const manifest = read();
  const debuggerEntry = manifest.contributes.debuggers[0]!;

  it('describes the launch attributes exactly as the adapter checks them', () => {
    assert.deepEqual(debuggerEntry.configurationAttributes, configurationAttributes());
  });

  it('offers the ready-made configurations as initial ones and as snippets', () => {
    const derived = JSON.parse(JSON.stringify(debuggerContribution())) as Record<string, unknown>;
    for (const [key, value] of Object.entries(derived)) assert.deepEqual(debuggerEntry[key], value, key);
  });

  it('offers only configurations that the adapter accepts without a warning', () => {
    for (const configuration of readyConfigurations) {
      assert.deepEqual(resolveLaunch(configuration).warnings, [], configuration.name);
    }
  });

  it('is activated by debugging only', () => {
    assert.deepEqual(manifest.activationEvents, [
      `onDebugResolve:${debugType}`,
      'onDebugInitialConfigurations',
      `onDebugDynamicConfigurations:${debugType}`,
    ]);
  });

  it('has a category for each command, and registers each', () => {
    const source = readFileSync(path.join(root, 'src/extension/commands.ts'), 'utf8');
    for (const { command, category } of manifest.contributes.commands) {
      assert.equal(category, 'Armvisor', command);
      assert.ok(source.includes(`'${command}'`), `${command} is not registered`);
    }
  });

  it('shows a command that needs a session only while there is one', () => {
    const needing = manifest.contributes.commands.filter(({ command }) => command !== 'armvisor.debugTwoDomains');
    const palette = manifest.contributes.menus.commandPalette!;
    for (const { command, enablement } of needing) {
      assert.equal(enablement, `debugType == ${debugType}`, command);
      assert.equal(palette.find((item) => item.command === command)?.when, `debugType == ${debugType}`, command);
    }
  });

  it('points only to files that exist', () => {
    const { languages, grammars, walkthroughs } = manifest.contributes;
    const files = [
      manifest.icon,
      ...languages.map((language) => language.configuration),
      ...grammars.map((grammar) => grammar.path),
      ...walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    for (const name of files) assert.ok(existsSync(path.join(root, name)), name);
  });
});
