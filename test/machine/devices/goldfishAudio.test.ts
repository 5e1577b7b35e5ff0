import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { createDeviceBus, type DeviceBus } from '../../../src/machine/boards/deviceBus';
import { goldfishLayout } from '../../../src/machine/boards/goldfish';
import { createFakeHost, type FakeHost } from './fakeHost';

const PIC = 0xff000000;
const AUDIO = 0xff004000;
const [STATUS, ENABLE, BUFFER_1, BUFFER_2, BYTES_1, BYTES_2] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14];
const [READ_SUPPORTED, READ_BUFFER, START_READ, READ_BYTES] = [0x18, 0x1c, 0x20, 0x24];
const TICKS_PER_SECOND = 200e6;
const OUTPUT_BYTES_PER_SECOND = 44100 * 4;

describe('goldfish sound', () => {
  let host: FakeHost;
  let bus: DeviceBus;
  const read = (offset: number) => bus.read(AUDIO + offset, 4);
  const write = (offset: number, value: number) => assert.equal(bus.write(AUDIO + offset, 4, value), true);
  const irqPending = () => bus.peek(PIC) === 1;
  const runTo = (ticks: number) => {
    host.ticks = ticks;
    bus.service();
  };

  beforeEach(() => {
    host = createFakeHost();
    bus = createDeviceBus(goldfishLayout(), host);
    const { irq } = bus.devices.find(({ instance }) => instance === 'goldfish_audio.0')!;
    bus.write(PIC + 0x10, 4, irq!);
  });

  it('says that both output buffers are empty when interrupts are enabled; reading drops the interrupt, not the bits', () => {
    write(ENABLE, 7);
    assert.equal(irqPending(), true);
    assert.equal(read(STATUS), 3);
    assert.equal(irqPending(), false);
    assert.equal(read(STATUS), 3);
    assert.equal(read(READ_SUPPORTED), 1);
  });

  it('plays one second of 44100 Hz stereo in one second of machine time, then asks for more', () => {
    write(ENABLE, 3);
    read(STATUS);
    host.ram.fill(0x11, 0x1000, 0x1000 + 17640);
    write(BUFFER_1, 0x1000);
    write(BYTES_1, 17640);
    assert.equal(read(STATUS), 2);
    assert.equal(bus.nextEventTicks, TICKS_PER_SECOND / 10);
    runTo(TICKS_PER_SECOND / 10 - 1);
    assert.deepEqual([irqPending(), host.outputs.length], [false, 0]);
    runTo(TICKS_PER_SECOND / 10);
    assert.deepEqual([irqPending(), read(STATUS)], [true, 3]);
    assert.deepEqual(host.outputs, [
      {
        instance: 'goldfish_audio.0',
        output: { pcm: new Uint8Array(17640).fill(0x11), rate: 44100, channels: 2 },
      },
    ]);
  });

  it('plays its two buffers one after the other without a gap, whichever comes first', () => {
    write(ENABLE, 3);
    host.ram.fill(1, 0x100, 0x100 + 400);
    host.ram.fill(2, 0x800, 0x800 + 800);
    write(BUFFER_1, 0x100);
    write(BUFFER_2, 0x800);
    write(BYTES_2, 800);
    write(BYTES_1, 400);
    write(BYTES_1, 4);
    assert.match(host.diagnostics.join(), /started again while it was playing/);
    const endOf = (bytes: number) => Math.ceil(((bytes / OUTPUT_BYTES_PER_SECOND) * 1e9) / 5);
    runTo(endOf(800));
    assert.deepEqual([host.outputs.map(({ output }) => (output.pcm as Uint8Array)[0]), read(STATUS)], [[2], 2]);
    runTo(endOf(1200) - 2);
    assert.equal(host.outputs.length, 1);
    runTo(endOf(1200) + 1);
    assert.deepEqual([host.outputs.map(({ output }) => (output.pcm as Uint8Array)[0]), read(STATUS)], [[2, 1], 3]);
    assert.equal(bus.nextEventTicks, Infinity);
  });

  it('records silence at 8000 Hz, or what came from outside, and silence after it', () => {
    write(ENABLE, 4);
    write(READ_BUFFER, 0x2000);
    host.ram.fill(9, 0x2000, 0x2000 + 1600);
    write(START_READ, 1600);
    assert.equal(bus.nextEventTicks, TICKS_PER_SECOND / 10);
    runTo(TICKS_PER_SECOND / 10);
    assert.deepEqual([read(STATUS), read(READ_BYTES), host.ram[0x2000]], [4, 1600, 0]);

    assert.equal(bus.accepts('goldfish_audio.0', { pcm: Uint8Array.of(1, 2, 3) }), true);
    assert.equal(bus.accepts('goldfish_audio.0', { key: 'a' }), false);
    bus.accept('goldfish_audio.0', { pcm: Uint8Array.of(1, 2, 3) });
    bus.accept('goldfish_audio.0', { pcm: Uint8Array.of(4, 5, 6) });
    write(START_READ, 4);
    runTo(host.ticks + TICKS_PER_SECOND);
    assert.deepEqual([...host.ram.subarray(0x2000, 0x2005)], [1, 2, 3, 4, 0]);
    write(START_READ, 4);
    runTo(host.ticks + TICKS_PER_SECOND);
    assert.deepEqual([...host.ram.subarray(0x2000, 0x2004)], [5, 6, 0, 0]);
  });

  it('goes on after a restored snapshot as it went on before', () => {
    write(ENABLE, 3);
    write(BUFFER_1, 0x1000);
    write(BYTES_1, 4096);
    write(START_READ, 100);
    const saved = structuredClone(bus.capture());
    runTo(TICKS_PER_SECOND);
    const first = [host.outputs.length, bus.capture()];
    host.ticks = 0;
    host.outputs.length = 0;
    bus.restore(saved);
    runTo(TICKS_PER_SECOND);
    assert.deepEqual([host.outputs.length, bus.capture()], first);
  });

  it('survives buffers outside of memory and lengths without measure', () => {
    write(BUFFER_1, 0xfffffff0);
    write(BYTES_1, 0xffffffff);
    write(READ_BUFFER, 0xfffffff0);
    write(START_READ, 0xffffffff);
    runTo(100 * TICKS_PER_SECOND);
    assert.deepEqual([host.outputs.length, read(READ_BYTES)], [0, 0]);
    assert.equal(host.diagnostics.length, 2, 'each kind is told once');
  });
});
