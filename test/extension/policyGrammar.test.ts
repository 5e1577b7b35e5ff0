// The TextMate grammar of policies: it knows what the compiler knows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { CLASS_NAMES } from '../../src/hypervisor/policy/permissions';
import { compilePolicy } from '../../src/hypervisor/policy/compile';
import { placedSentence } from '../../src/debugger/loading/placedSentence';
import { repository } from '../support/goldenText';
import { grammarOf, type ScopesOf } from '../support/textmate';

let scopesOf: ScopesOf;
const scopeIn = (line: string, text: string): string | undefined =>
  scopesOf(line).find(([token]) => token === text)?.[1];

/** What the compiler says can stand there: the list behind “use” in its sentence. */
function choices(text: string): readonly string[] {
  try {
    compilePolicy('p', text);
  } catch (error) {
    return /use ([\w, ]+)\./.exec((error as Error).message)![1]!.split(', ');
  }
  return assert.fail(text);
}

describe('The grammar of policies', () => {
  before(async () => {
    scopesOf = await grammarOf('armvisor-policy');
  });

  it('knows every statement, every limit and every class that the compiler knows', () => {
    for (const statement of choices('permit;'))
      assert.match(scopeIn(`${statement} allow x;`, statement) ?? '', /^(keyword|storage)/, statement);
    for (const limit of choices('type a; limit a { power 5; }'))
      assert.equal(scopeIn(`limit a { ${limit} 16; }`, limit), 'support.type.property-name', limit);
    for (const name of CLASS_NAMES) assert.equal(scopeIn(`allow a b : ${name} *;`, name), 'support.class', name);
  });

  it('tells types, classes and permissions of a rule apart', () => {
    assert.deepEqual(scopesOf('audit allow { a b } self : event { bind send }, console write; # why'), [
      ['audit', 'storage.modifier'],
      ['allow', 'keyword.control'],
      ['a', 'entity.name.type'],
      ['b', 'entity.name.type'],
      ['self', 'variable.language'],
      [':', 'punctuation.separator'],
      ['event', 'support.class'],
      ['bind', 'support.function'],
      ['send', 'support.function'],
      [',', 'punctuation.separator'],
      ['console', 'support.class'],
      ['write', 'support.function'],
      [';', 'punctuation.terminator.statement'],
      ['# why', 'comment.line.number-sign'],
    ]);
  });

  it('leaves no word of the sample without a colour', () => {
    const lines = readFileSync(path.join(repository, 'samples/secure/secure.policy'), 'utf8').split('\n');
    const words = lines
      .join('\n')
      .replace(/#.*|"[^"]*"/g, '')
      .match(/[\w%/]+/g)!;
    const coloured = scopesOf(...lines).filter(([, scope]) => !/comment|string/.test(scope));
    assert.deepEqual(
      coloured.map(([text]) => text).filter((text) => /\w/.test(text)),
      words,
    );
  });
});

describe('The sentence of a mistake', () => {
  it('is taken apart into line, column and what is wrong', () => {
    assert.deepEqual(placedSentence('/c:/a.policy:3:21: too much: use less.'), {
      line: 3,
      column: 21,
      sentence: 'too much: use less.',
    });
    assert.deepEqual(placedSentence('cannot be read'), { line: 1, column: 1, sentence: 'cannot be read' });
  });
});
