/**
 * The network between domains: pings from one guest to another, each frame looked at from outside where it passes the bridge; who sees what; and
 * what a hostile frontend gets.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { BootedXen, firmwareImage } from '../support/bootXen';
import { decodeFrame } from '../support/frames';

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
const EVERYBODY = 'ff:ff:ff:ff:ff:ff';

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
    assert.equal(network.count(/ping-guest: 42 bytes, type 0806, from 01, to ff\n/), 2, network.console);
    assert.equal(network.count(/ping-guest: 42 bytes, type 0806, from 02, to ff\n/), 1, network.console);
    assert.equal(network.count(/ping-guest: \d+ bytes, type/), 3, network.console);
  });
});
