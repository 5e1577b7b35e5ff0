/** TextMate grammars of the extension, run by VS Code's own tokenizer. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Oniguruma from 'vscode-oniguruma';
import type * as Textmate from 'vscode-textmate';
import { repository } from './goldenText';

/** Both packages are CommonJS without names that an import could see. */
const require = createRequire(import.meta.url);
const oniguruma = require('vscode-oniguruma') as typeof Oniguruma;
export const textmate = require('vscode-textmate') as typeof Textmate;

let loaded: Promise<void> | undefined;

/** Tokens of lines: each that has a scope of its own, with the innermost one shortened. */
export type ScopesOf = (...lines: readonly string[]) => readonly (readonly [string, string])[];

/** The grammar syntaxes/LANGUAGE.tmLanguage.json, whose scope is source.LANGUAGE. */
export async function loadGrammar(language: string): Promise<Textmate.IGrammar> {
  const wasm = readFileSync(path.join(path.dirname(require.resolve('vscode-oniguruma')), 'onig.wasm'));
  loaded ??= oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  await loaded;
  const file = path.join(repository, `syntaxes/${language}.tmLanguage.json`);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, 'utf8'), file),
  });
  const grammar = await registry.loadGrammar(`source.${language}`);
  assert.ok(grammar !== null);
  return grammar;
}

export async function grammarOf(language: string): Promise<ScopesOf> {
  const grammar = await loadGrammar(language);
  const scopeName = `source.${language}`;
  return (...lines) => {
    let stack = textmate.INITIAL;
    return lines.flatMap((line) => {
      const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
      stack = ruleStack;
      return tokens
        .map(({ startIndex, endIndex, scopes }) => [line.slice(startIndex, endIndex), scopes.at(-1)!] as const)
        .filter(([text, scope]) => text.trim() !== '' && scope !== scopeName)
        .map(([text, scope]) => [text.trim(), scope.replace(`.${language}`, '')] as const);
    });
  };
}
