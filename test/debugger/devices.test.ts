/** The board's devices as values: one node a device, registers, bit fields, and no side effect of looking. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { UserError, type DebugEngine, type Frame, type Value } from '../../src/debugger/types';
import { boardNamed, boardNames } from '../../src/machine/boards';
import { createGoldfishBoard } from '../../src/machine/boards/goldfish';
import { declareDevice } from '../../src/machine/devices/registerTable';
import { createMachine } from '../../src/machine/machine';
import type { DeviceView, MachineFace } from '../../src/machine/types';
import { deviceParts } from '../../src/debugger/registers/devices';
import type { NamedPart } from '../../src/debugger/expressions/operand';
import { runningThread, session } from './support/session';

const childrenOf = (value: Value | undefined): readonly Value[] => value?.children?.() ?? [];
const named = (values: readonly Value[], name: string): Value => {
  const found = values.find((value) => value.name === name);
  assert.ok(found, `${name} is among ${values.map((value) => value.name).join(', ')}`);
  return found;
};
const expand = (parts: readonly NamedPart[]): number =>
  parts.reduce((count, { operand }) => count + 1 + expand(operand.part?.parts?.() ?? []), 0);

/** A device as its table might be, with every kind of register. */
const table = declareDevice({
  name: 'probe',
  doc: 'Every kind of register.',
  windowBytes: 0x1000,
  registers: {
    CONTROL: {
      offset: 0,
      access: 'rw',
      doc: 'Control.',
      fields: [
        { name: 'MODE', high: 5, low: 4, doc: 'Mode.', values: { 0: 'OFF', 2: 'FAST' } },
        { name: 'ENABLE', high: 0, low: 0, doc: 'On.' },
      ],
    },
    DATA: { offset: 4, access: 'r', doc: 'Next byte.', readEffect: 'Takes the byte away.' },
    GO: { offset: 8, access: 'w', doc: 'Starts.' },
    SLOT: { offset: 0x100, access: 'rw', doc: 'A slot.', count: 300, stride: 8 },
  },
});

function probeMachine() {
  const words = new Map<number, number>([[0, 0x21]]);
  const pokes: (readonly [string, number, number])[] = [];
  const device: DeviceView = {
    instance: 'probe.1',
    base: 0xff00_5000,
    irq: 6,
    irqCount: 2,
    table,
    peek: (offset) => (offset === 8 ? undefined : (words.get(offset) ?? 0)),
    state: () => ({ started: 3, queue: [1, 2], deadline: Infinity, bytes: new Uint8Array(2), none: [] }),
  };
  const machine = {
    devices: [device],
    pokeDevice(instance: string, offset: number, value: number) {
      pokes.push([instance, offset, value]);
      words.set(offset, value);
      return true;
    },
  } as unknown as MachineFace;
  return { machine, pokes };
}

describe('The devices of a board', () => {
  describe('in a session', () => {
    let engine: DebugEngine;
    let frame: Frame;
    let devices: readonly Value[];
    before(async () => {
      engine = await session();
      engine.setFunctionBreakpoints([{ name: 'unit_task' }]);
      await engine.resume();
      frame = engine.stack(runningThread(engine))[0]!;
      devices = engine
        .scopes(frame)
        .find(({ name }) => name === 'Devices')!
        .values();
    });

    it('are all there, in the order of registration, with base and interrupt', () => {
      assert.deepEqual(
        devices.map(({ name }) => name),
        engine.machine.devices.map(({ instance }) => instance),
      );
      const timer = named(devices, 'goldfish_timer');
      assert.equal(timer.text, '0xff003000, irq 3');
      assert.deepEqual(timer.memory, { space: { kind: 'pa' }, address: 0xff003000 });
      assert.equal(timer.type, 'Nanoseconds since switch-on, with a one-shot alarm.');
    });

    it('show what a guest’s load would give, now', () => {
      const low = named(childrenOf(named(devices, 'goldfish_timer')), 'TIME_LOW');
      const nanoseconds = BigInt(engine.machine.ticks) * 5n;
      assert.equal(Number(low.text), Number(nanoseconds & 0xffff_ffffn));
      assert.equal(low.expression, '$goldfish_timer.TIME_LOW');
      assert.equal(engine.evaluate(low.expression, frame).text, low.text);
      assert.deepEqual(low.memory, { space: { kind: 'pa' }, address: 0xff003000 });
      assert.match(low.readOnlyReason!, /read-only register/);
    });

    it('say which registers can only be written, and what the device has kept', () => {
      const timer = childrenOf(named(devices, 'goldfish_timer'));
      assert.equal(named(timer, 'ALARM_LOW').text, 'write-only');
      const alarm = engine.evaluate('$goldfish_timer.state.alarmTicks', frame);
      assert.ok(Number.parseInt(alarm.text) > engine.machine.ticks, alarm.text);
    });

    it('can be used in expressions and conditions, with the number of an instance', () => {
      assert.equal(engine.evaluate('$goldfish_tty.0.BYTES_READY + 1', frame).text, '1 (0x1)');
      assert.equal(engine.evaluate('$goldfish_tty.1', frame).text.slice(0, 2), '0x');
      assert.equal(Number.parseInt(engine.evaluate('$ticks', frame).text), engine.machine.ticks);
      const refusals = [
        ['$goldfish_timer.TIME', /There is no "TIME" in it: TIME_LOW, TIME_HIGH/],
        ['$goldfish_timer.ALARM_LOW + 1', /is write-only, not a number/],
        ['$goldfish_timer[0]', /There is no "\[0\]"/],
        ['$goldfish_toaster.X', /no register "\$goldfish_toaster"/],
      ] as const;
      for (const [text, message] of refusals) {
        assert.throws(
          () => engine.evaluate(text, frame),
          (error) => error instanceof UserError && message.test(error.message),
          text,
        );
      }
    });

    it('each evaluate again by the expression that their values carry, hyphens and all', () => {
      for (const { name, text, expression } of devices)
        assert.equal(engine.evaluate(expression!, frame).text, text, name);
      assert.match(engine.evaluate('$goldfish_battery.0.state', frame).text, /keeps/);
    });

    it('are written like the guest writes them', async () => {
      let printed = '';
      const end = engine.onConsole(({ text }) => (printed += text));
      const put = named(childrenOf(named(devices, 'goldfish_tty.0')), 'PUT_CHAR');
      put.set!("'!'");
      put.set!('10');
      end();
      assert.match(printed, /!\n$/);
    });

    it('that log speak in the console, and one that nobody asked for does not', () => {
      const said: string[] = [];
      const end = engine.onMessage((text, severity) => said.push(`${severity} ${text}`));
      engine.evaluate('$goldfish_memlog.0.INFO[1]', frame).set!('7');
      engine.evaluate('$goldfish_memlog.0.INFO[0]', frame).set!('0x1234');
      end();
      assert.deepEqual(said, ['info goldfish_memlog.0: 00001234 00000007']);
    });

    it('are memory for whoever looks there: registers as they read, nothing beyond the devices', () => {
      const time = engine.readMemory({ kind: 'pa' }, 0xff003000, 4)!;
      assert.equal(
        new DataView(time.buffer).getUint32(0, true),
        Number(BigInt(engine.machine.ticks * 5) & 0xffff_ffffn),
      );
      assert.equal(engine.readMemory({ kind: 'pa' }, 0xfe000000, 4), undefined);
      assert.equal(engine.writeMemory({ kind: 'pa' }, 0xff003000, new Uint8Array(4)), false);
    });

    it('stand beside the machine’s counters', () => {
      const machine = engine
        .scopes(frame)
        .find(({ name }) => name === 'Machine')!
        .values();
      const { instructionCount, ticks } = engine.machine;
      assert.equal(Number.parseInt(named(machine, 'instructions').text), instructionCount);
      assert.equal(Number.parseInt(named(machine, 'ticks').text), ticks);
      assert.equal(named(machine, 'device time').text, `${(ticks * 5) / 1e6} ms`);
    });
  });

  const boards = boardNames.map((name) => [name, boardNamed(name)] as const);
  const whole = createGoldfishBoard({
    serialPorts: 3,
    nand: [{ name: 'system', image: new Uint8Array(2112 * 64) }],
    sdCard: new Uint8Array(1 << 20),
    traceDevice: true,
  });
  for (const [name, board] of [...boards, ['goldfish with everything', whole] as const]) {
    it(`of ${name} can all be opened, and the machine is as before`, () => {
      assert.ok(!('error' in board));
      const machine = createMachine({ board, ramBytes: 8 << 20 });
      // Something in every FIFO, so that a read with a side effect would show.
      for (const port of [0, 1]) machine.sendConsoleInput(port, Uint8Array.of(65, 66, 67));
      machine.run(1);
      const before = machine.snapshot();
      const count = expand(deviceParts(machine));
      assert.ok(count > machine.devices.length * 2, `${count} nodes`);
      assert.deepEqual(machine.snapshot(), before);
    });
  }

  describe('with every kind of register', () => {
    const { machine, pokes } = probeMachine();
    const [device] = deviceParts(machine);
    const part = (operand: NamedPart['operand'], name: string) => {
      const found = operand.part!.parts!().find((each) => each.name === name);
      assert.ok(found, name);
      return found;
    };
    const register = (name: string) => part(device!.operand, name).operand;

    it('name several interrupt lines', () => assert.equal(device!.operand.part!.text, '0xff005000, irq 6-7'));

    it('show bit fields with their bits and the names of values', () => {
      const fields = register('CONTROL').part!.parts!();
      assert.deepEqual(
        fields.map(({ title, operand }) => [title, operand.part!.text]),
        [
          ['MODE [5:4]', '2 FAST'],
          ['ENABLE [0]', '1'],
        ],
      );
    });

    it('write a field without touching the others, by number or by name', () => {
      const mode = part(register('CONTROL'), 'MODE').operand;
      assert.equal(mode.names!('off'), 0);
      mode.assign!(0);
      assert.deepEqual(pokes.at(-1), ['probe.1', 0, 0x01]);
    });

    it('say what reading does to the guest, and do it not', () =>
      assert.match(register('DATA').part!.doc!, /When the guest reads it: Takes the byte away\./));

    it('have arrays as indexed elements', () => {
      const slots = register('SLOT').part!;
      assert.deepEqual([slots.kind, slots.text, slots.parts!().length], ['elements', '300 registers', 300]);
      assert.equal(slots.parts!()[299]!.operand.part!.address, 0xff00_5000 + 0x100 + 299 * 8);
    });

    it('show their state as plain data', () => {
      const texts = register('state').part!.parts!().map(({ name, operand }) => [name, operand.part!.text]);
      assert.deepEqual(texts, [
        ['started', '3'],
        ['queue', '2 elements'],
        ['deadline', 'Infinity'],
        ['bytes', '2 elements'],
        ['none', 'empty'],
      ]);
    });
  });
});
