/** Places in the firmware's sources found by their text, so that tests survive edits above them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from './goldenText';

/** The first line that matches, after one that matches `below` if given. */
export function firmwareSource(
  file: string,
  line: RegExp,
  below?: RegExp,
): { readonly path: string; readonly line: number } {
  const full = path.join(repository, 'firmware', file);
  const lines = readFileSync(full, 'utf8').split('\n');
  const start = below ? lines.findIndex((text) => below.test(text)) : 0;
  const index = lines.findIndex((text, at) => at >= start && line.test(text));
  assert.ok(start >= 0 && index >= 0, `${file} has a line like ${line}`);
  return { path: full, line: index + 1 };
}
