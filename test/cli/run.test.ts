/** `armvisor run` with the real machine: goals, exit codes, the JSON object, and the consoles. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { armvisor, jsonOf, type CliResult } from '../support/cli';
import { endlessLoop, tinyElf, undefinedInstruction, waitForInterrupt, withEntryCode } from '../support/elf';
import { repository } from '../support/goldenText';

const image = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(path.join(repository, `firmware/images/${name}.elf`)));

const launchFile = {
  configurations: [
    {
      type: 'armvisor',
      request: 'launch',
      name: 'two',
      hypervisor: 'builtin:xen',
      domains: [{ kernel: 'builtin:mini-os' }, { name: 'guest1', kernel: 'builtin:mini-os' }],
      stopOnEntry: true,
    },
    {
      type: 'armvisor',
      request: 'launch',
      name: 'crash',
      hypervisor: 'builtin:xen',
      domains: [{ kernel: '${workspaceFolder}/crash.elf' }],
    },
  ],
};

describe('armvisor run', function () {
  this.timeout(60_000);
  let folder: string;
  const run = (...args: string[]): Promise<CliResult> => armvisor(['run', ...args], folder);

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-'));
    mkdirSync(path.join(folder, '.vscode'));
    writeFileSync(path.join(folder, '.vscode/launch.json'), JSON.stringify(launchFile));
    writeFileSync(path.join(folder, 'crash.elf'), withEntryCode(image('mini-os'), [undefinedInstruction]));
    writeFileSync(path.join(folder, 'undefined.elf'), tinyElf([undefinedInstruction], 0x10000));
    writeFileSync(path.join(folder, 'loop.elf'), tinyElf([endlessLoop], 0x10000));
    writeFileSync(path.join(folder, 'wait.elf'), tinyElf([waitForInterrupt, endlessLoop - 1], 0x10000));
    // ldr r1, [pc, #4]; ldr r0, [r1]; b . ; .word 0x00800000 (encodings: ARM DDI 0100 A4, A5.2)
    writeFileSync(path.join(folder, 'load.elf'), tinyElf([0xe59f1004, 0xe5910000, endlessLoop, 0x00800000], 0x10000));
    writeFileSync(path.join(folder, 'data.bin'), 'data');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('shows the console of each domain under its name, and stops at a text', async () => {
    const result = await run('--config', 'two', '--until-console', 'After 1 thread', '--json');
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^\[Xen\] \(XEN\) /m);
    assert.match(result.stdout, /^\[Domain-0\] After 1 thread$/m);
    const json = jsonOf(result);
    assert.equal(json.stopReason, 'console');
    assert.deepEqual(Object.keys(json).slice(0, 5), ['stopReason', 'instructions', 'ticks', 'pc', 'domains']);
    const domains = json.domains as { id: number; name: string; console: string }[];
    assert.deepEqual(
      domains.map(({ id, name }) => [id, name]),
      [
        [0, 'Domain-0'],
        [1, 'guest1'],
      ],
    );
    assert.match(domains[0].console, /After 1 thread\n/);
    assert.match(json.hypervisorConsole as string, /^\(XEN\) /);
  });

  it('always stops at the same instruction', async () => {
    const results = await Promise.all(
      [1, 2].map(() => run('--config', 'two', '--until-console', '1 thread', '--json')),
    );
    assert.deepEqual(jsonOf(results[0]), jsonOf(results[1]));
  });

  it('stops before the instruction at a symbol, in the image that has it', async () => {
    const symbol = Image.parse('xen', image('xen')).symbol('do_upcall')!;
    const result = await run('--config', 'two', '--until-pc', 'do_upcall', '--json');
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual([jsonOf(result).stopReason, jsonOf(result).pc], ['pc', `0x${symbol.address.toString(16)}`]);
    const guest = Image.parse('mini-os', image('mini-os')).symbol('unit_task')!;
    const inGuest = await run('--config', 'two', '--until-pc', `dom1:0x${guest.address.toString(16)}`, '--json');
    assert.equal(jsonOf(inGuest).pc, `0x${guest.address.toString(16)}`);
    assert.equal(inGuest.code, 0);
  });

  it('runs exactly the given number of instructions, which is a success without a goal', async () => {
    const result = await run('--kernel', 'loop.elf', '--max-instructions', '123_457', '--json');
    const { stopReason, instructions, pc, domains, console } = jsonOf(result);
    assert.deepEqual(
      [result.code, stopReason, instructions, pc, domains, console],
      [0, 'max-instructions', 123457, '0x00010000', [], ''],
    );
  });

  it('says 2 when a goal is not reached', async () => {
    const text = await run(
      '--kernel',
      'loop.elf',
      '--until-console',
      'hello',
      '--max-instructions',
      '200000',
      '--json',
    );
    assert.deepEqual([text.code, jsonOf(text).stopReason], [2, 'max-instructions']);
    const address = await run('--kernel', 'loop.elf', '--until-pc', '0x10004', '--max-instructions', '200000');
    assert.equal(address.code, 2);
    assert.match(address.stderr, /^armvisor: Stopped as asked after 200000 instructions/);
    const waiting = await run('--kernel', 'wait.elf', '--until-console', 'hello', '--json');
    assert.deepEqual([waiting.code, jsonOf(waiting).stopReason], [2, 'waiting']);
  });

  it('takes waiting for ever as the end when no goal was given', async () => {
    const { code, stderr } = await run('--kernel', 'wait.elf');
    assert.match(stderr, /Everything waits for an interrupt that never comes/);
    assert.equal(code, 0);
  });

  it('says 3 when a native kernel or a guest crashes', async () => {
    const native = await run('--kernel', 'undefined.elf', '--max-instructions', '1000000', '--json');
    assert.deepEqual([native.code, jsonOf(native).stopReason], [3, 'crashed']);
    assert.match(jsonOf(native).description as string, /undefined instruction/);
    const guest = await run('--config', 'crash', '--max-instructions', '20000000', '--json');
    assert.deepEqual([guest.code, jsonOf(guest).stopReason], [3, 'crashed'], guest.stdout);
    assert.match(jsonOf(guest).description as string, /Domain-0/);
  });

  it('copies files into memory first, and starts where it is told', async () => {
    const args = ['--kernel', 'load.elf', '--load', 'data.bin@0x800000', '--pc', '0x10004'];
    const result = await run(...args, '--max-instructions', '100', '--json');
    assert.equal(result.code, 0, result.stderr);
    assert.equal(jsonOf(result).pc, '0x00010008');
  });

  it('runs a native kernel with its command line; its console has no name in front', async () => {
    const result = await run(
      '--kernel',
      'builtin:mini-os-native',
      '--cmdline',
      'rounds=1',
      '--until-console',
      'rounds=1',
      '--json',
    );
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^mini-OS: .*rounds=1/m);
    assert.match(jsonOf(result).console as string, /rounds=1/);
  });

  it('suggests a symbol that was meant', async () => {
    const { code, stderr } = await run('--config', 'two', '--until-pc', 'vector_swy');
    assert.match(stderr, /--until-pc is "vector_swy", which no image has as a symbol; did you mean "vector_swi"\?/);
    assert.equal(code, 1);
  });
});

describe('armvisor image', () => {
  it('shows what an image holds', async () => {
    const { code, stdout } = await armvisor(['image', 'builtin:xen']);
    assert.equal(code, 0);
    assert.match(stdout, /^entry .*\(\w+\)$/m);
    assert.match(stdout, /^segment .*virtual 0xff010000 +physical 0x00010000/m);
    assert.match(stdout, /^symbols +\d+ \(\d+ functions/m);
  });
});

describe('armvisor tour', function () {
  this.timeout(60_000);
  it('shows the virtual registers, the stack across the border, the DACR table and the consoles, and ends with 0', async () => {
    const { code, stdout, stderr } = await armvisor(['tour']);
    for (const part of [
      /vector_swi/,
      /do_upcall/,
      /VSP/,
      /VPSR/,
      /VFAR/,
      /VFSR/,
      /DACR/,
      /After 1 thread/,
      /npm run workbench/,
    ]) {
      assert.match(stdout, part);
    }
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(!stdout.includes('\x1b['), 'no colours without a terminal');
  });
});
