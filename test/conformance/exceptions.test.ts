/** Exceptions, modes and faults in random streams, ours beside QEMU: registers, flags, memory, and what every handler was entered with. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Generator } from './armPrograms';
import { OurDriver, QemuDriver, SVC, type Run } from './drivers';
import { armGenerators } from './armPrograms';
import {
  exceptionBefore,
  exceptionGenerators,
  LOG_END,
  vectorsAndHandlers,
  withoutUnpredictable,
} from './exceptionPrograms';
import { difference, minimalCase } from './minimal';
import { Random } from './random';

const CODE = 0x10000;
const SCRATCH = 0x20000;
const BODY = 60;
const programsPerClass = Number(process.env['ARMVISOR_CONFORMANCE_PROGRAMS'] ?? 300) / 3;

function runOf(body: readonly number[], registers: readonly number[], seed: number): Run {
  const random = new Random(seed);
  const code = [...exceptionBefore, ...body];
  while (code.length < BODY + 20) code.push(0xe1a00000);
  const memory = new Uint8Array(LOG_END - SCRATCH);
  for (let at = 0; at < 0x200; at++) memory[at] = random.bits(8);
  return {
    start: CODE,
    end: CODE + code.length * 4,
    writes: [
      { address: 0, bytes: new Uint8Array(vectorsAndHandlers().buffer) },
      { address: CODE, bytes: new Uint8Array(Uint32Array.from(code).buffer) },
      { address: SCRATCH, bytes: memory },
    ],
    registers: registers.map((value, index) => (index === 12 ? SCRATCH : value)),
    cpsr: SVC,
    result: { address: SCRATCH, byteLength: LOG_END - SCRATCH },
  };
}

describe('Exceptions beside QEMU', function () {
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

  const classes: [string, readonly Generator[], number][] = [
    ...Object.entries(exceptionGenerators).map(([name, one]): [string, Generator[], number] => [
      name,
      [one],
      programsPerClass,
    ]),
    [
      'all classes and ordinary code mixed',
      [...Object.values(exceptionGenerators), ...Object.values(armGenerators)],
      programsPerClass * 4,
    ],
  ];
  for (const [name, generators, programs] of classes) {
    it(`computes as QEMU does: ${name}`, async () => {
      for (let program = 0; program < programs; program++) {
        const seed = (0x1b873593 ^ (program * 2654435761) ^ (name.length << 16)) | 1;
        const random = new Random(seed);
        const body: number[] = [];
        while (body.length < BODY) body.push(...withoutUnpredictable(random.pick(generators)(random)));
        const registers = Array.from({ length: 15 }, () => random.operand());
        const compare = async (code: readonly number[], values: readonly number[]): Promise<string | undefined> => {
          const run = runOf(code, values, seed);
          return difference(await ours.run(run), await qemu.run(run));
        };
        if ((await compare(body, registers)) !== undefined) {
          assert.fail(await minimalCase({ seed, code: body, registers, nop: 0xe1a00000 }, compare));
        }
      }
    });
  }
});
