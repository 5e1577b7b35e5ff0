import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { AccessSize } from '../../../src/machine/bus';
import { createDeviceBus, type DeviceBus } from '../../../src/machine/boards/deviceBus';
import { goldfishLayout } from '../../../src/machine/boards/goldfish';
import { createFakeHost, type FakeHost } from './fakeHost';

const CHIP = 0xff01_2000;
const INSTANCE = 'smc91x.0';
const MAC = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
const BROADCAST = [255, 255, 255, 255, 255, 255];

let host: FakeHost;
let bus: DeviceBus;

const bank = (number: number): void => void bus.write(CHIP + 0xe, 2, number);
const read = (offset: number, size: AccessSize = 2): number => bus.read(CHIP + offset, size) ?? assert.fail();
const write = (offset: number, value: number, size: AccessSize = 2): void => void bus.write(CHIP + offset, size, value);

/** Receiver and transmitter on, CRC stripped; leaves bank 2 selected, with receive and transmit interrupts let through. */
function start(): void {
  bank(0);
  write(0, 0x0081);
  write(4, 0x0300);
  bank(2);
  write(0xd, 0x03, 1);
}

/** Sends a frame as a driver does: allocate, write, enqueue. */
function send(frame: readonly number[]): void {
  bank(2);
  write(0, 0x20);
  write(2, read(3, 1), 1);
  write(6, 0x4000);
  const odd = frame.length & 1;
  const count = 6 + frame.length - odd;
  const bytes = [0, 0, count & 0xff, count >>> 8, ...frame, ...(odd ? [0x20] : [0, 0])];
  for (const byte of bytes) write(8, byte, 1);
  write(0, 0xc0);
}

/** Takes the packet at the head of the receive FIFO as a driver does. */
function receive(): number[] {
  bank(2);
  assert.equal(read(5, 1) & 0x80, 0, 'a packet has come');
  write(6, 0xe000);
  const status = read(8);
  const count = read(8);
  const length = count - 6 + ((status & 0x1000) !== 0 ? 1 : 0);
  const frame = Array.from({ length }, () => read(8, 1));
  write(0, 0x80);
  return frame;
}

beforeEach(() => {
  host = createFakeHost();
  bus = createDeviceBus(goldfishLayout(), host);
  bus.write(0xff00_0010, 4, 12);
});

describe('smc91c111', () => {
  it('is found as a LAN91C11xFD of revision 1 with its address, and 0x33 above the bank select', () => {
    assert.equal(read(0xe) & 0xff00, 0x3300);
    bank(3);
    assert.equal(read(0xa), 0x3391);
    bank(1);
    assert.deepEqual(
      [4, 5, 6, 7, 8, 9].map((offset) => read(offset, 1)),
      MAC,
    );
    assert.equal(read(0xe), 0x3301);
  });

  it('sends what was put into a packet, and keeps the packet until the driver releases it', () => {
    start();
    const frame = [...BROADCAST, ...MAC, 0x88, 0xb5, ...Array.from({ length: 50 }, (_, i) => i)];
    send(frame);
    assert.deepEqual(
      host.outputs.map(({ instance, output }) => [instance, [...(output.frame as Uint8Array)]]),
      [[INSTANCE, frame]],
    );
    assert.equal(bus.irqAsserted, true);
    assert.equal(read(4, 1), 0);
    assert.equal(read(0xc, 1) & 2, 2);
    write(0xc, 2, 1);
    assert.deepEqual([read(4, 1), bus.irqAsserted], [0x80, false]);
    bank(0);
    assert.equal(read(8) >>> 8, 3);
    bank(2);
    write(2, 0, 1);
    write(0, 0xa0);
    bank(0);
    assert.equal(read(8) >>> 8, 4);
  });

  it('sends frames of odd length whole, and fills short ones', () => {
    start();
    send([...BROADCAST, ...MAC, 0x88, 0xb5, 1, 2, 3]);
    const sent = [...(host.outputs[0]?.output.frame as Uint8Array)];
    assert.deepEqual([sent.length, ...sent.slice(14, 18)], [60, 1, 2, 3, 0]);
  });

  it('says when no packet is free, and makes the allocation when one is', () => {
    start();
    for (let i = 0; i < 4; i++) {
      write(0, 0x20);
      assert.equal(read(3, 1), i);
    }
    write(0, 0x20);
    assert.equal(read(3, 1), 0x80);
    assert.equal(read(0xc, 1) & 8, 0);
    write(2, 2, 1);
    write(0, 0xa0);
    assert.deepEqual([read(3, 1), read(0xc, 1) & 8], [2, 8]);
  });

  it('receives frames for its address and for all, by bytes, halfwords and words alike', () => {
    start();
    const frame = [...MAC, ...BROADCAST, 0x88, 0xb5, ...Array.from({ length: 61 }, (_, i) => 255 - i)];
    assert.ok(bus.accepts(INSTANCE, { frame: Uint8Array.from(frame) }));
    bus.accept(INSTANCE, { frame: Uint8Array.from(frame) });
    assert.equal(bus.irqAsserted, true);
    assert.deepEqual(receive(), frame);
    assert.equal(bus.irqAsserted, false);
    bus.accept(INSTANCE, { frame: Uint8Array.from([...BROADCAST, ...frame.slice(6)]) });
    write(6, 0xe004);
    assert.equal(read(8, 4), 0xffff_ffff);
    assert.equal(read(8, 4), 0xffff_ffff);
    assert.equal(read(8), 0xffff);
    write(0, 0x80);
    bus.accept(INSTANCE, { frame: Uint8Array.from([2, 0, 0, 0, 0, 1, ...frame.slice(6)]) });
    assert.equal(read(5, 1), 0x80);
  });

  it('loses frames when all packets are taken, and says so', () => {
    start();
    const frame = Uint8Array.from([...MAC, ...BROADCAST, 0x88, 0xb5, ...new Array<number>(46).fill(0)]);
    for (let i = 0; i < 5; i++) bus.accept(INSTANCE, { frame });
    assert.equal(read(0xc, 1) & 0x10, 0x10);
    for (let i = 0; i < 4; i++) receive();
    assert.equal(read(5, 1), 0x80);
  });

  it('selects a bank by a word at 0xC without touching the registers beside it', () => {
    start();
    write(0xc, 0x0001_0000, 4);
    assert.equal(read(0xe), 0x3301);
    assert.equal(read(0xc), 0x1210);
    write(0xc, 0x0002_0000, 4);
    assert.equal(read(0xc), 0x0304);
  });

  it('leads to a PHY that is linked, at address 0 and at no other', () => {
    bank(3);
    const clock = (bits: number): void => {
      write(8, 0x3330 | bits);
      write(8, 0x3334 | bits);
    };
    const out = (value: number, count: number): void => {
      for (let bit = count - 1; bit >= 0; bit--) clock(8 | ((value >>> bit) & 1));
    };
    const readPhy = (register: number, address = 0): number => {
      out(0xffff_ffff, 32);
      out((0b0110 << 10) | (address << 5) | register, 14);
      let value = 0;
      for (let bit = 0; bit < 18; bit++) {
        value = (value << 1) | ((read(8) >>> 1) & 1);
        clock(0);
      }
      // With the turnaround, as drivers take it.
      return value;
    };
    for (let address = 1; address < 32; address++) assert.equal(readPhy(2, address), 0);
    assert.deepEqual([readPhy(2), readPhy(3) & 0xfff0], [0x0016, 0xf840]);
    assert.equal(readPhy(1) & 0x24, 0x24);
    out(0xffff_ffff, 32);
    out(0b0101 << 28, 32);
    assert.equal(readPhy(0), 0);
  });

  it('survives any write of any size anywhere, and peeking changes nothing', () => {
    let seed = 1;
    const random = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8;
    for (let i = 0; i < 20_000; i++) {
      const size = ([1, 2, 4] as const)[random() % 3]!;
      if (random() & 1) write(random() % 0x20, random(), size);
      else read(random() % 0x20, size);
    }
    const before = bus.capture();
    for (let offset = 0; offset < 0x1000; offset++) bus.peek(CHIP + offset);
    assert.deepEqual(bus.capture(), before);
  });
});

describe('The network at the end of the cable', () => {
  const GUEST_IP = [10, 0, 2, 15];
  const word = (value: number): number[] => [value >>> 8, value & 0xff];
  const ipFrame = (protocol: number, to: readonly number[], body: readonly number[]): number[] => [
    ...BROADCAST,
    ...MAC,
    ...[8, 0, 0x45, 0, ...word(20 + body.length), 0, 0, 0, 0, 64, protocol, 0, 0, ...GUEST_IP, ...to, ...body],
  ];

  beforeEach(start);

  it('answers ARP for its two addresses only', () => {
    const request = (target: readonly number[]): number[] => [
      ...[...BROADCAST, ...MAC, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1],
      ...[...MAC, ...GUEST_IP, 0, 0, 0, 0, 0, 0, ...target],
    ];
    send(request([10, 0, 2, 2]));
    const reply = receive();
    assert.deepEqual(reply.slice(0, 6), MAC);
    assert.deepEqual(reply.slice(20, 22), [0, 2]);
    assert.deepEqual(reply.slice(28, 32), [10, 0, 2, 2]);
    send(request([10, 0, 2, 77]));
    assert.equal(read(5, 1), 0x80);
  });

  it('answers a ping with what was sent', () => {
    send(ipFrame(1, [10, 0, 2, 2], [8, 0, 0, 0, 1, 2, 3, 4, ...Buffer.from('are you there?')]));
    const reply = receive();
    assert.equal(reply[34], 0);
    assert.equal(Buffer.from(reply.slice(42, 56)).toString(), 'are you there?');
    const sum = (from: number, to: number): number => {
      let total = 0;
      for (let i = from; i < to; i += 2) total += (reply[i]! << 8) | reply[i + 1]!;
      return ((total & 0xffff) + (total >>> 16)) & 0xffff;
    };
    assert.deepEqual([sum(14, 34), sum(34, 56)], [0xffff, 0xffff]);
  });

  it('answers nothing that would be longer than a frame may be, even with the last packet free', () => {
    bank(0);
    write(4, 0x0100);
    bank(2);
    write(0, 0x20);
    write(0, 0x20);
    send(ipFrame(1, [10, 0, 2, 2], [8, 0, 0, 0, 1, 2, 3, 4, ...new Array<number>(1999).fill(0x55)]));
    assert.equal((host.outputs[0]?.output.frame as Uint8Array).length, 2041);
    assert.equal(read(5, 1), 0x80);
  });

  it('gives the address 10.0.2.15 by DHCP', () => {
    const message = [
      1,
      1,
      6,
      0,
      9,
      9,
      9,
      9,
      ...new Array<number>(20).fill(0),
      ...MAC,
      ...new Array<number>(202).fill(0),
    ];
    const discover = [...message, 99, 130, 83, 99, 53, 1, 1, 255];
    send(
      ipFrame(17, [255, 255, 255, 255], [...word(68), ...word(67), ...word(8 + discover.length), 0, 0, ...discover]),
    );
    const reply = receive().slice(42);
    assert.deepEqual([reply[0], ...reply.slice(4, 8), ...reply.slice(16, 20)], [2, 9, 9, 9, 9, 10, 0, 2, 15]);
    assert.deepEqual(reply.slice(240, 243), [53, 1, 2]);
  });
});
