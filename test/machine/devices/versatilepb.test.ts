import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { type BoardLayout, CPU } from '../../../src/machine/boards/boardLayout';
import { createDeviceBus, type DeviceBus } from '../../../src/machine/boards/deviceBus';
import { createVersatilePbBoard, versatilePbLayout } from '../../../src/machine/boards/versatilepb';
import { createFakeHost, type FakeHost, latin1 } from './fakeHost';

const SYSREGS = 0x10000000;
const SIC = 0x10003000;
const CARD = 0x10005000;
const KEYBOARD = 0x10006000;
const CLCD = 0x10120000;
const VIC = 0x10140000;
const WATCHDOG = 0x101e1000;
const TIMER0 = 0x101e2000;
const TIMER1 = 0x101e2020;
const GPIO = 0x101e4000;
const RTC = 0x101e8000;
const UART0 = 0x101f1000;
const UART3 = 0x10009000;
const PCI = 0x41000000;
const EPOCH_SECONDS = 1_000_000_000;
const TICKS_PER_US = 200;

// The programs in test/conformance show that the board agrees with QEMU; here is what QEMU does not show.
describe('versatilepb devices', () => {
  let host: FakeHost;
  let bus: DeviceBus;
  const read = (address: number) => bus.read(address, 4)!;
  const write = (address: number, value: number) => assert.equal(bus.write(address, 4, value), true);
  /** Moves the clock and lets the devices act, as the machine does at each deadline. */
  const advance = (us: number) => {
    const end = host.ticks + us * TICKS_PER_US;
    while (bus.nextEventTicks <= end) {
      host.ticks = bus.nextEventTicks;
      bus.service();
    }
    host.ticks = end;
  };

  beforeEach(() => {
    host = createFakeHost({ ramBytes: 0x100000 });
    bus = createDeviceBus(versatilePbLayout({ epochSeconds: EPOCH_SECONDS }), host);
  });

  it('an empty page reads 0 and is told once; the board lets the access pass', () => {
    for (let count = 0; count < 3; count++) assert.equal(read(0x20000000 + count * 4), 0);
    write(0x20000100, 1);
    assert.deepEqual(host.diagnostics, ['No device stands at 0x20000000; read as 0.']);
    for (let page = 0; page < 5000; page++) bus.read(0x50000000 + page * 0x1000, 4);
    assert.ok(host.diagnostics.length <= 1000);
  });

  describe('PL011', () => {
    /** The UART as on the chip: RX by level. */
    const chip: BoardLayout = {
      interruptController: 'pl190',
      devices: [
        { device: 'pl190', base: VIC, controller: CPU, irq: 0, irqCount: 2 },
        { device: 'pl011', id: 0, base: UART0, irq: 12, parameters: { port: 0 } },
      ],
    };
    const RX = 1 << 4;
    const RT = 1 << 6;

    it('interrupts at its level, and after a silence of 32 bits below it', () => {
      bus = createDeviceBus(chip, host);
      write(UART0 + 0x24, 13); // 115200 baud at 24 MHz: a bit is 8.7 us
      write(UART0 + 0x28, 1);
      write(UART0 + 0x2c, 0x70);
      write(UART0 + 0x34, 0x12); // half full
      bus.receive(0, latin1('1234567'));
      assert.equal(read(UART0 + 0x3c), 0);
      bus.receive(0, latin1('8'));
      assert.equal(read(UART0 + 0x3c), RX);
      assert.equal(read(UART0), 0x31);
      assert.equal(read(UART0 + 0x3c), 0, 'seven are left');
      advance(250);
      assert.equal(read(UART0 + 0x3c), 0);
      advance(40);
      assert.equal(read(UART0 + 0x3c), RT);
      for (let count = 0; count < 7; count++) read(UART0);
      assert.equal(read(UART0 + 0x3c), 0);
      assert.equal(bus.nextEventTicks, Infinity);
    });

    it('takes 16 characters, and the rest in order as room comes', () => {
      write(UART0 + 0x2c, 0x10);
      bus.receive(0, latin1('abcdefghijklmnopqrstuvwxyz'));
      assert.equal(read(UART0 + 0x18) & 0x40, 0x40, 'full');
      let text = '';
      while ((read(UART0 + 0x18) & 0x10) === 0) text += String.fromCharCode(read(UART0));
      assert.equal(text, 'abcdefghijklmnopqrstuvwxyz');
    });

    it('receives what it sends in loopback, unless the receiver is off', () => {
      write(UART0 + 0x30, 0x381);
      write(UART0, 0x41);
      assert.deepEqual([read(UART0), host.console.length], [0x41, 0]);
      write(UART0 + 0x30, 0x181);
      write(UART0, 0x42);
      assert.equal(read(UART0 + 0x18) & 0x10, 0x10);
    });

    it('a debugger that looks at DR takes nothing', () => {
      bus.receive(0, latin1('x'));
      assert.equal(bus.peek(UART0), 0x78);
      assert.equal(bus.peek(UART0), 0x78);
      assert.equal(read(UART0), 0x78);
    });

    it('each UART is the serial port of its number', () => {
      [UART0, 0x101f2000, 0x101f3000, UART3].forEach((base, index) => write(base, 0x30 + index));
      assert.deepEqual(
        host.console,
        [0, 1, 2, 3].map((port) => ({ port, text: String(port) })),
      );
    });
  });

  describe('SP804', () => {
    it('a one-shot counter that has ended starts again when LOAD is written', () => {
      write(TIMER0, 100);
      write(TIMER0 + 8, 0xa3);
      advance(100);
      assert.deepEqual([read(TIMER0 + 0x10), read(TIMER0 + 4), bus.nextEventTicks], [1, 0, Infinity]);
      write(TIMER0 + 0xc, 1);
      write(TIMER0, 50);
      advance(49);
      assert.deepEqual([read(TIMER0 + 0x10), read(TIMER0 + 4)], [0, 1]);
      advance(1);
      assert.equal(read(TIMER0 + 0x10), 1);
    });

    it('a stopped counter keeps its value and goes on from it', () => {
      write(TIMER0, 1000);
      write(TIMER0 + 8, 0xc2);
      advance(300);
      write(TIMER0 + 8, 0x42);
      advance(5000);
      assert.equal(read(TIMER0 + 4), 700);
      write(TIMER0 + 8, 0xc2);
      advance(699);
      assert.deepEqual([read(TIMER0 + 0x10), read(TIMER0 + 4)], [0, 1]);
      advance(1);
      assert.equal(read(TIMER0 + 0x10), 1);
    });

    it('periods follow each other without drift, however late the interrupt is served', () => {
      write(TIMER0, 1000);
      write(TIMER0 + 8, 0xe2);
      advance(1000);
      advance(2345);
      write(TIMER0 + 0xc, 1);
      advance(654);
      assert.equal(read(TIMER0 + 0x10), 0);
      advance(1);
      assert.equal(read(TIMER0 + 0x10), 1);
    });

    it('runs freely through 0 to the top of its width', () => {
      write(TIMER1 + 8, 0x80);
      write(TIMER1, 2);
      advance(3);
      assert.deepEqual([read(TIMER1 + 4), read(TIMER1 + 0x10)], [0xffff, 1]);
      write(TIMER1 + 8, 0x82);
      write(TIMER1, 2);
      advance(4);
      assert.equal(read(TIMER1 + 4), 0xfffffffe);
    });

    it('divides its clock by 16 and 256, and counts at every step of a period of 0', () => {
      write(TIMER0, 10);
      write(TIMER0 + 8, 0x86);
      advance(160);
      assert.equal(read(TIMER0 + 0x10), 1);
      write(TIMER1, 0);
      write(TIMER1 + 8, 0xea);
      write(TIMER1 + 0xc, 1);
      advance(255);
      assert.equal(read(TIMER1 + 0x10), 0);
      advance(1);
      assert.equal(read(TIMER1 + 0x10), 1);
    });
  });

  describe('interrupt controllers', () => {
    it('both halves of the primary one reach the CPU', () => {
      write(VIC + 0x10, 3);
      write(VIC + 0x18, 1);
      assert.deepEqual([bus.irqAsserted, bus.fiqAsserted], [true, false]);
      write(VIC + 0xc, 1);
      assert.deepEqual([bus.irqAsserted, bus.fiqAsserted], [false, true]);
      write(VIC + 0x1c, 1);
      assert.deepEqual([bus.irqAsserted, bus.fiqAsserted], [false, false]);
    });

    it('reading the vector holds less urgent interrupts back until it is written; looking does not', () => {
      write(VIC + 0x100, 0x1000);
      write(VIC + 0x200, 0x20 | 5);
      write(VIC + 0x10, (1 << 5) | (1 << 6));
      write(VIC + 0x18, (1 << 5) | (1 << 6));
      assert.equal(bus.peek(VIC + 0x30), 0x1000);
      assert.equal(bus.irqAsserted, true);
      assert.equal(read(VIC + 0x30), 0x1000);
      assert.equal(bus.irqAsserted, false);
      write(VIC + 0x1c, 1 << 5);
      assert.equal(bus.irqAsserted, false, 'the other one waits for the end of the service');
      write(VIC + 0x30, 0);
      assert.equal(bus.irqAsserted, true);
    });

    it('an input of the secondary one is passed through, or comes by input 31, or both', () => {
      write(VIC + 0x10, 0xffffffff);
      const passable = () => read(VIC) & ~(1 << 4);
      write(SIC + 0x10, 1 << 3); // a software interrupt
      assert.equal(passable(), 0);
      write(SIC + 8, 1 << 3);
      assert.equal(passable() >>> 0, 0x80000000);
      write(SIC + 0x14, 1 << 3);
      assert.equal(passable(), 0);
      // A command without a card: MMCI0A is input 22.
      write(CARD + 0x3c, 4);
      write(CARD + 0xc, 0x448);
      assert.equal(passable(), 0);
      write(SIC + 0x20, 1 << 22);
      assert.equal(passable(), 1 << 22);
      write(CARD + 0x38, 4);
      assert.equal(passable(), 0);
    });
  });

  it('the watchdog interrupts, and resets the board when nobody serves it', () => {
    write(WATCHDOG, 1000);
    write(WATCHDOG + 8, 3);
    write(VIC + 0x10, 1);
    advance(999);
    assert.deepEqual([bus.irqAsserted, read(WATCHDOG + 4)], [false, 1]);
    advance(1);
    assert.equal(bus.irqAsserted, true);
    write(WATCHDOG + 0xc, 1);
    advance(1500);
    write(WATCHDOG + 0xc00, 0);
    write(WATCHDOG + 8, 0);
    assert.equal(read(WATCHDOG + 8), 3, 'locked');
    assert.deepEqual(host.halts, []);
    advance(500);
    assert.deepEqual(host.halts, ['The watchdog has reset the board.']);
    assert.equal(bus.nextEventTicks, Infinity);
  });

  it('SYS_RESETCTL resets when it is unlocked, and only then', () => {
    write(SYSREGS + 0x40, 0x105);
    assert.deepEqual(host.halts, []);
    write(SYSREGS + 0x20, 0xa05f);
    write(SYSREGS + 0x40, 0x105);
    assert.deepEqual(host.halts, ['The guest has reset the board (SYS_RESETCTL).']);
  });

  it('counters of the board follow machine time', () => {
    advance(1_234_567);
    assert.deepEqual([read(SYSREGS + 0x24), read(SYSREGS + 0x5c)], [123, 1_234_567 * 24]);
  });

  it('the clock starts at the configured date, can be set, and gives an alarm', () => {
    advance(2_500_000);
    assert.equal(read(RTC), EPOCH_SECONDS + 2);
    write(RTC + 8, 5000);
    assert.equal(read(RTC), 5000);
    write(RTC + 4, 5003);
    write(RTC + 0x10, 1);
    write(VIC + 0x10, 1 << 10);
    advance(2_400_000);
    assert.equal(bus.irqAsserted, false);
    advance(600_000);
    assert.deepEqual([bus.irqAsserted, read(RTC)], [true, 5003]);
    write(RTC + 0x1c, 1);
    assert.equal(bus.irqAsserted, false);
  });

  it('GPIO outputs read back through the mask and interrupt on the edges asked for', () => {
    write(GPIO + 0x400, 0xff);
    write(GPIO + 0x40c, 0x01); // line 0 rising, the others falling
    write(GPIO + 0x410, 0x03);
    write(VIC + 0x10, 1 << 6);
    write(GPIO + 4 * 0x03, 0x03);
    assert.deepEqual([read(GPIO + 4 * 0xff), read(GPIO + 0x418), bus.irqAsserted], [3, 1, true]);
    write(GPIO + 0x41c, 1);
    assert.equal(bus.irqAsserted, false);
    write(GPIO + 4 * 0x02, 0);
    assert.deepEqual([read(GPIO + 4 * 0xff), read(GPIO + 0x418)], [1, 2]);
  });

  it('the keyboard answers, keeps at most 16 bytes, and raises its interrupt', () => {
    write(SIC + 8, 1 << 3);
    write(VIC + 0x10, 0x80000000);
    write(KEYBOARD, 0x14);
    write(KEYBOARD + 8, 0xff);
    assert.equal(bus.irqAsserted, true);
    assert.deepEqual([read(KEYBOARD + 8), read(KEYBOARD + 8), bus.irqAsserted], [0xfa, 0xaa, false]);
    for (let count = 0; count < 100; count++) write(KEYBOARD + 8, 0xee);
    let bytes = 0;
    for (; (read(KEYBOARD + 4) & 0x10) !== 0; bytes++) read(KEYBOARD + 8);
    assert.equal(bytes, 16);
  });

  it('the PCI bridge stands in slot 11, in bytes and words; other slots are empty', () => {
    assert.equal(read(PCI + (11 << 11)), 0x030010ee);
    assert.deepEqual([bus.read(PCI + (11 << 11), 2), bus.read(PCI + (11 << 11) + 3, 1)], [0x10ee, 0x03]);
    bus.write(PCI + (11 << 11) + 4, 2, 0x0007);
    assert.equal(read(PCI + (11 << 11) + 4), 0x02200007);
    bus.write(PCI + (11 << 11), 4, 0x12345678);
    assert.equal(read(PCI + (11 << 11)), 0x030010ee);
    assert.equal(read(PCI + (12 << 11)), 0xffffffff);
    assert.equal(read(0x42ffffff & ~3), 0xffffffff);
  });

  describe('display', () => {
    const FRAME = 0x10000;
    /** 16 x 2 pixels. */
    const show = (control: number) => {
      write(CLCD, 0);
      write(CLCD + 4, 1);
      write(CLCD + 0x10, FRAME);
      write(CLCD + 0x18, control | 0x801);
      const [image] = bus.displays();
      return image && { ...image, pixels: [...new Uint16Array(image.rgb565.buffer)] };
    };
    const frame = new DataView(new ArrayBuffer(128));
    const put = () => host.ram.set(new Uint8Array(frame.buffer), FRAME);

    it('shows nothing until it is enabled and has power', () => {
      assert.deepEqual(bus.displays(), []);
      assert.equal(show(0)!.width, 16);
      write(CLCD + 0x18, 1);
      assert.deepEqual(bus.displays(), []);
    });

    it('16 bits: 5:5:5 with red low, or 5:6:5 as SYS_CLCD wires it', () => {
      frame.setUint16(0, 0x001f, true);
      frame.setUint16(2, 0x7c00, true);
      put();
      assert.deepEqual(show(4 << 1)!.pixels.slice(0, 3), [0xf800, 0x001f, 0]);
      write(SYSREGS + 0x50, 3);
      frame.setUint16(0, 0xf81f, true);
      frame.setUint16(2, 0x07e0, true);
      put();
      assert.deepEqual(show(4 << 1)!.pixels.slice(0, 2), [0xf81f, 0x07e0]);
      write(SYSREGS + 0x50, 2);
      frame.setUint16(0, 0x001f, true);
      put();
      assert.deepEqual(show(4 << 1)!.pixels[0], 0xf800);
    });

    it('24 bits in a word, and red and blue exchanged by BGR', () => {
      frame.setUint32(0, 0x000000ff, true);
      frame.setUint32(4, 0x00ff8000, true);
      put();
      assert.deepEqual(show(5 << 1)!.pixels.slice(0, 2), [0xf800, 0x041f]);
      assert.deepEqual(show((5 << 1) | 0x100)!.pixels.slice(0, 2), [0x001f, 0xfc00]);
    });

    it('8, 4, 2 and 1 bits by the palette, the first pixel low', () => {
      write(CLCD + 0x200, 0x03e0_001f); // 0 red, 1 green
      write(CLCD + 0x204, 0x0000_7c00); // 2 blue
      frame.setUint32(0, 0x00020100, true);
      put();
      assert.deepEqual(show(3 << 1)!.pixels.slice(0, 3), [0xf800, 0x07c0, 0x001f]);
      frame.setUint32(0, 0x210, true);
      put();
      assert.deepEqual(show(2 << 1)!.pixels.slice(0, 3), [0xf800, 0x07c0, 0x001f]);
      frame.setUint32(0, 0b100100, true);
      put();
      assert.deepEqual(show(1 << 1)!.pixels.slice(0, 3), [0xf800, 0x07c0, 0x001f]);
      frame.setUint32(0, 0b10, true);
      put();
      assert.deepEqual(show(0)!.pixels.slice(0, 2), [0xf800, 0x07c0]);
    });

    it('a frame outside of the memory is black', () => {
      write(CLCD, 0xfc);
      write(CLCD + 4, 0x3ff);
      write(CLCD + 0x10, 0xfffffff0);
      write(CLCD + 0x18, 0x801 | (5 << 1));
      const [image] = bus.displays();
      assert.deepEqual([image!.width, image!.height, image!.rgb565.some((byte) => byte !== 0)], [1024, 1024, false]);
    });
  });

  it('state is a plain copy: captured and restored on another bus, everything goes on alike', () => {
    bus.receive(0, latin1('abc'));
    write(TIMER0, 1000);
    write(TIMER0 + 8, 0xe2);
    write(SYSREGS + 0x50, 2);
    write(KEYBOARD + 8, 0xff);
    write(VIC + 0x10, 1 << 4);
    write(VIC + 0x104, 7);
    advance(400);
    const saved = structuredClone(bus.capture());
    const other = createVersatilePbBoard().createBus(host);
    other.restore(saved);
    assert.deepEqual(other.capture(), saved);
    // Written after the restore, and read back: the devices work on what was restored.
    other.write(SYSREGS + 8, 4, 0x5a);
    assert.equal(other.read(SYSREGS + 8, 4), 0x5a);
    assert.deepEqual([other.read(UART0, 4), other.read(TIMER0 + 4, 4), other.read(VIC + 0x104, 4)], [0x61, 600, 7]);
    assert.notDeepEqual(other.capture(), saved);
  });

  it('writes of any value anywhere in the device windows end, and never throw', () => {
    const values = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff];
    for (const { base, table } of bus.devices) {
      for (let offset = 0; offset < Math.min(table.windowBytes, 0x1000); offset += 2) {
        for (const value of values) bus.write(base + offset, 4, value);
        bus.read(base + offset, offset % 4 === 0 ? 4 : 2);
      }
    }
    advance(10_000);
    assert.ok(JSON.stringify(bus.capture()).length < 200_000);
  });
});
