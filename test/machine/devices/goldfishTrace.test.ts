import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { createDeviceBus, type DeviceBus } from '../../../src/machine/boards/deviceBus';
import { goldfishLayout } from '../../../src/machine/boards/goldfish';
import { createFakeHost, type FakeHost, latin1 } from './fakeHost';

describe('goldfish trace device', () => {
  let host: FakeHost;
  let bus: DeviceBus;
  let base: number;
  const write = (word: number, value: number) => assert.equal(bus.write(base + word * 4, 4, value), true);
  const put = (address: number, text: string): number => {
    host.ram.set(latin1(`${text}\0`), address);
    return address;
  };
  const told = () => host.outputs.map(({ output }) => output);

  beforeEach(() => {
    host = createFakeHost();
    bus = createDeviceBus(goldfishLayout({ traceDevice: true }), host);
    base = bus.devices.find(({ instance }) => instance === 'qemu_trace')!.base;
  });

  it('is there only when asked for, as the original has it only with -trace', () => {
    const without = createDeviceBus(goldfishLayout(), host);
    assert.ok(without.devices.every(({ instance }) => instance !== 'qemu_trace'));
  });

  it('switches tracing on and off at offset 0x190, tells each change once, and reads as the state', () => {
    const state = () => bus.read(base + 0x190, 4);
    assert.equal(state(), 0);
    write(100, 1);
    write(100, 1);
    assert.equal(state(), 1);
    const saved = bus.capture();
    write(100, 0);
    assert.equal(state(), 0);
    bus.restore(saved);
    assert.equal(state(), 1);
    assert.deepEqual(told(), [{ tracing: 1 }, { tracing: 0 }]);
  });

  it('tells about processes', () => {
    write(17, 40);
    write(1, 41);
    write(13, 42);
    write(0, 41);
    write(16, put(0x100, 'kswapd'));
    write(11, 1);
    write(12, put(0x200, 'init'));
    write(7, 3);
    assert.deepEqual(told(), [
      { event: 'fork', pid: 41, threadGroup: 40 },
      { event: 'clone', pid: 42, threadGroup: 40 },
      { event: 'switch', pid: 41 },
      { event: 'thread-name', name: 'kswapd' },
      { event: 'process', pid: 1, name: 'init' },
      { event: 'exit', code: 3 },
    ]);
  });

  it('tells which program runs with which arguments, and what is mapped where', () => {
    write(2, 41);
    write(9, 9);
    write(8, put(0x300, 'ls\0-l\0/tmp'));
    write(3, 0x8000);
    write(4, 0xa000);
    write(5, 2);
    write(6, put(0x100, '/bin/ls'));
    write(10, put(0x200, '/lib/libc.so'));
    write(14, 0x1000);
    write(15, 0x3000);
    const place = { start: 0x8000, end: 0xa000, fileOffset: 2 };
    assert.deepEqual(told(), [
      { event: 'exec-process', pid: 41 },
      { event: 'arguments', text: 'ls -l /tm' },
      { event: 'exec', ...place, path: '/bin/ls' },
      { event: 'map', ...place, path: '/lib/libc.so' },
      { event: 'unmap', start: 0x1000, end: 0x3000 },
    ]);
  });

  it('tells of symbols, and shows texts and numbers', () => {
    write(50, 0xc0008000);
    write(51, put(0x100, 'start_kernel'));
    write(52, 0xc0008000);
    write(60, put(0x200, 'here'));
    write(61, 4000000000);
    write(62, 0xdeadbeef);
    assert.deepEqual(told(), [
      { event: 'symbol', address: 0xc0008000, name: 'start_kernel' },
      { event: 'symbol-removed', address: 0xc0008000 },
      { event: 'print', text: 'here' },
      { event: 'print', text: '4000000000' },
      { event: 'print', text: 'deadbeef' },
    ]);
  });

  it('has two pages, and tells of interpreted methods in the second', () => {
    assert.equal(bus.devices.find(({ instance }) => instance === 'qemu_trace')!.table.windowBytes, 0x2000);
    write(1024, 0x100);
    write(1025, 0x100);
    write(1026, 0x200);
    assert.deepEqual(told(), [
      { event: 'method-entry', address: 0x100 },
      { event: 'method-exit', address: 0x100 },
      { event: 'method-exception', address: 0x200 },
    ]);
  });

  it('stops the machine when asked to', () => {
    write(90, 0);
    assert.deepEqual(host.halts, ['The guest switched itself off by the trace device.']);
  });

  it('takes a text without an end, or one that is not mapped, for what can be read of it', () => {
    host.ram.fill(0x41);
    write(60, host.ram.length - 100);
    write(60, 0xffffff00);
    write(60, 0);
    write(9, 0xffffffff);
    write(8, 0);
    const lengths = told().map(({ text }) => (text as string).length);
    assert.deepEqual(lengths, [100, 0, 4096, 4096]);
  });
});
