import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';

const driverDomain = { elf: firmwareImage('driver-domain'), memoryBytes: 8 << 20, name: 'Domain-0' };
const guest = (commandLine = '') => ({ elf: firmwareImage('store-guest'), memoryBytes: 4 << 20, commandLine });

function run(commandLines: readonly string[]): string {
  const xen = new BootedXen([driverDomain, ...commandLines.map(guest)]);
  xen.runUntilConsole('driver-domain: nobody is left to serve', 100_000_000);
  return xen.console;
}

const EPERM = -1;
const ENOENT = -2;
const EAGAIN = -11;
const EBUSY = -16;
const ENOSPC = -28;

/** Each of these lines of the guest is there. */
function expect(console: string, ...lines: readonly string[]): void {
  for (const line of lines) assert.ok(console.includes(`store-guest: ${line}\n`), `“${line}” is missing:\n${console}`);
}

describe('Driver domain: the directory', () => {
  it('reads, writes, lists, removes and watches for a guest over its ring', () => {
    const console = run(['']);
    expect(
      console,
      'domid 1: 1',
      'write 0',
      'read 5: hello',
      `no such ${ENOENT}`,
      'watch 0',
      'at once: data, mine',
      'changed: data/greeting, mine',
      'unwatch 0',
      'state 0: 4',
      'remove 0',
    );
    assert.match(console, /driver-domain: domain 1 has ended/);
  });

  it('lets a domain write only below its own path, and not read that of others', () => {
    const console = run(['', '']);
    const count = (line: string): number => console.split(`store-guest: ${line}\n`).length - 1;
    assert.equal(count(`read of another's ${EPERM}`), 2, console);
    assert.equal(count(`write of another's ${EPERM}`), 2, console);
    assert.equal(count(`write of Domain-0's ${EPERM}`), 2, console);
  });

  it('gives a domain a bounded number of nodes, and room again for those that it removes', () => {
    const console = run(['']);
    assert.ok(console.includes(`store-guest: filled until error ${ENOSPC}, below 130: 1\n`), console);
    assert.match(console, /store-guest: again 0\n/);
  });

  it('shuts off a domain whose ring indices cannot be, and serves the others', () => {
    const console = run(['mode=garble', '']);
    assert.match(console, /domain 1 is shut off: indices of its ring that cannot be/);
    assert.match(console, /store-guest: domain 2 done/);
    assert.doesNotMatch(console, /domain 2 is shut off|crashed/);
  });

  it('shows what a transaction does to nobody else before its end, then all at once', () => {
    const console = run(['mode=transactions']);
    expect(
      console,
      'transaction: 1',
      'inside a 3: new',
      'inside 4 bytes of names',
      `inside gone ${ENOENT}: `,
      `inside, another's: ${EPERM}`,
      `a transaction in a transaction: ${EBUSY}`,
      'outside a 3: old',
      'outside gone 5: there',
      'commit 0',
      'told of t/a',
      'told of t/b',
      'told of t/gone',
      'then a 3: new',
      'then b 4: more',
      `then gone ${ENOENT}: `,
    );
  });

  it('drops a transaction, refuses one that another change has overtaken, and one that is none', () => {
    expect(
      run(['mode=transactions']),
      `commit again ${ENOENT}`,
      'drop 0',
      'after the drop a 3: new',
      'first commit 0',
      `second commit ${EAGAIN}`,
      'the first stays: 5: first',
    );
  });

  it('bounds the transactions of a domain and what changes in one; a crash in the middle leaves nothing of them', () => {
    const console = run(['mode=transactions', 'mode=unfinished', '']);
    expect(console, `a third: ${ENOSPC}`, `many changes: ${ENOSPC}`, 'and their commit 0', 'of them there: 1');
    assert.match(console, /driver-domain: domain 2 has ended/);
    expect(console, 'domain 3 done');
  });

  it('bounds the watches of a domain', () => {
    expect(run(['mode=watches']), `16 watches, then ${ENOSPC}`, 'unwatch 0, watch 0', 'domain 1 done');
  });

  it('shuts off a domain whose message is longer than any can be, and serves the others', () => {
    const console = run(['mode=long', '']);
    assert.match(console, /domain 1 is shut off: a message longer than any can be/);
    expect(console, 'domain 2 done');
  });

  it('does not serve a domain that takes no replies until it does, and goes on with the others', () => {
    const console = run(['mode=deaf', '']);
    expect(
      console,
      'deaf: stopped after some requests',
      'deaf: all replies are there',
      'domain 1 done',
      'domain 2 done',
    );
  });
});
