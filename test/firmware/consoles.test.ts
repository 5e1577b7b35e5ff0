/** Consoles of guests by way of the driver domain: what is typed goes to one of them, and a hostile one hurts nobody. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';

const ENOUGH = 60_000_000;

function boot(options: string, guests: readonly string[]): BootedXen {
  const ramdisk = new Uint8Array(64 << 10);
  return new BootedXen([
    { elf: firmwareImage('driver-domain'), memoryBytes: 8 << 20, commandLine: `disk=all ${options}`, ramdisk },
    ...guests.map((commandLine) => ({ elf: firmwareImage('disk-guest'), memoryBytes: 4 << 20, commandLine })),
  ]);
}

const type = (xen: BootedXen, text: string): void => xen.machine.sendConsoleInput(0, new TextEncoder().encode(text));

describe('Driver domain: consoles', () => {
  it('give what is typed to the domain that has the keyboard, which Ctrl-A hands on', () => {
    const xen = boot('focus=2', ['mode=echo console=ring', 'mode=echo console=ring']);
    xen.runUntilConsole('(d2) disk-guest: disk of', ENOUGH);
    xen.machine.run(1_000_000);
    type(xen, 'hello\n\u0001there\n');
    xen.runUntilConsole('(d1) disk-guest: typed: there\n', ENOUGH);
    assert.match(xen.console, /\(d2\) disk-guest: typed: hello\n/);
    assert.match(xen.console, /driver-domain: console: what is typed goes to domain 1\n/);
    type(xen, 'end\n\u0001end\n');
    xen.runUntilConsole('driver-domain: nobody is left to serve', ENOUGH);
    assert.match(xen.console, /\(d1\) disk-guest: domain 1 done\n/);
    assert.match(xen.console, /\(d2\) disk-guest: domain 2 done\n/);
  });

  it('keep what is typed before anybody listens', () => {
    const xen = boot('', ['mode=echo console=ring']);
    xen.runUntilConsole('driver-domain: directory', ENOUGH);
    type(xen, 'early\nend\n');
    xen.runUntilConsole('driver-domain: nobody is left to serve', ENOUGH);
    assert.match(xen.console, /\(d1\) disk-guest: typed: early\n/);
  });

  it('let the keyboard go on from a guest that takes nothing of what is typed, and from none at all', () => {
    for (const [options, first] of [
      ['', 'mode=deaf'],
      ['focus=7', 'mode=check'],
    ] as const) {
      const xen = boot(options, [first, 'mode=echo console=ring']);
      xen.runUntilConsole('(d2) disk-guest: disk of', ENOUGH);
      for (let i = 0; i < 12; i++) {
        type(xen, 'x'.repeat(100));
        xen.machine.run(100_000);
      }
      type(xen, first === 'mode=deaf' ? '\u0001heard\n' : '\u0001\u0001heard\n');
      xen.runUntilConsole('(d2) disk-guest: typed: heard\n', ENOUGH);
    }
  });

  it('of a guest that writes nonsense into its ring are shut off, and those of others go on', () => {
    const xen = boot('', ['mode=nonsense console=ring', 'console=ring']);
    xen.runUntilConsole('driver-domain: nobody is left to serve', ENOUGH);
    assert.match(xen.console, /driver-domain: console: domain 1 is shut off: indices of its ring that cannot be\n/);
    assert.match(xen.console, /\(d2\) disk-guest: domain 2 done\n/);
  });

  it('show no control characters of a guest, and cut lines without end', () => {
    const xen = boot('', ['mode=escapes console=ring']);
    xen.runUntilConsole('driver-domain: nobody is left to serve', ENOUGH);
    const lines = xen.console.split('\n').filter((line) => line.startsWith('(d1) '));
    assert.ok(lines.includes('(d1) disk-guest: [2J red'), lines.join('\n'));
    assert.ok(lines.every((line) => line.length <= 205));
    assert.equal(
      lines.filter((line) => /^\(d1\) x+$/.test(line)).reduce((sum, line) => sum + line.length - 5, 0),
      1000,
    );
  });
});
