/** VFP9 (option `vfp: 'vfp9'`) held against QEMU's ARM926, which has one: random programs, all registers and FPSCR compared. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Generator } from './armPrograms';
import { OurDriver, QemuDriver, SVC, type Run } from './drivers';
import { Random } from './random';
import { fpscr, vfpAfter, vfpBefore, vfpGenerators, vfpOperands } from './vfpPrograms';

const CODE = 0x10000;
const SCRATCH = 0x20000;
const SCRATCH_BYTES = 512;
const BODY = 40;
const programsPerClass = Number(process.env['ARMVISOR_CONFORMANCE_PROGRAMS'] ?? 300) / 2;

/** Vectors stay out where QEMU goes astray: docs/conformance.md. */
const takesVectors = (body: readonly number[]): boolean => !body.some((word) => (word & 0x0fb00f40) === 0x0eb00b40);

function runOf(body: readonly number[], seed: number): Run {
  const random = new Random(seed);
  const short = takesVectors(body);
  const code = [...vfpBefore, ...body, ...vfpAfter];
  while (code.length < BODY + 10) code.push(0xe1a00000);
  const scratch = new Uint8Array(SCRATCH_BYTES);
  scratch.set(vfpOperands(random));
  scratch.set(vfpOperands(random), 128);
  scratch.set(vfpOperands(random), 256);
  // Every exception leads to the end, where the mode then tells of it.
  const end = CODE + code.length * 4;
  const vectors = Array.from({ length: 8 }, (_, index) => 0xea000000 | (((end - index * 4 - 8) >> 2) & 0xffffff));
  const registers = Array.from({ length: 15 }, () => random.operand());
  registers[11] = fpscr(random, short && random.below(3) === 0);
  registers[12] = SCRATCH;
  return {
    start: CODE,
    end,
    writes: [
      { address: 0, bytes: new Uint8Array(Uint32Array.from(vectors).buffer) },
      { address: CODE, bytes: new Uint8Array(Uint32Array.from(code).buffer) },
      { address: SCRATCH, bytes: scratch },
    ],
    registers,
    cpsr: SVC,
    result: { address: SCRATCH, byteLength: SCRATCH_BYTES },
  };
}

describe('VFP beside QEMU', function () {
  this.timeout(300_000);
  let qemu: QemuDriver;
  const ours = new OurDriver({ vfp: 'vfp9' });

  before(async function () {
    const missing = spawnSync('qemu-system-arm', ['--version']).error !== undefined;
    if (missing && !process.env['CI']) this.skip();
    assert.ok(!missing, 'qemu-system-arm is needed: apt-get install qemu-system-arm');
    qemu = await QemuDriver.start();
  });
  after(() => qemu?.close());

  const words = (hex: string): string[] => hex.match(/.{8}/g)!.map((word) => word.match(/../g)!.reverse().join(''));

  async function difference(body: readonly number[], seed: number): Promise<string | undefined> {
    const run = runOf(body, seed);
    const [a, b] = [await ours.run(run), await qemu.run(run)];
    for (let index = 0; index < 15; index++) {
      const [x, y] = [a.registers[index]! >>> 0, b.registers[index]! >>> 0];
      if (x !== y) return `r${index} is ${x.toString(16)} here and ${y.toString(16)} in QEMU`;
    }
    if (a.cpsr >>> 0 !== b.cpsr >>> 0) return `CPSR is ${a.cpsr.toString(16)} here and ${b.cpsr.toString(16)} in QEMU`;
    const [x, y] = [words(a.memory), words(b.memory)];
    const at = x.findIndex((word, index) => word !== y[index]);
    return at < 0
      ? undefined
      : `${at >= 96 ? `S${at - 96}` : `scratch word ${at}`} is ${x[at]} here and ${y[at]} in QEMU`;
  }

  /** Leaves out every instruction without which the difference stays. */
  async function minimal(body: readonly number[], seed: number): Promise<string> {
    let least = [...body];
    for (let at = least.length - 1; at >= 0; at--) {
      const shorter = least.filter((_, index) => index !== at);
      if ((await difference(shorter, seed)) !== undefined) least = shorter;
    }
    const { registers, writes } = runOf(least, seed);
    const loaded = words(Buffer.from(writes[2]!.bytes.subarray(0, 128)).toString('hex'));
    const shown = least.map((word) => (word >>> 0).toString(16)).join(' ');
    return `${await difference(least, seed)}; seed ${seed}, code ${shown}, FPSCR ${(registers[11]! >>> 0).toString(16)}, S0-S31 ${loaded.join(' ')}`;
  }

  const everything = Object.values(vfpGenerators);
  const classes: [string, readonly Generator[], number][] = [
    ...Object.entries(vfpGenerators).map(([name, one]): [string, Generator[], number] => [
      name,
      [one],
      programsPerClass,
    ]),
    ['all classes mixed', everything, programsPerClass * 4],
  ];
  for (const [name, generators, programs] of classes) {
    it(`computes as QEMU does: ${name}`, async () => {
      for (let program = 0; program < programs; program++) {
        const seed = (0x2545f491 ^ (program * 2654435761) ^ (name.length << 16)) | 1;
        const choice = new Random(seed ^ 0x5bd1e995);
        const body: number[] = [];
        while (body.length < BODY - 2) body.push(...choice.pick(generators)(choice));
        if ((await difference(body, seed)) !== undefined) assert.fail(await minimal(body, seed));
      }
    });
  }
});
