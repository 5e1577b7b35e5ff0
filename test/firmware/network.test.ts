/**
 * The network between domains: pings from one guest to another, each frame looked at from outside where it passes the bridge; who sees what; and
 * what a hostile frontend gets.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { BootedXen, firmwareImage } from '../support/bootXen';
import { decodeFrame, type Frame } from '../support/frames';

const VIRT_BASE = 0xc000_0000;
const SLICE = 10_000;

const driverDomain = Image.parse('driver-domain.elf', firmwareImage('driver-domain'));

class Network {
  readonly xen: BootedXen;

  constructor(interfaces: string, guests: readonly string[]) {
    this.xen = new BootedXen([
      { elf: firmwareImage('driver-domain'), memoryBytes: 8 << 20, commandLine: `net=${interfaces}` },
      ...guests.map((commandLine) => ({ elf: firmwareImage('ping-guest'), memoryBytes: 4 << 20, commandLine })),
    ]);
  }

  run(instructions = 60_000_000): this {
    this.xen.runUntilConsole('driver-domain: nobody is left to serve', instructions);
    return this;
  }

  /** All frames that reach the bridge, as they stand in the driver domain's memory then. */
  capture(maxInstructions: number): Uint8Array[] {
    const { machine } = this.xen;
    const entry = driverDomain.symbol('bridge_forward')!.address;
    const frames: Uint8Array[] = [];
    machine.setBreakpoints([entry]);
    for (let left = maxInstructions; left > 0 && !this.console.includes('nobody is left to serve'); left -= SLICE) {
      if (machine.run(SLICE).kind !== 'breakpoint') continue;
      const base = parseInt(/Domain-0 .*machine address ([0-9a-f]{8})/.exec(this.console)![1]!, 16);
      // The other guests have code at this address, too.
      if (machine.walk(entry, 'read', true).physicalAddress !== base + entry - VIRT_BASE) continue;
      const [frame, length] = [machine.cpu.getRegister(1), machine.cpu.getRegister(2)];
      frames.push(machine.readPhysical(base + frame - VIRT_BASE, length)!.slice());
    }
    machine.setBreakpoints([]);
    return frames;
  }

  get console(): string {
    return this.xen.console;
  }

  expect(...lines: readonly string[]): void {
    for (const line of lines) assert.ok(this.console.includes(`${line}\n`), `“${line}” is missing:\n${this.console}`);
  }

  count(pattern: RegExp): number {
    return [...this.console.matchAll(new RegExp(pattern, 'g'))].length;
  }
}

const mac = (domain: number): string => `00:16:3e:00:00:0${domain}`;
const [OKAY, ERROR, DROPPED] = [0, -1, -2];
const EVERYBODY = 'ff:ff:ff:ff:ff:ff';

/** What Domain-2 sends must be right; what the other does is meant to be wrong. */
const decodeFrameOfHost = (bytes: Uint8Array): Frame | undefined => (bytes[11] === 2 ? decodeFrame(bytes) : undefined);

describe('Split drivers: the network', () => {
  it('carries pings between two guests, both ways, and every byte on the wire is right', () => {
    const network = new Network('all', ['peer=10.0.0.3 count=4 size=56', 'peer=10.0.0.2 count=3 size=1400']);
    const frames = network.capture(60_000_000).map(decodeFrame);
    network.expect(
      '10.0.0.2 -> 10.0.0.3: 4 packets transmitted, 4 received, 0% packet loss, 0 damaged',
      '10.0.0.3 -> 10.0.0.2: 3 packets transmitted, 3 received, 0% packet loss, 0 damaged',
      'ping-guest: domain 1 done',
      'ping-guest: domain 2 done',
    );
    assert.equal(network.count(/64 bytes from 10\.0\.0\.3: icmp_seq=\d ttl=64 time=\d+ us\n/), 4);
    assert.equal(network.count(/1408 bytes from 10\.0\.0\.2: icmp_seq=\d ttl=64 time=\d+ us\n/), 3);

    for (const [domain, own, peer, count, size] of [
      [1, '10.0.0.2', '10.0.0.3', 4, 56],
      [2, '10.0.0.3', '10.0.0.2', 3, 1400],
    ] as const) {
      const requests = frames.filter(({ what, from }) => what === 'icmp 8/0' && from === own);
      const replies = frames.filter(({ what, to }) => what === 'icmp 0/0' && to === own);
      assert.deepEqual(
        requests.map(({ sequence }) => sequence),
        Array.from({ length: count }, (_, index) => index + 1),
      );
      for (const [index, request] of requests.entries()) {
        assert.deepEqual([request.source, request.destination, request.to], [mac(domain), mac(3 - domain), peer]);
        assert.equal(request.payload.length, size);
        const { source, destination, sequence, payload } = replies[index]!;
        assert.deepEqual([source, destination, sequence], [mac(3 - domain), mac(domain), request.sequence]);
        assert.deepEqual(payload, request.payload);
      }
    }
    const asked = frames.find(
      ({ what, from, to }) => what === 'arp request' && from === '10.0.0.2' && to === '10.0.0.3',
    );
    assert.equal(asked?.destination, EVERYBODY);
    assert.ok(frames.some(({ what, destination }) => what === 'arp reply' && destination === mac(1)));
  });

  it('shows a third guest what is for everybody, and nothing that is for another', () => {
    const network = new Network('all', ['peer=10.0.0.3 count=3', 'linger=500', 'mode=watch']).run();
    assert.equal(network.count(/domain 3 sees 42 bytes, type 0806, from 01, to ff\n/), 2, network.console);
    assert.equal(network.count(/domain 3 sees 42 bytes, type 0806, from 02, to ff\n/), 1, network.console);
    assert.equal(network.count(/ sees \d+ bytes, type/), 3, network.console);
  });

  it('keeps each guest to its own address, and refuses what is for the link alone', () => {
    const network = new Network('all', ['mode=spoof', 'linger=100', 'mode=watch']).run();
    for (const [what, status] of [
      ['as the next one', DROPPED],
      ['as a stranger', DROPPED],
      ['as many', DROPPED],
      ["to the link's own address", DROPPED],
      ['to itself', OKAY],
      ['to nobody', OKAY],
    ] as const)
      network.expect(`ping-guest: ${what}: ${status}`);
    network.expect('driver-domain: network: domain 1: 7 frames from it, 2 to it, 0 refused, 4 not let pass, 0 lost');
    assert.equal(network.count(/sees 60 bytes/), 0, network.console);
  });

  it('learns the stations behind an open interface, a bounded number, and sends unknown ones to open interfaces only', () => {
    const network = new Network('1:any,2,3:any', ['mode=strangers count=9', 'mode=reach count=9', 'mode=watch']).run();
    const seen = (domain: number): string[] =>
      [
        ...network.console.matchAll(
          new RegExp(`domain ${domain} sees 60 bytes, type 9000, from 02, to (?!ff)(..)`, 'g'),
        ),
      ].map((match) => match[1]!);
    assert.deepEqual(seen(1), ['01', '02', '03', '04', '05', '06', '07', '08', '09', '99']);
    assert.deepEqual(seen(3), ['01', '99'], 'the first of nine is forgotten, the last was never heard of');
    network.expect('10.0.0.3: dropped, protocol: 9');
  });

  it('refuses requests that cannot be, one by one, and goes on', () => {
    const network = new Network('all', ['mode=raw']).run();
    for (const [what, status] of [
      ['a good one', OKAY],
      ['at the end of its page', OKAY],
      ['one byte beyond its page', ERROR],
      ['an offset beyond the page', ERROR],
      ['offset and size round the end of 16 bits', ERROR],
      ['the largest offset and size', ERROR],
      ['no bytes', ERROR],
      ['shorter than a header', ERROR],
      ['the longest', OKAY],
      ['longer than a frame', ERROR],
      ['more to come', ERROR],
      ['flags that nobody knows', ERROR],
      ['a page that is not granted', ERROR],
      ['a reference that cannot be', ERROR],
      ['a page granted to another domain', ERROR],
      ['and a good one', OKAY],
    ] as const)
      network.expect(`ping-guest: ${what}: ${status}`);
  });

  it('shuts off interfaces whose indices cannot be; crashed guests and bad pages cost their owner alone', () => {
    const network = new Network('all', [
      'mode=garble-tx',
      'mode=garble-rx',
      'mode=crash',
      'mode=bad-pages timeout=300',
      'mode=flood count=50 size=1472',
      'peer=10.0.0.8 count=3',
      'peer=10.0.0.7 count=3 size=1472',
    ]).run();
    network.expect(
      'driver-domain: network: domain 1 is shut off: indices of its ring that cannot be',
      'driver-domain: network: domain 2 is shut off: indices of its ring that cannot be',
      '10.0.0.7 -> 10.0.0.8: 3 packets transmitted, 3 received, 0% packet loss, 0 damaged',
      '10.0.0.8 -> 10.0.0.7: 3 packets transmitted, 3 received, 0% packet loss, 0 damaged',
    );
    assert.equal(network.count(/ping-guest: the backend has closed\n/), 2);
    assert.equal(network.count(/ping-guest: once more: 0\n/), 2);
    assert.match(network.console, /network: domain 3: 16 frames from it/);
    assert.match(network.console, /network: domain 4: 1 frames from it, 0 to it, [1-9]\d* refused/);
    assert.doesNotMatch(network.console, /fault at pc/);
  });

  it('lets an interface send no more than its rate, loses nothing of it, and does not keep the others waiting', () => {
    const network = new Network('all rate=1000', [
      'mode=flood count=60 size=986',
      'peer=10.0.0.4 count=4',
      'linger=300',
    ]);
    network.run();
    const [, us] = /ping-guest: 60 frames in (\d+) us\n/.exec(network.console) ?? [];
    // 60 frames of 1000 bytes; ten are the first burst, and sixteen are still on their way when the guest has sent the last.
    assert.ok(Number(us) >= 33_000 && Number(us) <= 37_000, `${us} us`);
    network.expect(
      'driver-domain: network: domain 1: 61 frames from it, 3 to it, 0 refused, 0 not let pass, 0 lost',
      '10.0.0.3 -> 10.0.0.4: 4 packets transmitted, 4 received, 0% packet loss, 0 damaged',
      '10.0.0.4: dropped, protocol: 60',
    );
  });

  it('has hosts that check what they get, and say what they cannot do', () => {
    const network = new Network('all', ['mode=probe peer=10.0.0.3', '']);
    const frames = network.capture(30_000_000).map(decodeFrameOfHost);
    assert.ok(frames.filter(Boolean).length >= 7, 'what the host sends has right checksums');
    for (const [what, answer] of [
      ['a right echo', 'ICMP 0/0, equal 1'],
      ['version 6', 'nothing'],
      ['a header of 16 bytes', 'nothing'],
      ['a header longer than the packet', 'nothing'],
      ['longer than its frame', 'nothing'],
      ['cut off in its ICMP header', 'nothing'],
      ['a wrong header checksum', 'nothing'],
      ['a wrong ICMP checksum', 'nothing'],
      ['for another address', 'nothing'],
      ['from everybody', 'nothing'],
      ['the first fragment', 'ICMP 11/1, equal 0'],
      ['a later fragment', 'nothing'],
      ['a protocol that it lacks', 'ICMP 3/2, equal 0'],
      ['an ICMP type that it lacks', 'nothing'],
      ['an error about nothing', 'nothing'],
      ['an echo by UDP', 'UDP from port 7 to 4000, equal 1'],
      ['UDP to a port without a service', 'ICMP 3/3, equal 0'],
      ['UDP longer than its packet', 'nothing'],
      ['UDP shorter than its header', 'nothing'],
      ['UDP with a wrong checksum', 'nothing'],
      ['UDP from the echo service itself', 'nothing'],
      ['and a right echo', 'ICMP 0/0, equal 1'],
    ] as const)
      network.expect(`ping-guest: ${what}: ${answer}`);
  });
});
