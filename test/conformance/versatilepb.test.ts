/**
 * The versatilepb board from outside: the same bare-metal ELF prints the same on our machine and under
 * `qemu-system-arm -M versatilepb`. The programs are in `versatilepb/`, one for each device or way of using it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildProgram, ourConsole, qemuConsole, type Typed } from './boardConsoles';

const BOARD = 'versatilepb';
const folder = path.join(import.meta.dirname, 'versatilepb');
const common = ['start.S', 'print.c'];
const programs = readdirSync(folder).filter((file) => file.endsWith('.c') && !common.includes(file));

/** Programs that read from the serial port. */
const typing: Readonly<Record<string, Typed>> = { 'uart.c': { after: 'type now', text: 'hello\n' } };

describe('The versatilepb board beside QEMU', function () {
  this.timeout(120_000);
  let build: string;

  before(function () {
    const missing = spawnSync('qemu-system-arm', ['--version']).error !== undefined;
    if (missing && !process.env['CI']) this.skip();
    assert.ok(!missing, 'qemu-system-arm is needed: apt-get install qemu-system-arm');
    build = mkdtempSync(path.join(tmpdir(), 'armvisor-versatilepb-'));
  });
  after(() => build && rmSync(build, { recursive: true, force: true }));

  for (const program of programs) {
    it(`prints what it prints there: ${program}`, async () => {
      const elf = buildProgram(folder, [...common, program], path.join(build, `${program}.elf`));
      const theirs = await qemuConsole(BOARD, elf, typing[program]);
      assert.equal(ourConsole(BOARD, elf, typing[program]), theirs);
      assert.match(theirs, /^.+\n-- end --\n$/s);
      assert.doesNotMatch(theirs, /unexpected/);
    });
  }
});
