/** Texts that are kept in files and compared: golden logs and generated pages. `UPDATE_GOLDEN=1` writes them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

export const repository = path.resolve(import.meta.dirname, '../..');

/** Holds a file of the repository equal to a text. */
export function holdText(file: string, text: string): void {
  const full = path.join(repository, file);
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, text);
  }
  assert.ok(existsSync(full), `${file} is missing: UPDATE_GOLDEN=1 writes it`);
  assert.equal(text, readFileSync(full, 'utf8'), `${file} differs: UPDATE_GOLDEN=1 accepts the new text`);
}

/** The same for a Markdown page, in the format of the house. */
export async function holdPage(file: string, text: string): Promise<void> {
  const options = await resolveConfig(path.join(repository, file));
  holdText(file, await format(text, { ...options, filepath: file }));
}
