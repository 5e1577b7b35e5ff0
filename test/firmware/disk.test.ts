/** The block device between two domains: every byte of the disk, from outside; and what a hostile frontend gets. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, firmwareImage } from '../support/bootXen';

const SECTOR = 512;
const VIRT_BASE = 0xc000_0000;
const MOD_START = 0x4c;
const EIO = -5;

/** A disk whose every byte depends on its place. */
function disk(sectors: number): Uint8Array {
  return Uint8Array.from({ length: sectors * SECTOR }, (_, at) => (at * 7 + (at >>> 9) * 13 + (at >>> 16)) & 0xff);
}

/** BSD's `sum`. */
const sum = (bytes: Uint8Array): number =>
  bytes.reduce((value, byte) => (((value >> 1) | (value << 15)) + byte) & 0xffff, 0);

class Session {
  readonly xen: BootedXen;

  constructor(
    readonly contents: Uint8Array,
    options: string,
    guests: readonly string[],
    instructions = 60_000_000,
    last = 'driver-domain: nobody is left to serve',
  ) {
    const guest = (commandLine: string) => ({ elf: firmwareImage('disk-guest'), memoryBytes: 4 << 20, commandLine });
    this.xen = new BootedXen([
      { elf: firmwareImage('driver-domain'), memoryBytes: 16 << 20, commandLine: options, ramdisk: contents },
      ...guests.map(guest),
    ]);
    this.xen.runUntilConsole(last, instructions);
  }

  get console(): string {
    return this.xen.console;
  }

  /** The disk as it stands in Domain-0's memory. */
  bytes(): Uint8Array {
    const built = /Domain-0 .*machine address ([0-9a-f]{8}).*start_info ([0-9a-f]{8})/.exec(this.console);
    assert.ok(built, this.console);
    const [base, info] = [parseInt(built[1]!, 16), parseInt(built[2]!, 16)];
    const word = (address: number): number =>
      new DataView(this.xen.machine.readPhysical(base + address - VIRT_BASE, 4)!.buffer).getUint32(0, true);
    assert.equal(word(info + MOD_START + 4), this.contents.length);
    return this.xen.machine.readPhysical(base + word(info + MOD_START) - VIRT_BASE, this.contents.length)!;
  }

  expect(...lines: readonly string[]): void {
    for (const line of lines) assert.ok(this.console.includes(`${line}\n`), `“${line}” is missing:\n${this.console}`);
  }
}

describe('Split drivers: the disk', () => {
  it('is read and written over the ring, every byte in its place, and not beyond its end', () => {
    const session = new Session(disk(2048), 'disk=1', ['']);
    const expected = disk(2048);
    const words = new Uint32Array(expected.buffer);
    for (const [sector, count] of [
      [0, 1],
      [3, 7],
      [16, 200],
      [2046, 2],
    ] as const) {
      session.expect(`disk-guest: ${count} sectors at ${sector}: written 0, read 0, equal 1`);
      for (let at = sector * 128; at < (sector + count) * 128; at++) words[at] = 0xd15c0000 ^ (1 << 24) ^ at;
    }
    session.expect(
      'disk-guest: disk of 2048 sectors',
      `disk-guest: sum ${sum(disk(2048))}`,
      `disk-guest: beyond the end: write ${EIO}, read ${EIO}`,
      `disk-guest: far beyond: ${EIO}`,
      `disk-guest: sum ${sum(expected)}`,
      'disk-guest: domain 1 done',
    );
    assert.deepEqual(session.bytes(), expected);
  });

  it('of a size that is no multiple of anything is copied from one half to the other', () => {
    const session = new Session(disk(1501), 'disk=all', ['mode=copy']);
    session.expect('disk-guest: copied: 0');
    const expected = disk(1501);
    expected.copyWithin(750 * SECTOR, 0, 750 * SECTOR);
    assert.deepEqual(session.bytes(), expected);
  });

  it('given read-only is not written, and goes to those whom the option names', () => {
    const session = new Session(disk(256), 'disk=2:ro', ['', '']);
    session.expect(
      'disk-guest: there is no disk: error -2',
      'disk-guest: disk of 256 sectors, read-only',
      `disk-guest: 1 sectors at 0: written ${EIO}, read 0, equal 0`,
      'disk-guest: domain 2 done',
    );
    assert.deepEqual(session.bytes(), disk(256));
  });

  it('refuses requests that cannot be, one by one, and goes on', () => {
    const session = new Session(disk(256), 'disk=1', ['mode=raw']);
    for (const [what, status] of [
      ['a good one', 0],
      ['an operation that is none', -2],
      ['a flush', 0],
      ['no segment', -1],
      ['255 segments', -1],
      ['a sector behind the page', -1],
      ['a segment that ends before it begins', -1],
      ['beyond the end', -1],
      ['round the end of all numbers', -1],
      ['a page that is not granted', -1],
      ['a reference that cannot be', -1],
      ['a page granted to another domain', -1],
      ['reading into a page that may not be written', -1],
      ['writing from it', 0],
      ['and a good one', 0],
    ] as const)
      session.expect(`disk-guest: ${what}: ${status}`);
  });

  it('is shut off for a frontend whose indices cannot be, which may begin anew; a crashed one hurts nobody', () => {
    const session = new Session(disk(256), 'disk=all', ['mode=garble', 'mode=crash', '']);
    session.expect(
      'driver-domain: disk: domain 1 is shut off: indices of its ring that cannot be',
      'disk-guest: the backend has closed',
      'disk-guest: once more: 0',
      'disk-guest: read 0',
      'disk-guest: domain 2 crashes',
      'driver-domain: domain 2 has ended',
      'disk-guest: 200 sectors at 16: written 0, read 0, equal 1',
      'disk-guest: domain 3 done',
    );
  });

  it('is closed for a frontend that offers a ring or a port that cannot be, and opened for it once they can', () => {
    const session = new Session(disk(256), 'disk=all', ['mode=handshake', '']);
    for (const what of [
      'a ring that is not granted',
      'a reference that is no number',
      'a reference beyond all tables',
      'a ring that may only be read',
      'a port that is closed',
      'a port that is not there',
      'a port beyond all ports',
      'a port that is in use',
      'a port without a number',
    ])
      session.expect(`disk-guest: ${what}: closed`);
    session.expect(
      'disk-guest: states that make no sense: the backend waits',
      'disk-guest: connect 0',
      'disk-guest: and read 0',
      'disk-guest: domain 1 done',
      'disk-guest: domain 2 done',
    );
  });

  it('is served to others beside one that asks without end, and one that prints without end', () => {
    const guests = ['mode=flood', 'mode=chatter console=ring', ''];
    const { console } = new Session(disk(256), 'disk=all', guests, 60_000_000, 'disk-guest: domain 3 done');
    assert.match(console, /disk-guest: 200 sectors at 16: written 0, read 0, equal 1/);
    assert.match(console, /\(d2\) disk-guest: chatter \d+\n/);
  });

  it('may be printed about over a console’s ring, whose lines the driver domain shows with their domain', () => {
    const session = new Session(disk(256), 'disk=all', ['console=ring', 'console=ring']);
    session.expect(
      '(d1) disk-guest: disk of 256 sectors',
      '(d2) disk-guest: 200 sectors at 16: written 0, read 0, equal 1',
      '(d1) disk-guest: domain 1 done',
      '(d2) disk-guest: domain 2 done',
    );
    assert.doesNotMatch(session.console, /^disk-guest/m, 'nothing goes another way');
  });

  it('costs few instructions for a page, alone or among others', () => {
    const session = new Session(disk(2048), 'disk=1', ['mode=time'], 60_000_000, 'disk-guest: disk of');
    const until = (text: string): number => {
      session.xen.runUntilConsole(text, 10_000_000);
      return session.xen.machine.instructionCount;
    };
    const start = session.xen.machine.instructionCount;
    const alone = until('64 reads of a page');
    const together = until('64 pages in two calls');
    assert.ok((alone - start) / 64 < 7500, `${(alone - start) / 64} for a page alone`);
    assert.ok((together - alone) / 64 < 4000, `${(together - alone) / 64} for one of many`);
  });
});
