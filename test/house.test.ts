/** The rules of the house that a machine can hold: import boundaries, and a reason for every dependency. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ESLint } from 'eslint';

const eslint = new ESLint();

/** Rule names that a one-line file at `filePath` breaks. */
async function brokenRules(filePath: string, text: string): Promise<(string | null)[]> {
  const results = await eslint.lintText(text, { filePath });
  return results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
}

describe('the house', function () {
  this.timeout(60_000);

  const against: readonly [file: string, text: string][] = [
    ['src/machine/ram.ts', "import '../image/face';\n"],
    ['src/image/face.ts', "import '../debugger/types';\n"],
    ['src/hypervisor/types.ts', "import '../debugger/types';\n"],
    ['src/debugger/types.ts', "import '../adapter/viewProtocol';\n"],
    ['src/webview/messages.ts', "import '../debugger/types';\n"],
  ];
  for (const [file, text] of against) {
    it(`refuses ${text.trim()} in ${file}`, async () => {
      assert.ok((await brokenRules(file, text)).includes('import-x/no-restricted-paths'));
    });
  }

  it('lets the adapter import the debugger', async () => {
    assert.deepEqual(await brokenRules('src/adapter/viewProtocol.ts', "import '../debugger/types';\n"), []);
  });

  it('keeps host clocks and randomness out of the machine', async () => {
    assert.ok(
      (await brokenRules('src/machine/ram.ts', 'export const t = Date.now();\n')).includes('no-restricted-globals'),
    );
    assert.ok(
      (await brokenRules('src/machine/ram.ts', 'export const t = Math.random();\n')).includes(
        'no-restricted-properties',
      ),
    );
  });

  it('keeps Node out of everything below the adapter', async () => {
    assert.ok((await brokenRules('src/image/face.ts', "import 'node:fs';\n")).includes('no-restricted-imports'));
  });

  it('has a reason in CONTRIBUTING.md for every dependency', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;
    const text = readFileSync('CONTRIBUTING.md', 'utf8');
    const names = [...Object.keys(manifest['dependencies'] ?? {}), ...Object.keys(manifest['devDependencies'] ?? {})];
    const unexplained = names.filter((name) => !name.startsWith('@types/') && !text.includes(`\`${name}\``));
    assert.deepEqual(unexplained, []);
  });
});
