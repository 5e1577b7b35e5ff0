import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { createDeviceBus, type DeviceBus } from '../../../src/machine/boards/deviceBus';
import { imx21Layout } from '../../../src/machine/boards/imx21';
import { createFakeHost, type FakeHost } from './fakeHost';

const AITC_ENABLE = 0x1004_0008;
const RTC = 0x1000_7000;
const GPIO = 0x1001_5000;
const LCDC = 0x1002_1000;
const TICKS_PER_SECOND = 200_000_000;

let host: FakeHost;
let bus: DeviceBus;
const read = (address: number): number => bus.read(address, 4) ?? assert.fail(`nothing at ${address.toString(16)}`);
const write = (address: number, value: number): void => assert.ok(bus.write(address, 4, value));
const time = (): string => `${read(RTC) >>> 8}:${read(RTC) & 0x3f}:${read(RTC + 4)}`;

function runTo(ticks: number): void {
  while (bus.nextEventTicks <= ticks) {
    host.ticks = bus.nextEventTicks;
    bus.service();
  }
  host.ticks = ticks;
}

beforeEach(() => {
  host = createFakeHost({ ramBytes: 0x10000 });
  bus = createDeviceBus(imx21Layout, host);
  for (const irq of [8, 22]) write(AITC_ENABLE, irq);
});

describe('imx_rtc', () => {
  it('counts seconds, minutes, hours and days of machine time from where it was set', () => {
    write(RTC + 0x20, 7);
    write(RTC, (23 << 8) | 59);
    write(RTC + 4, 58);
    host.ticks += TICKS_PER_SECOND;
    assert.deepEqual([time(), read(RTC + 0x20)], ['23:59:59', 7]);
    host.ticks += TICKS_PER_SECOND;
    assert.deepEqual([time(), read(RTC + 0x20)], ['0:0:0', 8]);
    assert.equal(read(RTC + 0x14) & 0x3a, 0x3a);
  });

  it('interrupts at the events that are enabled, and wants no service for others', () => {
    assert.equal(bus.nextEventTicks, Infinity);
    write(RTC + 0x14, 0x3f);
    write(RTC + 0x18, 0x10);
    runTo(host.ticks + TICKS_PER_SECOND);
    assert.equal(bus.irqAsserted, true);
    write(RTC + 0x14, 0x3f);
    assert.equal(bus.irqAsserted, false);
  });

  it('has an alarm, and stands still when it is switched off', () => {
    write(RTC + 0x20, 1);
    write(RTC, 0);
    write(RTC + 4, 0);
    write(RTC + 0x24, 1);
    write(RTC + 0x08, 1);
    write(RTC + 0x0c, 5);
    write(RTC + 0x14, 0x3f);
    write(RTC + 0x18, 4);
    runTo(64 * TICKS_PER_SECOND);
    assert.equal(bus.irqAsserted, false);
    runTo(65 * TICKS_PER_SECOND);
    assert.equal(bus.irqAsserted, true);
    write(RTC + 0x10, 0);
    const stopped = time();
    host.ticks += 10 * TICKS_PER_SECOND;
    assert.equal(time(), stopped);
  });
});

describe('imx_gpio', () => {
  const PORT_B = GPIO + 0x100;

  it('shows the levels of outputs and of inputs from outside', () => {
    write(PORT_B, 0x0f);
    write(PORT_B + 0x1c, 0x05);
    assert.equal(read(PORT_B + 0x24), 0xffff_fff5);
    bus.accept('imx_gpio', { port: 1, pin: 7, level: 0 });
    assert.equal(read(PORT_B + 0x24), 0xffff_ff75);
    assert.equal(bus.accepts('imx_gpio', { port: 6, pin: 0, level: 0 }), false);
  });

  it('interrupts on edges and levels, port by port', () => {
    write(PORT_B + 0x28, 1 << 14);
    write(PORT_B + 0x30, 1 << 7);
    bus.accept('imx_gpio', { port: 1, pin: 7, level: 0 });
    assert.deepEqual([bus.irqAsserted, read(PORT_B + 0x34) & 0x80], [true, 0x80]);
    write(PORT_B + 0x34, 0x80);
    assert.equal(bus.irqAsserted, false);
    bus.accept('imx_gpio', { port: 1, pin: 7, level: 1 });
    assert.equal(bus.irqAsserted, false);
    write(GPIO + 0x600, 0);
    bus.accept('imx_gpio', { port: 1, pin: 7, level: 0 });
    assert.equal(bus.irqAsserted, false);
  });
});

describe('imx_lcdc', () => {
  it('shows a frame of 5:6:5 pixels once it has an address, a size and a depth', () => {
    assert.deepEqual(bus.displays(), []);
    host.ram.fill(0x5a, 0x1000, 0x1000 + 16 * 2 * 2);
    write(LCDC, 0x1000);
    write(LCDC + 0x04, (1 << 20) | 2);
    write(LCDC + 0x18, 5 << 25);
    const [image] = bus.displays();
    assert.deepEqual([image?.width, image?.height], [16, 2]);
    assert.ok(image?.rgb565.every((byte) => byte === 0x5a));
  });

  it('shows a frame of 8 bits through its palette', () => {
    host.ram.fill(3, 0x2000, 0x2010);
    write(LCDC, 0x2000);
    write(LCDC + 0x04, (1 << 20) | 1);
    write(LCDC + 0x18, 3 << 25);
    write(LCDC + 0x800 + 4 * 3, 0xf0f);
    assert.deepEqual([...bus.displays()[0]!.rgb565.subarray(0, 2)], [0x1e, 0xf0]);
  });
});
