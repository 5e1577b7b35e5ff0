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
const ENOSPC = -28;

describe('Driver domain: the directory', () => {
  it('reads, writes, lists, removes and watches for a guest over its ring', () => {
    const console = run(['']);
    for (const line of [
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
    ])
      assert.ok(console.includes(`store-guest: ${line}\n`), `“${line}” is missing:\n${console}`);
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
});
