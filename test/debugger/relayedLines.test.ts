/** What a driver domain prints for others is shown as theirs: the texts alone, and a whole session. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { launch } from '../../src/debugger/launch';
import { relayedLines } from '../../src/debugger/relayedLines';
import type { ConsoleOutput } from '../../src/debugger/types';
import { domain, fileHost, settings } from './support/session';

const nameOf = (id: number): string => `Domain-${id}`;
const from = (domainId: number): ConsoleOutput['from'] => ({ domainId, name: nameOf(domainId) });
const split = (domainId: number, text: string): readonly ConsoleOutput[] =>
  relayedLines({ from: from(domainId), text }, nameOf);

describe('Lines that the driver domain prints for another', () => {
  it('are that domain’s, without the mark, in their order', () => {
    assert.deepEqual(split(0, 'own\n(d1) one\n(d1) two\n(d12) three\nown again\n'), [
      { from: from(0), text: 'own\n' },
      { from: from(1), text: 'one\ntwo\n' },
      { from: from(12), text: 'three\n' },
      { from: from(0), text: 'own again\n' },
    ]);
  });

  it('are marked at their beginning, and by Domain-0 only', () => {
    for (const text of ['see (d1) here\n', '(d0) me\n', '(d) x\n', '(d1)x\n', ' (d1) x\n'])
      assert.deepEqual(split(0, text), [{ from: from(0), text }]);
    assert.deepEqual(split(2, '(d1) not me\n'), [{ from: from(2), text: '(d1) not me\n' }]);
    const ofXen: ConsoleOutput = { from: 'hypervisor', text: '(d1) x\n' };
    assert.deepEqual(relayedLines(ofXen, nameOf), [ofXen]);
  });

  it('stand in a session under the name of the domain whose console ring they came through', async () => {
    const engine = await launch(
      settings({
        domains: [
          domain('drivers', 'builtin:driver-domain', 8),
          domain('plain', 'builtin:disk-guest', 4),
          { ...domain('over the ring', 'builtin:disk-guest', 4), commandLine: 'console=ring' },
        ],
        stopOnEntry: false,
      }),
      fileHost,
    );
    const texts = new Map<string, string>();
    engine.onConsole((output) => {
      const name = typeof output.from === 'object' ? output.from.name : output.from;
      texts.set(name, (texts.get(name) ?? '') + output.text);
    });
    await engine.start({ untilInstruction: 20_000_000 });
    for (const name of ['plain', 'over the ring'])
      assert.equal(texts.get(name), 'disk-guest: there is no disk: error -2\n', [...texts].join('\n'));
    assert.doesNotMatch(texts.get('drivers')!, /disk-guest/);
  });
});
