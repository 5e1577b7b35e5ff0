/** A driver domain that starts, lists, pauses and ends other domains at run time, from an archive in its RAM disk, and serves them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';

const ENOUGH = 60_000_000;
const images = new URL('../../firmware/images/', import.meta.url).pathname;

/** As a user makes it. */
const archive = (...names: readonly string[]): Uint8Array =>
  new Uint8Array(execFileSync('tar', ['-cf', '-', '-C', images, ...names], { maxBuffer: 4 << 20 }));

class Session {
  readonly xen: BootedXen;

  constructor(options: string, ramdisk: Uint8Array, guests: readonly string[] = []) {
    this.xen = new BootedXen([
      { elf: firmwareImage('driver-domain'), memoryBytes: 8 << 20, commandLine: options, ramdisk },
      ...guests.map((commandLine) => ({ elf: firmwareImage('disk-guest'), memoryBytes: 4 << 20, commandLine })),
    ]);
  }

  get console(): string {
    return this.xen.console;
  }

  type(text: string): void {
    this.xen.machine.sendConsoleInput(0, new TextEncoder().encode(text));
  }

  until(text: string): this {
    this.xen.runUntilConsole(text, ENOUGH);
    return this;
  }

  expect(...lines: readonly string[]): void {
    for (const line of lines) assert.ok(this.console.includes(`${line}\n`), `“${line}” is missing:\n${this.console}`);
  }
}

const freeKb = (console: string): readonly number[] =>
  [...console.matchAll(/driver-domain: (\d+) KB are free/g)].map(([, number]) => Number(number));

describe('Driver domain: domains that it starts at run time', () => {
  it('are started from an archive at an option, get their directory, console and disk, and are destroyed when they end', () => {
    const disk = archive('store-guest.elf', 'disk-guest.elf');
    const session = new Session('start=store-guest.elf,disk-guest.elf,store-guest.elf disk=2', disk);
    session.until('driver-domain: nobody is left to serve');
    session.expect(
      'driver-domain: store-guest.elf is domain 1',
      'driver-domain: disk-guest.elf is domain 2',
      'driver-domain: store-guest.elf is domain 3',
      'store-guest: domid 1: 1',
      'store-guest: domid 1: 3',
      'store-guest: changed: data/greeting, mine',
      `disk-guest: disk of ${disk.length / 512} sectors`,
      'disk-guest: 200 sectors at 16: written 0, read 0, equal 1',
      'driver-domain: domain 1 has ended',
      'driver-domain: domain 1 destroyed',
      'driver-domain: domain 2 destroyed',
      'driver-domain: domain 3 destroyed',
    );
  });

  it('are created, listed, paused, unpaused and destroyed by commands, and their memory comes back', () => {
    const session = new Session('focus=0 disk=all', archive('disk-guest.elf'));
    session.type('images\nlist\ncreate disk-guest.elf mode=echo console=ring name=echo memory=2048\n');
    session.until('(d1) disk-guest: disk of');
    session.type('list\npause 1\nlist\nunpause 1\n\u0001hello\n');
    session.until('(d1) disk-guest: typed: hello');
    session.type('\u0001destroy 1\nlist\n');
    session.until('driver-domain: domain 1 destroyed');
    session.type('create disk-guest.elf mode=nothing\n');
    session.until('disk-guest: domain 1 done').type('quit\n');
    session.until('driver-domain: nobody is left to serve');
    session.expect(
      'driver-domain: > images',
      'driver-domain: echo is domain 1',
      'driver-domain: domain 1 paused',
      'driver-domain: domain 1 unpaused',
      'driver-domain: console: what is typed goes to domain 0',
    );
    assert.match(session.console, /driver-domain: disk-guest\.elf, \d+ bytes/);
    assert.match(session.console, /driver-domain: domain 1 echo: blocked, 2048 KB, \d+ ms/);
    assert.match(session.console, /driver-domain: domain 1 echo: paused, 2048 KB/);
    const [atFirst, running, paused, after] = freeKb(session.console);
    assert.deepEqual([running, paused, after], [atFirst! - 2048, atFirst! - 2048, atFirst]);
  });

  it('that cannot be get a line each, and so do commands that make no sense', () => {
    const session = new Session('focus=0', archive('disk-guest.elf'));
    session.type('create\ncreate none.elf\ncreate disk-guest.elf memory=64\ncreate disk-guest.elf memory=400000\n');
    session.type('destroy 0\ndestroy 7\npause x\nfly\nhelp\nlist\nquit\n');
    session.until('driver-domain: nobody is left to serve');
    session.expect(
      'driver-domain: create: there is no file "" in the RAM disk (a tar archive); see "images"',
      'driver-domain: create: there is no file "none.elf" in the RAM disk (a tar archive); see "images"',
      'driver-domain: "0" is no other domain; see "list"',
      'driver-domain: "7" is no other domain; see "list"',
      'driver-domain: "x" is no other domain; see "list"',
      'driver-domain: no such command; "help" lists them',
      'driver-domain: destroy DOMAIN',
    );
    assert.equal(
      session.console.match(/create: disk-guest\.elf cannot be started: error -\d+, \d+ KB are free/g)?.length,
      2,
    );
    assert.doesNotMatch(session.console, /is domain 1/);
  });

  it('are not found in what is no archive, or an archive that is cut short', () => {
    const cut = archive('store-guest.elf').slice(0, 20_000);
    const nonsense = new Uint8Array(4096).fill(0x37);
    for (const disk of [cut, nonsense, new Uint8Array(100)]) {
      const session = new Session('start=store-guest.elf', disk).until('driver-domain: nobody is left to serve');
      session.expect(
        'driver-domain: create: there is no file "store-guest.elf" in the RAM disk (a tar archive); see "images"',
      );
    }
  });

  it('may crash with everything mapped, again and again, and leave nothing behind', () => {
    const session = new Session('focus=0 disk=all', archive('disk-guest.elf'));
    session.type('list\n');
    for (const mode of ['crash', 'revoke', 'crash', 'revoke']) {
      const before = session.console.length;
      session.type(`create disk-guest.elf mode=${mode} console=ring memory=1024\n`);
      while (!session.console.slice(before).includes('domain 1 destroyed\n')) {
        assert.ok(session.xen.machine.instructionCount < 100_000_000, session.console);
        session.xen.machine.run(100_000);
      }
    }
    session.type('list\nquit\n');
    session.until('driver-domain: nobody is left to serve');
    const [atFirst, atLast] = freeKb(session.console);
    assert.equal(atLast, atFirst);
    assert.equal(session.console.match(/\(d1\) disk-guest: domain 1 crashes/g)?.length, 2);
    assert.equal(session.console.match(/\(d1\) disk-guest: with nonsense for grants: read 0/g)?.length, 2);
  });
});
