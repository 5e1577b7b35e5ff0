/** docs/paper.md: every link leads to a file that has the symbol, or to a test of that title. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { repository } from '../support/goldenText';

const page = path.join(repository, 'docs/paper.md');
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && line.includes(']('))
  .map((line) => line.split(' | '));

interface Link {
  readonly text: string;
  readonly file: string;
}

const links = (cell: string): Link[] =>
  [...cell.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, text, file]) => ({
    text: text!,
    file: path.resolve(path.dirname(page), file!),
  }));

/** A definition of this name, in assembly, C or TypeScript. */
const defines = (name: string): RegExp =>
  new RegExp(
    `ENTRY\\(${name}\\)|\\.macro ${name}\\b|#define ${name}\\b|^${name}:|struct ${name} \\{|` +
      `^[a-z][\\w \\*]*\\b${name}\\([^;]*$|^${name}\\(|export (async )?(function|const) ${name}\\b`,
    'm',
  );

describe('docs/paper.md', () => {
  it('has a row for each part of the paper, with code and tests', () => {
    assert.ok(rows.length >= 27, `${rows.length} rows`);
    for (const [what, code, tests] of rows) {
      assert.ok(links(code ?? '').length > 0, `${what}: no code`);
      assert.ok(links(tests ?? '').length > 0, `${what}: no test`);
    }
  });

  it('names symbols that are defined in the files that it links', () => {
    for (const [, code] of rows)
      for (const { text, file } of links(code ?? '')) {
        assert.ok(existsSync(file), file);
        assert.match(readFileSync(file, 'utf8'), defines(text.replaceAll('`', '')), `${text} in ${file}`);
      }
  });

  it('names tests that there are', () => {
    for (const [, , tests] of rows)
      for (const { text, file } of links(tests ?? '')) {
        assert.ok(existsSync(file), file);
        const source = readFileSync(file, 'utf8').replace(/\$\{[^}]*\}: /g, '');
        assert.ok(source.includes(text), `“${text}” in ${file}`);
      }
  });
});
