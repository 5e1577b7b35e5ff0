import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { createDeviceBus, type DeviceBus } from '../../../src/machine/boards/deviceBus';
import { createGoldfishBoard, type GoldfishOptions, goldfishLayout } from '../../../src/machine/boards/goldfish';
import { createMachine } from '../../../src/machine/machine';
import { createFakeHost, type FakeHost } from './fakeHost';

const MMC = 0xff005000;
const PAGE = 2048 + 64;
const bytesOf = (length: number, step: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index * step);

let host: FakeHost;
let bus: DeviceBus;
let base: number;
const read = (offset: number): number => bus.read(base + offset, 4)!;
const write = (offset: number, value: number): void => {
  assert.equal(bus.write(base + offset, 4, value), true);
};
const deviceNamed = (name: string) => bus.devices.find(({ instance }) => instance === name)!;

function build(options: GoldfishOptions, instance: string): void {
  host = createFakeHost({ ramBytes: 1 << 20 });
  bus = createDeviceBus(goldfishLayout(options), host);
  base = deviceNamed(instance).base;
}

/** Largest time that any one register write may take, in ms; a slow test machine has room. */
const LONGEST_WRITE_MS = 1000;

describe('goldfish storage, hostile guests', () => {
  it('any value written anywhere ends soon, throws nothing, and keeps no more than the devices can hold', () => {
    const sizes = { nand: 64 << 20, sdCard: 4 * 2 ** 30 };
    build(
      {
        nand: [{ name: 'large', image: new Uint8Array(100), byteLength: sizes.nand }],
        sdCard: { image: card(), byteLength: sizes.sdCard },
        traceDevice: true,
      },
      'goldfish_nand',
    );
    const values = [0, 1, 2, 3, 24, 25, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff];
    for (const name of ['goldfish_nand', 'goldfish_mmc.0', 'goldfish_audio.0', 'qemu_trace']) {
      base = deviceNamed(name).base;
      for (let round = 0; round < 3; round++) {
        for (let offset = 0; offset < 0x194; offset += 4) {
          for (const value of values) {
            const start = performance.now();
            bus.write(base + offset, 4, value);
            read(offset);
            assert.ok(performance.now() - start < LONGEST_WRITE_MS, `${name} ${offset} ${value}`);
          }
        }
        host.ticks += 1e9;
        bus.service();
      }
    }
    structuredClone(bus.capture());
  });
});

const card = (): Uint8Array => bytesOf(4 << 20, 5);

describe('goldfish NAND', () => {
  const system = bytesOf(PAGE * 64 * 2, 3);
  const command = (number: number, address: number, length: number, pointer: number): number => {
    write(0x48, pointer);
    write(0x4c, length);
    write(0x50, address);
    write(0x54, Math.floor(address / 2 ** 32));
    write(0x44, number);
    return read(0x40);
  };

  beforeEach(() => {
    build(
      {
        nand: [
          { name: 'system', image: system, readOnly: true },
          { name: 'userdata', image: new Uint8Array(0), byteLength: PAGE * 64 * 3 },
          { name: 'cache', image: bytesOf(100, 1) },
        ],
      },
      'goldfish_nand',
    );
  });

  it('tells of its devices: count, names, geometry, sizes in whole erase blocks', () => {
    assert.deepEqual([read(0x00), read(0x04)], [1, 3]);
    const seen = [0, 1, 2].map((device) => {
      write(0x08, device);
      const length = command(0, 0, read(0x14), 0x100);
      const name = new TextDecoder().decode(host.ram.subarray(0x100, 0x100 + length));
      return [name, read(0x10), read(0x18), read(0x1c), read(0x20), read(0x28), read(0x2c)];
    });
    assert.deepEqual(seen, [
      ['system', 1, 2048, 64, PAGE * 64, PAGE * 128, 0],
      ['userdata', 0, 2048, 64, PAGE * 64, PAGE * 192, 0],
      ['cache', 0, 2048, 64, PAGE * 64, PAGE * 64, 0],
    ]);
  });

  it('reads into virtual memory and says how many bytes; beyond the image everything is erased', () => {
    assert.equal(command(1, PAGE, PAGE, 0x1000), PAGE);
    assert.deepEqual(host.ram.slice(0x1000, 0x1000 + PAGE), system.slice(PAGE, 2 * PAGE));
    assert.equal(command(1, PAGE * 128 - 10, 100, 0x1000), 10);
    write(0x08, 2);
    assert.equal(command(1, 98, 4, 0x1000), 4);
    assert.deepEqual([...host.ram.subarray(0x1000, 0x1004)], [98, 99, 0xff, 0xff]);
  });

  it('writes and erases what is writable, and nothing else', () => {
    host.ram.fill(0x5a, 0x2000, 0x2000 + PAGE);
    assert.equal(command(2, 0, PAGE, 0x2000), 0);
    assert.equal(command(3, 0, PAGE * 64, 0), 0);
    assert.match(host.diagnostics.join(), /read-only/);
    write(0x08, 1);
    assert.equal(command(2, PAGE, PAGE, 0x2000), PAGE);
    assert.equal(command(1, PAGE - 1, 3, 0x100), 3);
    assert.deepEqual([...host.ram.subarray(0x100, 0x103)], [0xff, 0x5a, 0x5a]);
    assert.equal(command(3, 0, PAGE * 64, 0), PAGE * 64);
    command(1, PAGE, 2, 0x100);
    assert.deepEqual([...host.ram.subarray(0x100, 0x102)], [0xff, 0xff]);
    assert.deepEqual([command(4, 0, 0, 0), command(5, 0, 0, 0)], [0, 0]);
  });

  it('moves nothing where no memory is mapped, or for a device or a command that is not there', () => {
    assert.equal(command(1, 0, PAGE, 0xfffff000), 0);
    assert.match(host.diagnostics.join(), /0xfffff000 is not mapped/);
    assert.equal(command(6, 0, PAGE, 0x1000), 0);
    write(0x08, 3);
    assert.deepEqual([command(1, 0, PAGE, 0x1000), read(0x14), read(0x20), read(0x28)], [0, 0, 0, 0]);
    write(0x08, 0xffffffff);
    assert.equal(command(3, 0, 0xffffffff, 0), 0);
  });

  it('a snapshot has the changed blocks, and restoring brings them back', () => {
    write(0x08, 1);
    host.ram.fill(1, 0x2000, 0x2000 + PAGE);
    command(2, 0, PAGE, 0x2000);
    const saved = structuredClone(bus.capture());
    host.ram.fill(2, 0x2000, 0x2000 + PAGE);
    command(2, 0, PAGE, 0x2000);
    bus.restore(saved);
    assert.deepEqual(bus.capture(), saved);
    command(1, 0, 2, 0x100);
    assert.deepEqual([...host.ram.subarray(0x100, 0x102)], [1, 1]);
  });
});

describe('goldfish MMC with an SD card', () => {
  const GO_IDLE = 0;
  const APP = 55;
  const card = bytesOf(4 << 20, 5).map((byte, index) => byte ^ (index >> 9));
  const send = (opcode: number, argument = 0): number[] => {
    write(0x10, argument);
    write(0x0c, opcode);
    return [0x14, 0x18, 0x1c, 0x20].map(read);
  };
  const transfer = (opcode: number, argument: number, blocks: number, buffer: number, blockBytes = 512): void => {
    write(0x24, blockBytes - 1);
    write(0x28, blocks - 1);
    write(0x08, buffer);
    send(opcode, argument);
  };
  /** Bits high..low of the 128-bit register in the response words. */
  const bits = (words: readonly number[], high: number, low: number): number => {
    const all = words.reduce((sum, word, index) => sum | (BigInt(word >>> 0) << BigInt(32 * index)), 0n);
    return Number((all >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n));
  };

  beforeEach(() => build({ sdCard: card }, 'goldfish_mmc.0'));

  it('is there only with a card, at its fixed base with a dynamic interrupt after that of the sound device', () => {
    const { base: at, irq } = deviceNamed('goldfish_mmc.0');
    assert.deepEqual([at, irq], [MMC, deviceNamed('goldfish_audio.0').irq! + 1]);
    assert.equal(read(0x2c), 1);
    const without = createDeviceBus(goldfishLayout(), host);
    assert.ok(without.devices.every(({ instance }) => instance !== 'goldfish_mmc.0'));
  });

  it('identifies the card as the SD specification says (4.2.3)', () => {
    send(GO_IDLE);
    assert.equal(send(8, 0x1aa)[0], 0x1aa);
    assert.equal(send(APP)[0] & 0x20, 0x20, 'the next command is an application command');
    assert.equal(send(41, 0x40ff8000)[0], 0x80ff8000);
    const cid = send(2);
    assert.equal(String.fromCharCode(...[4, 3, 2, 1, 0].map((n) => bits(cid, 71 + 8 * n, 64 + 8 * n))), 'AVMSD');
    const address = send(3)[0] >>> 16;
    assert.notEqual(address, 0);
    const csd = send(9, address << 16);
    assert.deepEqual([bits(csd, 127, 126), bits(csd, 0, 0)], [0, 1]);
    const capacity = (bits(csd, 73, 62) + 1) * 2 ** (bits(csd, 49, 47) + 2) * 2 ** bits(csd, 83, 80);
    assert.equal(capacity, card.length);
    assert.equal((send(7, address << 16)[0] >>> 9) & 15, 4, 'transfer state');
    send(APP, address << 16);
    transfer(51, 0, 1, 0x100, 8);
    assert.deepEqual([...host.ram.subarray(0x100, 0x102)], [0x02, 0x25]);
  });

  it('does not answer what a memory card does not know: the command times out', () => {
    send(5);
    assert.equal(read(0x00), 1 | 8);
    write(0x00, 8);
    assert.equal(read(0x00), 1);
  });

  it('counts cards from 64 KB to 2 GB exactly enough, and larger ones in units of 512 KB as high capacity', () => {
    for (const byteLength of [65536, 9 << 20, 1 << 30, 2 ** 31]) {
      build({ sdCard: { image: card.slice(0, 512), byteLength } }, 'goldfish_mmc.0');
      const csd = send(9);
      assert.equal((bits(csd, 73, 62) + 1) * 2 ** (bits(csd, 49, 47) + 2) * 2 ** bits(csd, 83, 80), byteLength);
    }
    build({ sdCard: { image: card, byteLength: 4 * 2 ** 30 } }, 'goldfish_mmc.0');
    send(APP);
    assert.equal(send(41)[0], 0xc0ff8000);
    const csd = send(9);
    assert.deepEqual([bits(csd, 127, 126), (bits(csd, 69, 48) + 1) * 524288], [1, 4 * 2 ** 30]);
    transfer(24, 0x700000, 1, 0);
    transfer(17, 0x700000 - 1, 2, 0x4000);
    assert.deepEqual(host.ram.slice(0x4200, 0x4400), host.ram.slice(0, 512), 'addresses count blocks');
  });

  it('reads one block or many into physical memory, and interrupts for what is enabled', () => {
    write(0x04, 2);
    transfer(18, 512 * 3, 4, 0x8000);
    assert.deepEqual(host.ram.slice(0x8000, 0x8800), card.slice(512 * 3, 512 * 7));
    assert.equal(read(0x00), 3);
    assert.equal(bus.peek(0xff000000), 0, 'the interrupt controller has it masked');
    write(0x00, 3);
    assert.equal(read(0x00), 0);
    transfer(17, 0, 1, 0x8000);
    assert.deepEqual(host.ram.slice(0x8000, 0x8200), card.slice(0, 512));
  });

  it('writes, keeps it over snapshots, and leaves the given image alone', () => {
    const before = structuredClone(bus.capture());
    host.ram.fill(0xa5, 0x4000, 0x4400);
    transfer(25, 1 << 20, 2, 0x4000);
    transfer(18, (1 << 20) + 512, 2, 0x6000);
    assert.deepEqual([host.ram[0x6000], host.ram[0x6200]], [0xa5, card[(1 << 20) + 1024]]);
    bus.restore(before);
    transfer(17, 1 << 20, 1, 0x6000);
    assert.deepEqual(host.ram.slice(0x6000, 0x6200), card.slice(1 << 20, (1 << 20) + 512));
  });

  it('refuses a snapshot of other devices or of another card, and changes nothing', () => {
    const machine = (options: GoldfishOptions) =>
      createMachine({ board: createGoldfishBoard(options), ramBytes: 1 << 20 });
    const saved = machine({ sdCard: card }).snapshot();
    assert.throws(
      () => machine({}).restore(saved),
      /The snapshot has the devices .*goldfish_mmc.0.*; this machine has/,
    );
    const other = card.slice();
    other[512] ^= 1;
    const target = machine({ sdCard: other });
    target.run(10);
    assert.throws(() => target.restore(saved), /snapshot of goldfish_mmc.0 was made with another image/);
    assert.equal(target.instructionCount, 10);
    machine({ sdCard: card }).restore(structuredClone(saved));
  });

  it('refuses writes to a read-only card, and transfers outside of memory or without measure', () => {
    build({ sdCard: { image: card, readOnly: true } }, 'goldfish_mmc.0');
    assert.equal(read(0x2c), 3);
    transfer(24, 0, 1, 0x4000);
    transfer(17, 0, 1, 0xfffff000);
    transfer(17, 0, 2 ** 32, 0);
    assert.equal(host.diagnostics.length, 3, host.diagnostics.join('\n'));
  });
});
