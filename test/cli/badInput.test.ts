/** Mistakes on the command line: exit code 1 and one sentence on standard error that says what, where and the remedy. */
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { armvisor } from '../support/cli';

const configurations = `{
  // The two forms.
  "configurations": [
    { "type": "armvisor", "request": "launch", "name": "two", "hypervisor": "builtin:xen", "domains": [{ "kernel": "\${workspaceFolder}/none.elf" }] },
    { "type": "armvisor", "request": "launch", "name": "wrong", "kernel": 7 },
    { "type": "node", "request": "launch", "name": "not ours" },
  ],
}`;

describe('bad input to armvisor run', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-'));
    mkdirSync(path.join(folder, '.vscode'));
    writeFileSync(path.join(folder, '.vscode', 'launch.json'), configurations);
    writeFileSync(path.join(folder, 'broken.json'), '{ "configurations": [ }');
    writeFileSync(
      path.join(folder, 'text.elf'),
      'this is no ELF file, only some text that is long enough to hold a header',
    );
    const elf = Buffer.alloc(52);
    elf.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
    elf.writeUInt16LE(2, 16);
    elf.writeUInt16LE(3, 18); // e_machine 3: EM_386 (System V ABI)
    elf.writeUInt32LE(1, 20);
    elf.writeUInt16LE(52, 40);
    writeFileSync(path.join(folder, 'intel.elf'), elf);
    writeFileSync(path.join(folder, 'truncated.elf'), elf.subarray(0, 20));
  });
  after(() => rmSync(folder, { recursive: true }));

  const cases: readonly [string, readonly string[], RegExp][] = [
    ['an unknown option', ['run', '--kernal', 'x'], /unknown option '--kernal'/],
    ['an unknown command', ['rum'], /unknown command 'rum'/],
    [
      'a configuration that is not there',
      ['run', '--config', 'too'],
      /no armvisor configuration "too"; did you mean "two"\? There are: "two", "wrong"\./,
    ],
    ['no choice among several', ['run'], /choose one with --config, of "two", "wrong"/],
    ['a configuration of another type', ['run', '--config', 'not ours'], /There are: "two", "wrong"/],
    ['a wrong type', ['run', '--config', 'wrong'], /"kernel" in the launch configuration is 7: it must be/],
    [
      'a missing file',
      ['run', '--config', 'two'],
      /"domains\[0\]\.kernel" in the launch configuration: .*none\.elf cannot be read; there is no such file: build it/,
    ],
    ['a launch.json that is not there', ['run', 'nowhere.json'], /nowhere\.json cannot be read; there is no such file/],
    ['a launch.json with a syntax error', ['run', 'broken.json'], /broken\.json:1:\d+: not valid JSON with comments/],
    ['a kernel that is not there', ['run', '--kernel', 'none.elf'], /--kernel: .*none\.elf cannot be read/],
    [
      'a built-in image that is not there',
      ['run', '--kernel', 'builtin:mini-os-nativ'],
      /--kernel: there is no built-in image "builtin:mini-os-nativ"/,
    ],
    ['an ELF file of another machine', ['run', '--kernel', 'intel.elf'], /intel\.elf.*ARM/],
    ['a truncated ELF file', ['run', '--kernel', 'truncated.elf'], /truncated\.elf/],
    [
      'both forms',
      ['run', '.vscode/launch.json', '--kernel', 'x'],
      /give a launch configuration or a kernel, not both/,
    ],
    ['a native option without a kernel', ['run', '--config', 'two', '--pc', '0'], /--pc belongs to a native run/],
    [
      'an unknown machine',
      ['run', '--kernel', 'x', '--machine', 'pdp11'],
      /--machine is "pdp11": it must be one of "goldfish"/,
    ],
    ['an unknown tick model', ['run', '--kernel', 'x', '--tick-model', 'x'], /--tick-model is "x"/],
    ['a memory size that is none', ['run', '--kernel', 'x', '--memory', 'much'], /--memory is "much"/],
    [
      'a load without an address',
      ['run', '--kernel', 'x', '--load', 'file'],
      /--load is "file": it must be FILE@ADDRESS/,
    ],
    [
      'a flash without a file',
      ['run', '--kernel', 'x', '--nand', 'system'],
      /--nand is "system": it must be NAME=FILE/,
    ],
    ['a load at no address', ['run', '--kernel', 'x', '--load', 'a@b'], /--load is "b": it must be a 32-bit address/],
    [
      'instructions that are no number',
      ['run', '--kernel', 'x', '--max-instructions', 'ten'],
      /--max-instructions is "ten"/,
    ],
    ['a port that is no number', ['dap', '--port', 'x'], /--port is "x"/],
    ['a text file as an image', ['image', 'text.elf'], /text\.elf/],
  ];
  for (const [what, args, sentence] of cases) {
    it(`${what} is told in one sentence`, async () => {
      const { code, stdout, stderr } = await armvisor(args, folder);
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /^\s+at /m, 'no stack trace');
      assert.doesNotMatch(stderr, /defect/);
      assert.deepEqual([code, stdout], [1, '']);
    });
  }
});
