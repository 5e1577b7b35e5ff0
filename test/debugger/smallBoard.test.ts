/** The sample board of docs/boards.md: its JSON as it is, and its program built from its source. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { launch } from '../../src/debugger/launch';
import { fileHost, root, settings } from './support/session';

const sample = path.join(root, 'samples', 'small-board');
const machine = path.join(sample, 'small.board.json');

describe('The small board from nothing', () => {
  let folder = '';
  let kernel = '';

  before(function () {
    this.timeout(20_000);
    folder = mkdtempSync(path.join(tmpdir(), 'armvisor-board-'));
    kernel = path.join(folder, 'small.elf');
    const options = ['-mcpu=arm926ej-s', '-marm', '-O1', '-g', '-ffreestanding', '-nostdlib', '-Wl,-Ttext=0x80000000'];
    execFileSync('arm-none-eabi-gcc', [...options, '-o', kernel, 'start.S', 'main.c'], { cwd: sample });
  });

  after(() => rmSync(folder, { recursive: true }));

  const native = { hypervisor: undefined, domains: [], memoryBytes: undefined, stopOnEntry: false };

  it('runs its program: hello over the UART, five timer interrupts, done', async () => {
    const engine = await launch(settings({ ...native, machine, kernel }), fileHost);
    let text = '';
    engine.machine.onConsoleOutput((port, bytes) => {
      assert.equal(port, 0);
      text += new TextDecoder().decode(bytes);
    });
    engine.machine.run(20_000_000);
    assert.equal(text, `Hello from a board of our own\n${'tick\n'.repeat(5)}done\n`);
    assert.ok(engine.machine.ticks * 5 >= 50_000_000, 'five periods of 10 ms have passed');
    assert.equal(engine.machine.boardName, 'small');
    engine.dispose();
  });

  it('is what docs/boards.md shows, file by file', () => {
    const page = readFileSync(path.join(root, 'docs', 'boards.md'), 'utf8');
    for (const file of ['small.board.json', 'start.S', 'main.c']) {
      assert.ok(page.includes(readFileSync(path.join(sample, file), 'utf8')), file);
    }
  });

  it('has its main RAM as large as "memory" says', async () => {
    const engine = await launch(settings({ ...native, machine, kernel, memoryBytes: 4 << 20 }), fileHost);
    assert.deepEqual(
      engine.machine.memoryBanks.map(({ base, bytes }) => [base, bytes]),
      [
        [0x80000000, 4 << 20],
        [0, 64 << 10],
      ],
    );
    engine.dispose();
  });

  const refused = (name: string, text: string, sentence: RegExp) =>
    it(`refuses ${name} in one sentence`, async () => {
      const file = path.join(folder, 'bad.board.json');
      writeFileSync(file, text);
      await assert.rejects(launch(settings({ ...native, machine: file, kernel }), fileHost), sentence);
    });
  refused(
    'JSON that cannot be read, with line and column',
    '{\n  "name": oops\n}',
    /bad\.board\.json:2:11: not valid JSON \(invalid symbol\); correct/,
  );
  refused('a mistake in the board, with the file', '{ "name": "x" }', /bad\.board\.json: "ram" is missing: add a list/);

  it('refuses a file that is not there, and options that a board file does not take', async () => {
    const missing = settings({ ...native, machine: '/nowhere/board.json', kernel });
    await assert.rejects(launch(missing, fileHost), /\/nowhere\/board\.json cannot be read/);
    const ports = settings({ ...native, machine, kernel, board: { serialPorts: 3 } });
    await assert.rejects(launch(ports, fileHost), /"serialPorts" cannot be set for the board small/);
    const commandLine = settings({ ...native, machine, kernel, commandLine: 'console=ttyS0' });
    await assert.rejects(launch(commandLine, fileHost), /no boot loader .* command line/);
  });
});
