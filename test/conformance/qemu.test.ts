/**
 * The interpreter held against `qemu-system-arm -cpu arm926` through its gdbstub: random instruction sequences over every class, and small
 * programs. README.md lists what is left out, and why. ARMVISOR_CONFORMANCE_PROGRAMS sets how many programs a class gets.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { armGenerators, type Generator } from './armPrograms';
import { OurDriver, QemuDriver, SVC, type Run } from './drivers';
import { difference, minimalCase } from './minimal';
import { Random } from './random';
import { thumbGenerators } from './thumbPrograms';

const CODE = 0x10000;
const SCRATCH = 0x20000;
const SCRATCH_BYTES = 0x200;
/** Instruction places of a program; what the generators leave is filled with no-operations. */
const PLACES = 96;
const programsPerClass = Number(process.env['ARMVISOR_CONFORMANCE_PROGRAMS'] ?? 300);

interface InstructionSet {
  readonly name: string;
  readonly generators: Readonly<Record<string, Generator>>;
  readonly instructionBytes: 2 | 4;
  readonly nop: number;
  /** Register that holds SCRATCH. */
  readonly base: number;
  readonly stateBit: number;
}

const sets: readonly InstructionSet[] = [
  { name: 'ARM', generators: armGenerators, instructionBytes: 4, nop: 0xe1a00000, base: 12, stateBit: 0 },
  { name: 'Thumb', generators: thumbGenerators, instructionBytes: 2, nop: 0x46c0, base: 7, stateBit: 0x20 },
];

function registersOf(set: InstructionSet, random: Random): number[] {
  return Array.from({ length: 15 }, (_, index) => (index === set.base ? SCRATCH : random.operand()));
}

function runOf(set: InstructionSet, code: readonly number[], values: readonly number[], random: Random): Run {
  const bytes = Buffer.alloc(PLACES * set.instructionBytes);
  for (let place = 0; place < PLACES; place++) {
    const word = code[place] ?? set.nop;
    if (set.instructionBytes === 4) bytes.writeUInt32LE(word >>> 0, place * 4);
    else bytes.writeUInt16LE(word, place * 2);
  }
  const scratch = Uint8Array.from({ length: SCRATCH_BYTES }, () => random.bits(8));
  const registers = values.map((value, index) => (index === set.base ? SCRATCH : value));
  return {
    start: CODE,
    end: CODE + bytes.length,
    writes: [
      { address: CODE, bytes },
      { address: SCRATCH, bytes: scratch },
    ],
    registers,
    cpsr: SVC | set.stateBit | (random.bits(4) << 28),
    result: { address: SCRATCH, byteLength: SCRATCH_BYTES },
  };
}

describe('The interpreter beside QEMU', function () {
  this.timeout(300_000);
  let qemu: QemuDriver;
  const ours = new OurDriver();

  before(async function () {
    const missing = spawnSync('qemu-system-arm', ['--version']).error !== undefined;
    if (missing && !process.env['CI']) this.skip();
    assert.ok(!missing, 'qemu-system-arm is needed: apt-get install qemu-system-arm');
    qemu = await QemuDriver.start();
  });
  after(() => qemu?.close());

  for (const set of sets) {
    const everything = Object.values(set.generators);
    const classes: [string, readonly Generator[], number][] = [
      ...Object.entries(set.generators).map(([name, one]): [string, Generator[], number] => [
        name,
        [one],
        programsPerClass,
      ]),
      ['all classes mixed', everything, programsPerClass * 6],
    ];
    for (const [name, generators, programs] of classes) {
      it(`computes as QEMU does, ${set.name}: ${name}`, async () => {
        for (let program = 0; program < programs; program++) {
          const seed = 0x9e3779b9 ^ (program * 2654435761) ^ (name.length << 16);
          const choice = new Random(seed ^ 0x5bd1e995);
          const code: number[] = [];
          while (code.length < PLACES - 3) code.push(...choice.pick(generators)(choice));
          const registers = registersOf(set, new Random(~seed));
          const compare = async (words: readonly number[], values: readonly number[]): Promise<string | undefined> => {
            const run = runOf(set, words, values, new Random(seed));
            return difference(await ours.run(run), await qemu.run(run));
          };
          if ((await compare(code, registers)) === undefined) continue;
          assert.fail(await minimalCase({ seed, code, registers, nop: set.nop }, compare));
        }
      });
    }
  }

  describe('on small programs', () => {
    const folder = path.join(import.meta.dirname, 'programs');
    let build: string;
    before(() => (build = mkdtempSync(path.join(tmpdir(), 'armvisor-conformance-'))));
    after(() => rmSync(build, { recursive: true, force: true }));

    for (const file of readdirSync(folder).sort()) {
      it(`leaves what QEMU leaves: ${file}`, async () => {
        // A machine of its own: these programs switch the MMU and the vectors.
        const [elf, binary] = [path.join(build, `${file}.elf`), path.join(build, `${file}.bin`)];
        const options = [
          '-mcpu=arm926ej-s',
          '-nostdlib',
          '-Wl,--no-warn-rwx-segments',
          `-Wl,-Ttext=0x${CODE.toString(16)}`,
        ];
        execFileSync('arm-none-eabi-gcc', [...options, '-o', elf, path.join(folder, file)]);
        execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf, binary]);
        const symbols = execFileSync('arm-none-eabi-nm', [elf], { encoding: 'utf8' });
        const symbol = (name: string): number =>
          Number.parseInt(new RegExp(`^([0-9a-f]+) \\w ${name}$`, 'm').exec(symbols)![1]!, 16);
        const run: Run = {
          start: symbol('_start'),
          end: symbol('done'),
          writes: [{ address: CODE, bytes: readFileSync(binary) }],
          registers: Array.from({ length: 15 }, () => 0),
          cpsr: SVC,
          result: { address: symbol('results'), byteLength: symbol('results_end') - symbol('results') },
        };
        const theirs = await QemuDriver.start();
        try {
          const [a, b] = [await new OurDriver().run(run), await theirs.run(run)];
          assert.deepEqual(a.memory.match(/.{8}/g), b.memory.match(/.{8}/g));
          assert.deepEqual(a.registers, b.registers);
          assert.equal(a.cpsr, b.cpsr);
          assert.match(b.memory, /[1-9a-f]/, 'the program has recorded nothing');
        } finally {
          theirs.close();
        }
      });
    }
  });
});
