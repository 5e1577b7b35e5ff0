import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { readBoard } from '../../../src/machine/boards/boardFile';
import { boardSchema } from '../../../src/machine/boards/boardSchema';
import { checkBoard } from '../../../src/machine/boards/checkBoard';
import { goldfishSpecification } from '../../../src/machine/boards/goldfish';
import { createBoard } from '../../../src/machine/boards/specification';
import { versatilePbSpecification } from '../../../src/machine/boards/versatilepb';
import { createMachine } from '../../../src/machine/machine';

const root = path.join(import.meta.dirname, '..', '..', '..');
const noFiles = () => Promise.reject(new Error('no file was expected'));

type Board = Record<string, unknown> & { devices: Record<string, unknown>[] };

/** A board file without mistakes. */
const good = (): Board => ({
  name: 'test',
  ram: [
    { base: '0x80000000', bytes: '1M' },
    { base: 0, bytes: '0x1000' },
  ],
  rom: [{ base: 0xc0000000, bytes: 8192, file: 'flash.bin' }],
  devices: [
    { device: 'pl190', base: '0x10000000', controller: 'cpu', irq: 0 },
    { device: 'sp804', base: '0x10001000', irq: 4 },
    { device: 'pl011', id: 0, base: '0x10002000', irq: 5 },
    { device: 'pl011', id: 1, base: '0x10003000', irq: 6 },
  ],
});

const flash = async () => Uint8Array.of(1, 2, 3);
const changed = (change: (board: Board) => void): Board => {
  const board = good();
  change(board);
  return board;
};

describe('A board file', () => {
  it('becomes a machine with its memory, ROM contents and devices', async () => {
    const asked: string[] = [];
    const board = createBoard(
      await readBoard(good(), (file) => {
        asked.push(file);
        return flash();
      }),
    );
    const machine = createMachine({ board });
    assert.deepEqual(asked, ['flash.bin']);
    assert.deepEqual(machine.memoryBanks, [
      { base: 0x80000000, bytes: 1 << 20, readOnly: false },
      { base: 0, bytes: 0x1000, readOnly: false },
      { base: 0xc0000000, bytes: 8192, readOnly: true },
    ]);
    assert.deepEqual([...machine.readPhysical(0xc0000000, 4)!], [1, 2, 3, 0]);
    assert.deepEqual(
      machine.devices.map(({ instance, base, irq }) => [instance, base, irq]),
      [
        ['pl190', 0x10000000, undefined],
        ['sp804', 0x10001000, 4],
        ['pl011.0', 0x10002000, 5],
        ['pl011.1', 0x10003000, 6],
      ],
    );
  });

  const mistakes: readonly [string, (board: Board) => void, RegExp][] = [
    ['an unknown attribute', (board) => (board.rma = []), /^"rma" is not known; use one of "name", .*or remove it\.$/],
    ['no name', (board) => delete board.name, /^"name" is missing: add text in quotes\.$/],
    ['no RAM', (board) => (board.ram = []), /^"ram" is empty: give at least 1\.$/],
    ['a size that is none', (board) => (board.ram = [{ base: 0, bytes: '16X' }]), /"ram\[0\]\.bytes" is "16X".*"16M"/],
    [
      'a size of half a page',
      (board) => (board.ram = [{ base: 0, bytes: 2048 }]),
      /"ram\[0\]\.bytes" is 0x800: .*4 KB/,
    ],
    [
      'an unknown device',
      (board) => (board.devices[1]!.device = 'sp999'),
      /"devices\[1\]\.device" is "sp999".*"goldfish_timer".*"sp804"/,
    ],
    [
      'a parameter of another device',
      (board) => (board.devices[1]!.parameters = { port: 1 }),
      /"devices\[1\]\.parameters\.port" is not known; use one of "clockHz"/,
    ],
    [
      'a parameter out of range',
      (board) => (board.devices[1]!.parameters = { clockHz: 0 }),
      /clockHz" is 0: it must be a whole number from 1/,
    ],
    [
      'two windows at one place',
      (board) => (board.devices[1]!.base = '0x10000000'),
      /"devices\[0\]" \(pl190, .*\) and "devices\[1\]" \(sp804, .*overlap: move one/,
    ],
    ['a device in RAM', (board) => (board.devices[1]!.base = '0x80000000'), /\(RAM, .*\(sp804, .*overlap/],
    [
      'RAM beyond 32 bits',
      (board) => (board.ram = [{ base: '0xfffff000', bytes: '8K' }]),
      /"ram\[0\]" \(RAM\) ends beyond the 32-bit/,
    ],
    [
      'two devices of one name',
      (board) => (board.devices[3]!.id = 0),
      /"devices\[3\]" is pl011\.0, as is devices\[2\]: give each an "id"/,
    ],
    [
      'one input for two devices',
      (board) => (board.devices[3]!.irq = 5),
      /"devices\[3\]\.irq" \(pl011\.1\) is input 5 of pl190, which pl011\.0 has/,
    ],
    [
      'an input that is not there',
      (board) => (board.devices[3]!.irq = 32),
      /"devices\[3\]\.irq" is 32, and pl190 has the inputs 0 to 31/,
    ],
    [
      'a controller that is not there',
      (board) => (board.devices[3]!.controller = 'pic'),
      /leads to the interrupt controller "pic".*"cpu", "pl190"/,
    ],
    [
      'a controller that leads nowhere',
      (board) => (board.devices[0] = { device: 'pl190', base: '0x10000000' }),
      /\(pl190\) leads nowhere: add "controller": "cpu"/,
    ],
    [
      'interrupts without a controller',
      (board) => board.devices.shift(),
      /has no interrupt controller: add one \(goldfish_interrupt_controller/,
    ],
    ['no base and none to allocate', (board) => delete board.devices[1]!.base, /sp804: give a base/],
    [
      'one serial port twice',
      (board) => (board.devices[3]!.parameters = { port: 0 }),
      /\(pl011\.1\) is 0, which pl011\.0 has/,
    ],
    [
      'an unknown boot protocol',
      (board) => (board.boot = { protocol: 'uefi' }),
      /"boot\.protocol" is "uefi": it must be one of "none", "atags", "goldfish"/,
    ],
    [
      'more memory than a machine has',
      (board) => (board.ram = [{ base: 0, bytes: '2G' }]),
      /bytes together: at most 1792 MB/,
    ],
    [
      'a ROM smaller than its file',
      (board) => (board.rom = [{ base: 0xc0000000, bytes: 2, file: 'x' }]),
      /"rom\[0\]\.file" has 3 bytes, and the ROM 2/,
    ],
    ['a list for an object', (board) => (board.boot = []), /"boot" is \[\]: it must be an object/],
  ];
  for (const [what, change, sentence] of mistakes) {
    it(`with ${what} is refused with the place, the mistake and the remedy`, async () => {
      await assert.rejects(readBoard(changed(change), flash), (error: Error) => {
        assert.match(error.message, sentence);
        return true;
      });
    });
  }

  it('that is no object is refused', async () => {
    await assert.rejects(readBoard([], noFiles), /The board is \[\]: it must be an object/);
    await assert.rejects(readBoard(null, noFiles), /The board is null/);
  });

  it('has the form of the boards that come with the machine, which pass the same check', () => {
    for (const board of [goldfishSpecification({ serialPorts: 3, traceDevice: true }), versatilePbSpecification()])
      checkBoard(board);
  });

  it('has a schema that is generated from the same form', () => {
    const committed: unknown = JSON.parse(readFileSync(path.join(root, 'schemas', 'board.schema.json'), 'utf8'));
    assert.deepEqual(committed, JSON.parse(JSON.stringify(boardSchema())));
  });
});

describe('A machine with several memory banks', () => {
  const machineOf = async () => createMachine({ board: createBoard(await readBoard(good(), flash)) });
  const MOV_R0 = (value: number) => 0xe3a00000 | value;
  const words = (...list: number[]) => new Uint8Array(Uint32Array.from(list).buffer);

  it('runs code in each of them, and loads and stores across', async () => {
    const machine = await machineOf();
    machine.writePhysical(0x80000000, words(0xe3a01000, 0xe3a0202a, 0xe5812000, 0xe5913000, 0xe3a0f010)); // r1=0; r2=42; str; ldr r3; mov pc, #16
    machine.writePhysical(0x10, words(MOV_R0(7), 0xeafffffe));
    machine.boot({ entry: 0x80000000 });
    machine.run(8);
    assert.equal(machine.cpu.getRegister(3), 42);
    assert.equal(machine.cpu.getRegister(0), 7);
    assert.deepEqual([...machine.readPhysical(0, 4)!], [42, 0, 0, 0]);
  });

  it("keeps ROM as it is against the guest's stores, tells of them once, and lets the outside program it", async () => {
    const told: string[] = [];
    const board = createBoard(await readBoard(good(), flash));
    const machine = createMachine({ board, onDiagnostic: (text) => told.push(text) });
    // r1 = 0xc0000000; ldr r2, [r1]; str r1, [r1]; str r1, [r1, #4]; ldr r3, [r1]
    machine.writePhysical(0x80000000, words(0xe3a01103, 0xe5912000, 0xe5811000, 0xe5811004, 0xe5913000, 0xeafffffe));
    machine.boot({ entry: 0x80000000 });
    machine.run(6);
    assert.equal(machine.cpu.getRegister(3), 0x030201);
    assert.deepEqual(told, ['A store to 0xc0000000 was dropped: the memory there is read-only.']);
    assert.equal(machine.writePhysical(0xc0000000, Uint8Array.of(9)), true);
    assert.equal(machine.readPhysical(0xc0000000, 1)![0], 9);
  });

  it('has all of them in a snapshot', async () => {
    const machine = await machineOf();
    machine.writePhysical(0x20, Uint8Array.of(1));
    const saved = machine.snapshot();
    for (const address of [0x20, 0x80000040, 0xc0000001]) machine.writePhysical(address, Uint8Array.of(0xee));
    machine.restore(saved);
    assert.equal(machine.readPhysical(0x20, 1)![0], 1);
    assert.equal(machine.readPhysical(0x80000040, 1)![0], 0);
    assert.equal(machine.readPhysical(0xc0000001, 1)![0], 2);
  });

  it('gives no memory across the end of a bank', async () => {
    const machine = await machineOf();
    assert.equal(machine.readPhysical(0xffe, 4), undefined);
    assert.equal(machine.writePhysical(0x800ffffe, new Uint8Array(4)), false);
  });
});
