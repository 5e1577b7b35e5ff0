import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { createGoldfishBoard, goldfishLayout } from '../../../src/machine/boards/goldfish';
import { createDeviceBus, type DeviceBus } from '../../../src/machine/boards/deviceBus';
import { createFakeHost, type FakeHost, latin1 } from './fakeHost';

const PIC = 0xff000000;
const BUS = 0xff001000;
const TTY = 0xff002000;
const TIMER = 0xff003000;
const RTC = 0xff010000;
const EPOCH_SECONDS = 1_000_000_000;

describe('goldfish devices', () => {
  let host: FakeHost;
  let bus: DeviceBus;
  const read = (address: number) => bus.read(address, 4);
  const write = (address: number, value: number) => assert.equal(bus.write(address, 4, value), true);

  beforeEach(() => {
    host = createFakeHost();
    bus = createDeviceBus(goldfishLayout({ epochSeconds: EPOCH_SECONDS }), host);
  });

  describe('interrupt controller', () => {
    it('asserts nIRQ while an enabled line is high, and tells how many and which is lowest', () => {
      bus.receive(0, latin1('x'));
      write(TTY + 8, 1);
      assert.equal(bus.irqAsserted, false);
      write(PIC + 0x10, 4);
      assert.deepEqual([bus.irqAsserted, read(PIC), read(PIC + 4)], [true, 1, 4]);
      write(BUS, 0);
      write(PIC + 0x10, 1);
      assert.deepEqual([read(PIC), read(PIC + 4)], [2, 1]);
      write(PIC + 0xc, 1);
      assert.deepEqual([read(PIC), read(PIC + 4)], [1, 4]);
      assert.equal(bus.fiqAsserted, false);
    });

    it('drops nIRQ when the device drops its line, not when the guest looks', () => {
      write(BUS, 0);
      write(PIC + 0x10, 1);
      read(PIC);
      read(PIC + 4);
      assert.equal(bus.irqAsserted, true);
      for (let count = 0; count <= bus.devices.length; count++) read(BUS);
      assert.equal(bus.irqAsserted, false);
    });

    it('forgets levels and enables on DISABLE_ALL', () => {
      write(BUS, 0);
      write(PIC + 0x10, 1);
      write(PIC + 8, 0);
      write(PIC + 0x10, 1);
      assert.deepEqual([bus.irqAsserted, read(PIC), read(PIC + 4)], [false, 0, 0]);
    });

    it('refuses interrupt numbers above 31 with a diagnostic', () => {
      write(PIC + 0x10, 36);
      bus.receive(0, latin1('x'));
      write(TTY + 8, 1);
      assert.equal(bus.irqAsserted, false);
      assert.match(host.diagnostics.join(), /no interrupt 36/);
    });
  });

  describe('device bus', () => {
    it('enumerates the board in registration order with the bases and interrupts of the real emulator', () => {
      write(BUS, 0);
      const seen: string[] = [];
      while (read(BUS) === 8) {
        const length = read(BUS + 8)!;
        write(BUS + 4, 0x200);
        const name = new TextDecoder().decode(host.ram.subarray(0x200, 0x200 + length));
        const [id, base, size, irq, count] = [0xc, 0x10, 0x14, 0x18, 0x1c].map((offset) => read(BUS + offset)!);
        assert.equal(size, 0x1000);
        seen.push(`${name} ${id | 0} ${base.toString(16)} ${count === 0 ? '-' : irq}`);
      }
      assert.deepEqual(seen.slice(0, 6), [
        'goldfish_interrupt_controller -1 ff000000 -',
        'goldfish_device_bus -1 ff001000 1',
        'goldfish_timer -1 ff003000 3',
        'goldfish_rtc -1 ff010000 10',
        'goldfish_tty 0 ff002000 4',
        'goldfish_tty 1 ff011000 11',
      ]);
      assert.equal(seen.length, bus.devices.length);
    });

    it('refuses to store a name where nothing is mapped', () => {
      write(BUS, 0);
      read(BUS);
      write(BUS + 4, 0xfffffff0);
      assert.match(host.diagnostics.join(), /cannot store a name at virtual address 0xfffffff0/);
    });
  });

  describe('serial port', () => {
    it('sends single characters, also by byte stores', () => {
      write(TTY, 0x41);
      bus.write(TTY, 1, 0x142);
      assert.deepEqual(host.console, [
        { port: 0, text: 'A' },
        { port: 0, text: 'B' },
      ]);
    });

    it('sends a buffer as one piece, across page borders', () => {
      const text = 'x'.repeat(3000);
      host.ram.set(latin1(text), 0x3f0);
      write(0xff011000 + 0x10, 0x3f0);
      write(0xff011000 + 0x14, text.length);
      write(0xff011000 + 8, 2);
      assert.deepEqual(host.console, [{ port: 1, text }]);
    });

    it('sends what is mapped and reports the rest', () => {
      write(TTY + 0x10, host.mappedEnd - 0x400);
      write(TTY + 0x14, 0x800);
      write(TTY + 8, 2);
      assert.equal(host.console[0].text.length, 0x400);
      assert.match(host.diagnostics.join(), /buffer at virtual address 0x10000 is not mapped/);
    });

    it('refuses a length of 0xFFFFFFFF for either direction at once', () => {
      write(TTY + 0x14, 0xffffffff);
      write(TTY + 8, 2);
      write(TTY + 8, 3);
      assert.deepEqual(host.console, []);
      assert.match(host.diagnostics[0], /write of 4294967295 bytes was refused/);
      assert.match(host.diagnostics[1], /read of 4294967295 bytes was refused/);
    });

    it('holds its line while enabled and bytes are ready, and hands them over', () => {
      write(PIC + 0x10, 4);
      write(TTY + 8, 1);
      bus.receive(0, latin1('hello'));
      assert.deepEqual([bus.irqAsserted, read(TTY + 4)], [true, 5]);
      write(TTY + 0x10, 0x800);
      write(TTY + 0x14, 3);
      write(TTY + 8, 3);
      assert.deepEqual([bus.irqAsserted, read(TTY + 4)], [true, 2]);
      write(TTY + 8, 0);
      assert.equal(bus.irqAsserted, false);
      write(TTY + 8, 1);
      write(TTY + 0x14, 2);
      write(TTY + 8, 3);
      assert.equal(bus.irqAsserted, false);
      assert.deepEqual([...host.ram.subarray(0x800, 0x803)], [...latin1('lol')]);
    });

    it('shows at most 128 bytes at once and keeps the rest in order', () => {
      bus.receive(
        0,
        Uint8Array.from({ length: 300 }, (_, index) => index),
      );
      const received: number[] = [];
      for (let ready = read(TTY + 4)!; ready > 0; ready = read(TTY + 4)!) {
        assert.ok(ready <= 128);
        write(TTY + 0x10, 0);
        write(TTY + 0x14, ready);
        write(TTY + 8, 3);
        received.push(...host.ram.subarray(0, ready));
      }
      assert.deepEqual(
        received,
        Array.from({ length: 300 }, (_, index) => index & 0xff),
      );
    });
  });

  describe('timer', () => {
    const NS_PER_TICK = 5;

    it('counts nanoseconds and latches the high word on reading the low one', () => {
      host.ticks = (2 ** 33 + 7) / NS_PER_TICK; // not a whole tick: the time is rounded down
      assert.equal(read(TIMER), 7);
      host.ticks *= 2;
      assert.equal(read(TIMER + 4), 2);
      assert.equal(bus.peek(TIMER), 14);
      assert.equal(read(TIMER + 4), 2, 'a debugger that looks latches nothing');
    });

    it('interrupts once, at the first tick at or after the alarm', () => {
      write(PIC + 0x10, 3);
      write(TIMER + 0xc, 0);
      write(TIMER + 8, 1001);
      assert.equal(bus.nextEventTicks, 201);
      host.ticks = 200;
      bus.service();
      assert.equal(bus.irqAsserted, false);
      host.ticks = 201;
      bus.service();
      assert.deepEqual([bus.irqAsserted, bus.nextEventTicks], [true, Infinity]);
      write(TIMER + 0x10, 0);
      host.ticks = 100_000;
      bus.service();
      assert.equal(bus.irqAsserted, false);
    });

    it('interrupts at once when the alarm has already passed', () => {
      host.ticks = 1000;
      write(PIC + 0x10, 3);
      write(TIMER + 0xc, 0);
      write(TIMER + 8, 5000);
      assert.deepEqual([bus.irqAsserted, bus.nextEventTicks], [true, Infinity]);
    });

    it('disarms on CLEAR_ALARM and waits without end for an alarm in the far future', () => {
      write(TIMER + 0xc, 0x7fffffff);
      write(TIMER + 8, 0xffffffff);
      assert.ok(bus.nextEventTicks > Number.MAX_SAFE_INTEGER);
      write(TIMER + 0x14, 1);
      assert.equal(bus.nextEventTicks, Infinity);
    });
  });

  it('the clock gives whole seconds from the configured date, as nanoseconds', () => {
    host.ticks = 2_999_999_999 / 5;
    const low = BigInt(read(RTC)!);
    const high = BigInt(read(RTC + 4)!);
    assert.equal((high << 32n) | low, BigInt(EPOCH_SECONDS + 2) * 1_000_000_000n);
  });

  it('an unknown offset reads 0 and is reported once; an address without a device does not answer', () => {
    for (let count = 0; count < 5; count++) assert.equal(read(TIMER + 0xffc), 0);
    write(TIMER + 0x800, 1);
    assert.equal(host.diagnostics.length, 2);
    assert.match(host.diagnostics[0], /goldfish_timer: no readable register at offset 0xffc/);
    assert.equal(bus.read(0xff7ff000, 4), undefined);
    assert.equal(bus.write(0xff7ff000, 4, 0), false);
  });

  it('state is a plain copy: captured and restored on another bus, everything goes on alike', () => {
    bus.receive(0, latin1('abc'));
    write(TTY + 8, 1);
    write(PIC + 0x10, 4);
    write(TIMER + 8, 5000);
    const saved = structuredClone(bus.capture());
    const other = createGoldfishBoard({ epochSeconds: EPOCH_SECONDS }).createBus(host);
    let changes = 0;
    other.onChange(() => changes++);
    other.restore(saved);
    assert.deepEqual([other.irqAsserted, other.nextEventTicks, other.read(TTY + 4, 4)], [true, 1000, 3]);
    assert.equal(changes, 1);
    assert.deepEqual(other.capture(), saved);
  });

  it('writes of any value anywhere in the device windows end, and never throw', () => {
    const values = [0, 1, 2, 3, 4, 0x7fffffff, 0x80000000, 0xffffffff];
    for (const { base, table } of bus.devices) {
      for (let offset = 0; offset < 0x140; offset++) {
        for (const value of values) bus.write(base + offset, 4, value);
        bus.read(base + offset, 4);
      }
      assert.equal(table.windowBytes, 0x1000);
    }
    assert.ok(host.diagnostics.length > 0);
  });
});
