import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { createDeviceBus, type DeviceBus } from '../../../src/machine/boards/deviceBus';
import { goldfishLayout, type GoldfishOptions } from '../../../src/machine/boards/goldfish';
import type { DeviceInput } from '../../../src/machine/types';
import { createFakeHost, type FakeHost } from './fakeHost';

const PIC_ENABLE = 0xff00_0010;
const MEMLOG = 0xff00_6000;
const FB = 0xff01_3000;
const BATTERY = 0xff01_4000;
const EVENTS = 0xff01_5000;
const SWITCH_IN = 0xff01_7000;
const SWITCH_OUT = 0xff01_8000;
const REFRESH_TICKS = Math.ceil(1e9 / 60 / 5);

let host: FakeHost;
let bus: DeviceBus;
const read = (address: number): number => bus.read(address, 4) ?? assert.fail(`nothing at ${address.toString(16)}`);
const write = (address: number, value: number): void => assert.ok(bus.write(address, 4, value));

/** Runs the clock to a tick, serving what wants to be served on the way. */
function runTo(ticks: number): void {
  while (bus.nextEventTicks <= ticks) {
    host.ticks = bus.nextEventTicks;
    bus.service();
  }
  host.ticks = ticks;
}

beforeEach(() => {
  host = createFakeHost({ ramBytes: 0x100000 });
  bus = createDeviceBus(goldfishLayout(), host);
  for (let irq = 0; irq < 32; irq++) write(PIC_ENABLE, irq);
});

describe('The goldfish board', () => {
  const places = (options: GoldfishOptions): string[] =>
    createDeviceBus(goldfishLayout(options), createFakeHost()).devices.map(
      ({ instance, base, irq }) => `${instance} ${base.toString(16)} ${irq ?? '-'}`,
    );

  it('has the bases and interrupts that were seen on the original with two serial ports', () => {
    assert.deepEqual(places({}), [
      'goldfish_interrupt_controller ff000000 -',
      'goldfish_device_bus ff001000 1',
      'goldfish_timer ff003000 3',
      'goldfish_rtc ff010000 10',
      'goldfish_tty.0 ff002000 4',
      'goldfish_tty.1 ff011000 11',
      'smc91x.0 ff012000 12',
      'goldfish_fb.0 ff013000 13',
      'goldfish_audio.0 ff004000 14',
      'goldfish_memlog.0 ff006000 -',
      'goldfish-battery.0 ff014000 15',
      'goldfish_events.0 ff015000 16',
      'goldfish_nand ff016000 -',
      'goldfish-switch.0 ff017000 17',
      'goldfish-switch.1 ff018000 18',
    ]);
  });

  it('shifts everything behind a third serial port, as the original does', () => {
    const shifted = places({ serialPorts: 3 });
    assert.ok(shifted.includes('goldfish_tty.2 ff012000 12'));
    assert.ok(shifted.includes('smc91x.0 ff013000 13'));
    assert.ok(shifted.includes('goldfish-switch.1 ff019000 19'));
  });

  it('puts the SD slot between sound and log, and the two pages of the trace device before the switches', () => {
    const all = places({ sdCard: new Uint8Array(512), traceDevice: true });
    assert.ok(all.includes('goldfish_mmc.0 ff005000 15'));
    assert.ok(all.includes('goldfish-battery.0 ff014000 16'));
    assert.deepEqual(all.slice(-3), [
      'qemu_trace ff017000 -',
      'goldfish-switch.0 ff019000 18',
      'goldfish-switch.1 ff01a000 19',
    ]);
  });
});

describe('goldfish_fb', () => {
  it('shows a frame from the refresh after its base was set, and says so', () => {
    assert.deepEqual([read(FB), read(FB + 4)], [320, 480]);
    host.ram.fill(0xab, 0x1000, 0x1000 + 320 * 480 * 2);
    write(FB + 0x0c, 2);
    write(FB + 0x10, 0x1000);
    assert.deepEqual(bus.displays(), []);
    assert.equal(bus.irqAsserted, false);
    runTo(REFRESH_TICKS);
    assert.equal(bus.irqAsserted, true);
    const [image] = bus.displays();
    assert.deepEqual([image?.instance, image?.width, image?.height], ['goldfish_fb.0', 320, 480]);
    assert.ok(image?.rgb565.every((byte) => byte === 0xab));
    assert.equal(read(FB + 8), 2);
    assert.deepEqual([bus.irqAsserted, read(FB + 8)], [false, 0]);
  });

  it('gives vsync sixty times a second while somebody waits for it, and asks for no service otherwise', () => {
    assert.equal(bus.nextEventTicks, Infinity);
    write(FB + 0x0c, 1);
    let count = 0;
    for (let frame = 1; frame <= 60; frame++) {
      runTo(Math.ceil((frame * 1e9) / 60 / 5));
      if (read(FB + 8) === 1) count++;
    }
    assert.equal(count, 60);
    write(FB + 0x18, 1);
    runTo(host.ticks + REFRESH_TICKS);
    assert.equal(bus.nextEventTicks, Infinity);
  });

  it('shows nothing while it is dark, and nothing of a frame outside of RAM', () => {
    write(FB + 0x10, 0xfff0_0000);
    runTo(REFRESH_TICKS);
    assert.deepEqual(bus.displays(), []);
    write(FB + 0x10, 0);
    runTo(2 * REFRESH_TICKS);
    assert.equal(bus.displays().length, 1);
    write(FB + 0x18, 1);
    assert.deepEqual(bus.displays(), []);
  });
});

describe('goldfish-battery', () => {
  it('says what the outside says, and interrupts when it changes', () => {
    assert.deepEqual(
      [8, 12, 16, 20, 24].map((offset) => read(BATTERY + offset)),
      [1, 1, 1, 1, 50],
    );
    write(BATTERY + 4, 3);
    assert.ok(bus.accepts('goldfish-battery.0', { capacity: 20, acOnline: 0 }));
    bus.accept('goldfish-battery.0', { capacity: 20, acOnline: 0 });
    assert.equal(bus.irqAsserted, true);
    assert.deepEqual([read(BATTERY), read(BATTERY), read(BATTERY + 24), read(BATTERY + 8)], [3, 0, 20, 0]);
    assert.equal(bus.irqAsserted, false);
  });

  it('takes no nonsense from outside', () => {
    const nonsense: DeviceInput[] = [{}, { capacity: 101 }, { capacity: 1.5 }, { acOnline: 'yes' }, { volts: 4 }];
    for (const input of nonsense) assert.equal(bus.accepts('goldfish-battery.0', input), false, JSON.stringify(input));
  });
});

describe('goldfish_events', () => {
  const page = (number: number): number[] => {
    write(EVENTS, number);
    return Array.from({ length: read(EVENTS + 4) }, (_, index) => bus.read(EVENTS + 8 + index, 1) ?? 0);
  };
  const has = (bits: readonly number[], code: number): boolean => (((bits[code >>> 3] ?? 0) >>> (code & 7)) & 1) === 1;

  it('tells its name, the types and codes that it can send, and the range of its axes', () => {
    assert.equal(String.fromCharCode(...page(0)), 'qwerty');
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((type) => has(page(0x10000), type)),
      [true, true, true, true, false],
    );
    for (const key of [28, 30, 102, 0x14a]) assert.ok(has(page(0x10001), key), String(key));
    assert.ok(!has(page(0x10001), 200));
    assert.deepEqual(page(0x10004), []);
    write(EVENTS, 0x20003);
    assert.deepEqual(
      [4, 20].map((offset) => read(EVENTS + 8 + offset)),
      [319, 479],
    );
  });

  it('gives events word by word, and holds the interrupt until the last one is taken', () => {
    bus.accept('goldfish_events.0', { type: 1, code: 30, value: 1 });
    assert.equal(bus.irqAsserted, true);
    assert.deepEqual([read(EVENTS), read(EVENTS), read(EVENTS), read(EVENTS)], [1, 30, 1, 0]);
    assert.equal(bus.irqAsserted, false);
  });

  it('types a text with the shift key where it is needed, and refuses what it has no key for', () => {
    bus.accept('goldfish_events.0', { text: 'A' });
    const words = Array.from({ length: 24 }, () => read(EVENTS));
    const keys = Array.from({ length: 8 }, (_, event) => words.slice(3 * event, 3 * event + 3)).filter(
      ([type]) => type === 1,
    );
    assert.deepEqual(keys, [
      [1, 42, 1],
      [1, 30, 1],
      [1, 30, 0],
      [1, 42, 0],
    ]);
    assert.equal(bus.accepts('goldfish_events.0', { text: 'ä' }), false);
    assert.equal(bus.accepts('goldfish_events.0', { type: 1, code: 30 }), false);
  });

  it('drops whole events when nobody takes them', () => {
    for (let i = 0; i < 1000; i++) bus.accept('goldfish_events.0', { type: 1, code: 30, value: 1 });
    let words = 0;
    while (bus.irqAsserted) {
      read(EVENTS);
      words++;
    }
    assert.equal(words, 1023);
    assert.match(host.diagnostics.join(), /takes no events/);
  });
});

describe('goldfish-switch', () => {
  it('gives its name, and an output drives the input that it is wired to', () => {
    write(SWITCH_OUT + 4, 0x2000);
    assert.equal(read(SWITCH_OUT), 5);
    assert.equal(new TextDecoder().decode(host.ram.subarray(0x2000, 0x2005)), 'test2');
    assert.deepEqual([read(SWITCH_IN + 8), read(SWITCH_OUT + 8)], [0, 1]);
    write(SWITCH_IN + 0x14, 1);
    write(SWITCH_OUT + 0x0c, 1);
    assert.equal(bus.irqAsserted, true);
    assert.deepEqual([read(SWITCH_IN + 0x0c), read(SWITCH_IN + 0x10), read(SWITCH_IN + 0x10)], [1, 1, 0]);
    assert.equal(bus.irqAsserted, false);
  });

  it('takes the state of an input from outside, never that of an output', () => {
    assert.ok(bus.accepts('goldfish-switch.0', { state: 1 }));
    assert.equal(bus.accepts('goldfish-switch.1', { state: 1 }), false);
    bus.accept('goldfish-switch.0', { state: 1 });
    assert.equal(read(SWITCH_IN + 0x0c), 1);
    write(SWITCH_IN + 0x0c, 0);
    assert.equal(read(SWITCH_IN + 0x0c), 1);
  });
});

describe('goldfish_memlog', () => {
  it('notes words, and tells the first two when the first is written', () => {
    write(MEMLOG + 4, 0xbeef);
    assert.equal(host.outputs.length, 0);
    write(MEMLOG, 0x1234);
    assert.deepEqual(
      host.outputs.map(({ output }) => output.line),
      ['goldfish_memlog.0: 00001234 0000beef'],
    );
  });
});
