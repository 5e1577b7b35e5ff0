/** The translator against the interpreter, which is the reference: the same state wherever the two are stopped. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { boardNamed } from '../../../../src/machine/boards';
import { createMachine, type Machine } from '../../../../src/machine/machine';
import type { MachineOptions } from '../../../../src/machine/machineOptions';
import type { EngineMode } from '../../../../src/machine/types';
import { Random } from '../../../conformance/random';
import { stateHashes } from '../../../fuzz/stateHash';
import { BootedXen, firmwareImage } from '../../../support/bootXen';

/** Where the programs of the benchmarks are. */
const BENCH = 'test/bench/programs';
const LOAD = 0x10000;
const STACK = 0x100000;
const MASKED_SVC = 0xd3;
const compiled = ['-O2', '-ffreestanding', '-fno-tree-loop-distribute-patterns', '-Wl,--section-start=.start=0x10000'];

interface Program {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly work: number;
}

/** A program for the bare machine: its beginning is `_start`. */
function build(file: string, work: number, options: readonly string[]): Program {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-equal-'));
  try {
    const [elf, binary] = [path.join(folder, 'program.elf'), path.join(folder, 'program.bin')];
    const text = options.length === 0 ? LOAD : LOAD + 0x2000;
    const fixed = ['-mcpu=arm926ej-s', '-nostdlib', '-Wl,--no-warn-rwx-segments', `-Wl,-Ttext=0x${text.toString(16)}`];
    execFileSync('arm-none-eabi-gcc', [
      ...fixed,
      ...options,
      '-o',
      elf,
      file,
      ...(options.includes('-mthumb') ? ['-lgcc'] : []),
    ]);
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '--gap-fill', '0', elf, binary]);
    const symbols = execFileSync('arm-none-eabi-nm', [elf], { encoding: 'utf8' });
    return {
      bytes: readFileSync(binary),
      start: Number.parseInt(/^([0-9a-f]+) \w _start$/m.exec(symbols)![1]!, 16),
      work,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function machineFor(
  { bytes, start, work }: Program,
  engine: EngineMode,
  options: Partial<MachineOptions> = {},
): Machine {
  const board = boardNamed('goldfish');
  if ('error' in board) throw new Error(board.error);
  const machine = createMachine({ board, ramBytes: 16 << 20, engine, translateAfter: 2, ...options });
  machine.boot({ entry: LOAD });
  machine.writePhysical(LOAD, bytes);
  machine.cpu.setCpsr(MASKED_SVC);
  machine.cpu.setRegister(0, work);
  machine.cpu.setRegister(13, STACK);
  machine.cpu.setRegister(15, start);
  return machine;
}

const [C_AND_B, C_ALONE] = [0xc, 0x8];
const MMU_AND_CACHES = 0x51078 | 5;
const TABLE = 0x4000;
/** Programs do not fit. */
const SMALL = { instructionBytes: 4096, dataBytes: 4096 };

/** Maps the RAM to itself by sections, one of them write-through and the others write-back, and turns the caches on. */
function withCaches(machine: Machine): Machine {
  const word = new DataView(new ArrayBuffer(4));
  for (let megabyte = 0; megabyte < 16; megabyte++) {
    word.setUint32(0, (megabyte << 20) | 0xc12 | (megabyte === 7 ? C_ALONE : C_AND_B), true);
    machine.writePhysical(TABLE + megabyte * 4, new Uint8Array(word.buffer));
  }
  machine.cpu.setCp15('ttbr', TABLE);
  machine.cpu.setCp15('dacr', 1);
  machine.cpu.setCp15('control', MMU_AND_CACHES);
  return machine;
}

const registers = ({ cpu }: Machine): number[] => [
  ...Array.from({ length: 16 }, (_, index) => cpu.getRegister(index)),
  cpu.getCpsr(),
];

const STOPS = 250;

/** Runs both in pieces of random length; registers and ticks are compared at each stop, everything at some. */
function compareAtRandomStops(reference: Machine, translated: Machine, random: Random): void {
  for (let stop = 0; stop < STOPS; stop++) {
    const count = 1 + random.below(random.below(8) === 0 ? 50_000 : 1500);
    assert.deepEqual(translated.run(count), reference.run(count));
    const where = `after ${reference.instructionCount} instructions`;
    assert.deepEqual(registers(translated), registers(reference), where);
    assert.equal(translated.ticks, reference.ticks, where);
    if (stop % 25 === 0) assert.deepEqual(stateHashes(translated), stateHashes(reference), where);
  }
  const { translated: served } = translated.translatorCounts!;
  assert.ok(served > reference.instructionCount * 0.5, `only ${served} instructions were translated`);
}

describe('The translator', function () {
  this.timeout(30_000);
  const programs: readonly (readonly [name: string, file: string, work: number, options: readonly string[]])[] = [
    ['a tight loop', `${BENCH}/adds.S`, 1_000_000, []],
    ['quicksort, copy and crc32', `${BENCH}/mem.c`, 30, compiled],
    ['a mix of lists, matrices and state machines', `${BENCH}/mix.c`, 1500, compiled],
    ['quicksort, copy and crc32 in Thumb code', `${BENCH}/mem.c`, 30, [...compiled, '-mthumb', '-mthumb-interwork']],
  ];
  for (const [name, file, work, options] of programs) {
    it(`leaves ${name} in the same state as the interpreter at random instruction counts`, () => {
      const program = build(file, work, options);
      const [reference, translated] = [machineFor(program, 'interpreter'), machineFor(program, 'translator')];
      compareAtRandomStops(reference, translated, new Random(work));
    });
  }

  for (const [name, file, work, options] of programs) {
    it(`counts the lines of the caches of ${name} as the interpreter does`, () => {
      const program = build(file, work, options);
      const [reference, translated] = (['interpreter', 'translator'] as const).map((engine) =>
        withCaches(machineFor(program, engine, { cache: 'timing', cacheSizes: SMALL })),
      ) as [Machine, Machine];
      compareAtRandomStops(reference, translated, new Random(work));
      const counts = ({ caches }: Machine): unknown => [
        caches!.instruction.hits,
        caches!.instruction.misses,
        caches!.data.hits,
        caches!.data.misses,
      ];
      assert.deepEqual(counts(translated), counts(reference));
    });
  }

  it('masks and unmasks interrupts, swaps, and accesses as User without leaving translated code', () => {
    const program = build('test/machine/arm926/translator/status.S', 20_000, []);
    const [reference, translated] = [machineFor(program, 'interpreter'), machineFor(program, 'translator')];
    compareAtRandomStops(reference, translated, new Random(3));
    const { translated: served } = translated.translatorCounts!;
    assert.ok(served > reference.instructionCount * 0.9, `only ${served} instructions were translated`);
  });

  it('keeps within its memory by dropping what runs least, and stays equal', () => {
    const program = build(`${BENCH}/mix.c`, 1500, compiled);
    const translatedBytes = 60_000;
    const [reference, translated] = [
      machineFor(program, 'interpreter'),
      machineFor(program, 'translator', { translatedBytes }),
    ];
    compareAtRandomStops(reference, translated, new Random(11));
    const { bytes, liveBytes } = translated.translatorCounts!;
    assert.ok(bytes > 2 * translatedBytes, `${bytes} bytes were made`);
    assert.ok(liveBytes <= translatedBytes, `${liveBytes} bytes are there`);
  });

  for (const [guest, cache] of [
    ['mini-os', 'off'],
    ['proc-os', 'off'],
    ['mini-os', 'timing'],
  ] as const) {
    it(`leaves the hypervisor with three domains of ${guest} in the same state, cache ${cache}`, () => {
      const modules = Array.from({ length: 3 }, () => ({ elf: firmwareImage(guest), memoryBytes: 8 << 20 }));
      const [reference, translated] = (['interpreter', 'translator'] as const).map(
        (engine) => new BootedXen(modules, { machine: { engine, cache, translateAfter: 2 } }).machine,
      ) as [Machine, Machine];
      compareAtRandomStops(reference, translated, new Random(7));
    });
  }

  describe('where WebAssembly may not be compiled', () => {
    const { Module } = WebAssembly;
    before(() => {
      WebAssembly.Module = function () {
        throw new EvalError('wasm-unsafe-eval');
      } as unknown as typeof WebAssembly.Module;
    });
    after(() => {
      WebAssembly.Module = Module;
    });

    it('leaves everything to the interpreter when the engine is "auto", and refuses when it is "translator"', () => {
      const board = boardNamed('goldfish');
      if ('error' in board) throw new Error(board.error);
      assert.equal(createMachine({ board, engine: 'auto' }).translatorCounts, undefined);
      assert.throws(() => createMachine({ board, engine: 'translator' }), /may not be compiled here. Use "auto"/);
    });
  });
});
