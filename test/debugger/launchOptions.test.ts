/** What the launch settings ask of the machine arrives there: tick model, clock, memory, board. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createTickModel } from '../../src/machine/arm926/ticks/models';
import type { LaunchSettings } from '../../src/debugger/types';
import type { MachineFace } from '../../src/machine/types';
import { session } from './support/session';

const native: Partial<LaunchSettings> = {
  hypervisor: undefined,
  domains: [],
  kernel: 'builtin:mini-os-native',
  stopOnEntry: false,
};

/** The machine after this many instructions of mini-OS. */
async function after(instructions: number, changes: Partial<LaunchSettings>): Promise<MachineFace> {
  const { launch } = await import('../../src/debugger/launch');
  const { fileHost, settings } = await import('./support/session');
  const engine = await launch(settings({ ...native, ...changes }), fileHost);
  await engine.start({ untilInstruction: instructions });
  return engine.machine;
}

describe('Launch settings', () => {
  it('choose the tick model: the same instructions, other ticks', async () => {
    const ticks = new Map<string, number>();
    for (const tickModel of ['goldfish', 'goldfish-dcache', 'arm926ejs']) {
      const machine = await after(20_000, { tickModel });
      assert.equal(machine.instructionCount, 20_000);
      assert.equal(createTickModel(tickModel as 'goldfish').name, tickModel);
      ticks.set(tickModel, machine.ticks);
    }
    const counts = [...ticks.values()];
    assert.ok(counts[0]! >= 20_000, 'at least one tick an instruction');
    assert.ok(counts[1]! > counts[0]!, 'cache misses cost ticks');
    assert.equal(new Set(counts).size, 3);
  });

  it('set the clock that devices see', async () => {
    const time = (machine: MachineFace) =>
      machine.devices.find(({ instance }) => instance === 'goldfish_timer')!.peek(0)!;
    const [slow, fast] = [await after(5000, { nsPerTick: 10 }), await after(5000, { nsPerTick: 2.5 })];
    assert.equal(time(slow), slow.ticks * 10);
    assert.equal(time(fast), Math.floor(fast.ticks * 2.5));
  });

  it('set the memory', async () => {
    const machine = await after(1, { memoryBytes: 32 << 20 });
    assert.equal(machine.ramBytes, 32 << 20);
    assert.notEqual(machine.readPhysical((32 << 20) - 4, 4), undefined);
    assert.equal(machine.readPhysical(32 << 20, 4), undefined);
  });

  it('give the CPU a VFP9, whose registers are shown and written; without it there is no such scope', async () => {
    const scopeOf = async (changes: Partial<LaunchSettings>) => {
      const engine = await session({ ...native, stopOnEntry: true, ...changes });
      const [frame] = engine.stack(engine.threads()[0]!.id);
      return { engine, scope: engine.scopes(frame!).find(({ name }) => name === 'VFP') };
    };
    assert.equal((await scopeOf({})).scope, undefined);
    const { engine, scope } = await scopeOf({ vfp: 'vfp9' });
    const value = (name: string) => scope!.values().find((each) => each.name === name)!;
    assert.equal(value('d1').text, '0 (0x0000000000000000)');
    value('d1').set!('-1.5');
    assert.equal(value('d1').text, '-1.5 (0xbff8000000000000)');
    assert.equal(engine.machine.cpu.getVfp()!.singles[3], 0xbff80000, 's3 is the high word of d1');
    value('d1').children!()[0]!.set!('0.5');
    assert.equal(value('d1').children!()[0]!.text, '0.5 (0x3f000000)');
    assert.match(value('fpexc').text, /disabled$/);
    assert.deepEqual(value('fpscr').children!().find(({ name }) => name === 'RMODE')?.text, '0 to nearest');
    assert.throws(() => value('d0').set!('x'), /"x" is no number: write 1\.5/);
  });

  it('give the goldfish board its serial ports and its date', async () => {
    const machine = await after(1, { board: { serialPorts: 3, epochSeconds: 1_212_321_600 } });
    const ports = machine.devices.filter(({ instance }) => instance.startsWith('goldfish_tty'));
    assert.deepEqual(
      ports.map(({ instance }) => instance),
      ['goldfish_tty.0', 'goldfish_tty.1', 'goldfish_tty.2'],
    );
    const rtc = machine.devices.find(({ instance }) => instance === 'goldfish_rtc')!;
    const { before } = { before: BigInt(1_212_321_600) * 1_000_000_000n };
    assert.equal(BigInt(rtc.peek(0)!), before & 0xffff_ffffn);
  });

  it('give the goldfish board its flash, its card and its trace device', async () => {
    const { launch } = await import('../../src/debugger/launch');
    const { fileHost, settings } = await import('./support/session');
    const files = new Map([
      ['system.img', new Uint8Array(2112 * 64)],
      ['card.img', new Uint8Array(1 << 20)],
    ]);
    const host = { ...fileHost, readFile: async (path: string) => files.get(path) ?? fileHost.readFile(path) };
    const storage = { readOnly: false };
    const board = {
      nand: [
        { name: 'system', file: 'system.img', readOnly: true },
        { name: 'userdata', byteLength: 2112 * 128, ...storage },
      ],
      sdCard: { file: 'card.img', ...storage },
      traceDevice: true,
      screen: { width: 240, height: 400 },
    };
    const engine = await launch(settings({ ...native, board }), host);
    const names = engine.machine.devices.map(({ instance }) => instance);
    for (const name of ['goldfish_nand', 'goldfish_mmc.0', 'qemu_trace']) assert.ok(names.includes(name), name);
    const nand = engine.machine.devices.find(({ instance }) => instance === 'goldfish_nand')!;
    assert.equal(nand.peek(4), 2, 'DEVICE_COUNT');
    const screen = engine.machine.devices.find(({ instance }) => instance === 'goldfish_fb.0')!;
    assert.deepEqual([screen.peek(0), screen.peek(4)], [240, 400]);
    const wrong: readonly (readonly [LaunchSettings['board'], RegExp])[] = [
      [{ sdCard: { ...storage } }, /"sdCard" holds nothing: give a "file", a "size", or both/],
      [
        { sdCard: { file: 'card.img', byteLength: 7, ...storage } },
        /"sdCard\.size" is 7, and card\.img has 1048576 bytes/,
      ],
      [{ nand: [{ name: 'x', byteLength: 2 ** 40, ...storage }] }, /"nand\[0\]\.size" is 1099511627776/],
      [{ nand: [{ name: 'x', file: 'none.img', ...storage }] }, /none\.img cannot be read/],
    ];
    for (const [each, message] of wrong)
      await assert.rejects(launch(settings({ ...native, board: each }), host), message);
  });

  it('that a board has no place for are refused with the boards that have', async () => {
    const foreign = { ...native, machine: 'versatilepb' };
    await assert.rejects(
      session({ ...foreign, board: { serialPorts: 3 } }),
      /"serialPorts" cannot be set for the board versatilepb: remove it, or choose "machine": "goldfish"\.$/,
    );
    await assert.rejects(session(foreign), /builtin:mini-os-native is built for the goldfish board/);
  });

  it('take the symbols of a kernel from another file', async () => {
    const { launch } = await import('../../src/debugger/launch');
    const { fileHost, root, settings } = await import('./support/session');
    const elf = `${root}/firmware/images/mini-os-native.elf`;
    const raw = new Uint8Array(64);
    const host = { ...fileHost, readFile: async (path: string) => (path === 'zImage' ? raw : fileHost.readFile(path)) };
    const engine = await launch(settings({ ...native, kernel: 'zImage', symbols: elf }), host);
    assert.ok(engine.images.some((image) => image.symbol('unit_task') !== undefined));
  });

  it('that are unknown are told in words', async () => {
    await assert.rejects(
      session({ ...native, tickModel: 'x' }),
      /tick model "x" is not available; available: goldfish/,
    );
    await assert.rejects(session({ ...native, machine: 'toaster' }), /There is no board "toaster"/);
  });
});
