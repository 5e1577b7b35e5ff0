/** Consoles in one stream: whole lines with the name of their domain, and nothing lost. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { ConsoleLines, colouredPrefix } from '../../src/adapter/consoleLines';
import type { ConsoleOutput } from '../../src/debugger/types';
import { SessionClient, settled } from '../support/sessionClient';

const dom = (domainId: number, text: string): ConsoleOutput => ({
  from: { domainId, name: `Domain-${domainId}` },
  text,
});

describe('consoles', () => {
  it('show whole lines, each with the name of its domain', () => {
    const lines = new ConsoleLines();
    const outputs: ConsoleOutput[] = [
      dom(0, 'hel'),
      { from: 'hypervisor', text: '(XEN) booted\r\n' },
      dom(1, 'one\ntwo\nthr'),
      dom(0, 'lo\n'),
    ];
    const shown = outputs.flatMap((output) => lines.push(output).map((chunk) => chunk.shown));
    assert.deepEqual(shown, ['[Xen] (XEN) booted\n', '[Domain-1] one\n[Domain-1] two\n', '[Domain-0] hello\n']);
    assert.ok(lines.hasPending);
    assert.deepEqual(
      lines.flush().map((chunk) => chunk.shown),
      ['[Domain-1] thr'],
    );
  });

  it('have names in colours for clients that show them, with the same text', () => {
    const lines = new ConsoleLines(colouredPrefix);
    const [chunk] = lines.push(dom(1, 'hello\n'));
    assert.equal(chunk!.shown, '\u001b[33m[Domain-1]\u001b[0m hello\n');
    assert.equal(chunk!.raw, 'hello\n');
  });

  it('go on in a line that was shown unfinished, or begin a new one for another console', () => {
    const lines = new ConsoleLines();
    const shown = (chunks: readonly { shown: string }[]): string => chunks.map((chunk) => chunk.shown).join('');
    let text = shown([...lines.push(dom(0, 'login: ')), ...lines.flush()]);
    text += shown(lines.push(dom(0, 'root\n')));
    text += shown([...lines.push(dom(1, '> ')), ...lines.flush()]);
    text += shown(lines.push(dom(0, 'hi\n')));
    assert.equal(text, '[Domain-0] login: root\n[Domain-1] > \n[Domain-0] hi\n');
  });

  it('need no name on a native machine', () => {
    assert.deepEqual(
      new ConsoleLines().push({ from: 'native', text: 'a\nb' }).map((chunk) => chunk.shown),
      ['a\n'],
    );
  });

  it('lose nothing, however the text is cut', () => {
    const output = fc.record({ domain: fc.nat(2), text: fc.string({ unit: fc.constantFrom('a', 'b', '\n') }) });
    fc.assert(
      fc.property(fc.array(output), (outputs) => {
        const lines = new ConsoleLines();
        const chunks = [...outputs.flatMap(({ domain, text }) => lines.push(dom(domain, text))), ...lines.flush()];
        for (const domain of [0, 1, 2]) {
          const printed = outputs.filter((each) => each.domain === domain).map(({ text }) => text);
          const raw = chunks
            .filter(({ from }) => typeof from === 'object' && from.domainId === domain)
            .map((chunk) => chunk.raw);
          assert.equal(raw.join(''), printed.join(''));
        }
        const stream = chunks.map(({ shown }) => shown).join('');
        for (const line of stream.split('\n').filter(Boolean)) assert.match(line, /^\[Domain-[012]\] [ab]*$/);
      }),
    );
  });

  it('arrive as output events with their own text beside, unfinished lines at a stop', async () => {
    const client = await new SessionClient().started();
    await client.body('continue', { threadId: 2 });
    client.engine.print(dom(1, 'tick\nta'));
    client.engine.print({ from: 'hypervisor', text: '(XEN) x\n' });
    client.engine.say('log point', 'info');
    client.engine.stop({ reason: 'pause' });
    await settled();
    const outputs = client.events<DebugProtocol.OutputEvent['body']>('output');
    assert.deepEqual(outputs, [
      { category: 'stdout', output: '[Domain-1] tick\n', data: { domain: 1, name: 'Domain-1', text: 'tick\n' } },
      { category: 'stdout', output: '[Xen] (XEN) x\n', data: { name: 'hypervisor', text: '(XEN) x\n' } },
      { category: 'console', output: 'log point\n' },
      { category: 'stdout', output: '[Domain-1] ta', data: { domain: 1, name: 'Domain-1', text: 'ta' } },
    ]);
  });
});
