/** `armvisor trace` and snapshot files on the command line. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { armvisor, jsonOf } from '../support/cli';

describe('armvisor trace', function () {
  this.timeout(60_000);
  let folder: string;
  const kernel = ['--kernel', 'builtin:mini-os-native'];
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('writes lines to standard output, and consoles elsewhere', async () => {
    const { code, stdout } = await armvisor(['trace', ...kernel, '--max-instructions', '20000'], folder);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(code, 0);
    assert.equal(lines.length, 20000);
    lines.forEach((line) => assert.match(line, /^ *\d+ +\d+ [0-9a-f]{8} [0-9a-f]{8}$/));
  });

  it('writes the trace files into a folder', async () => {
    const args = ['trace', ...kernel, '--format', 'qtrace', '-o', 'traces/one', '--max-instructions', '20000'];
    assert.equal((await armvisor(args, folder)).code, 0);
    assert.deepEqual(
      readdirSync(path.join(folder, 'traces/one')).sort(),
      ['bb', 'exc', 'insn', 'method', 'pid', 'static'].map((name) => `qtrace.${name}`),
    );
    assert.equal(
      readFileSync(path.join(folder, 'traces/one/qtrace.static')).toString('latin1', 0, 15),
      'qemu_trace_file',
    );
  });

  it('agrees with what --until-pc says of instructions and ticks', async () => {
    const args = [...kernel, '--tick-model', 'arm926ejs', '--until-pc', 'create_thread', '--json'];
    const { instructions, ticks, pc, tickModel, nsPerTick } = jsonOf(await armvisor(['run', ...args], folder));
    assert.deepEqual([tickModel, nsPerTick], ['arm926ejs', 5]);
    const goes = ['--max-instructions', String(Number(instructions) + 1)];
    const { stdout } = await armvisor(['trace', ...args.slice(0, 4), ...goes], folder);
    const last = stdout.trimEnd().split('\n').at(-1)!.trim().split(/ +/);
    assert.deepEqual([Number(last[0]), Number(last[1]), `0x${last[2]}`], [instructions, ticks, pc]);
  });

  it('says what is wrong with its options', async () => {
    const format = await armvisor(['trace', ...kernel, '--format', 'xml'], folder);
    assert.match(format.stderr, /--format is "xml": it must be text or qtrace/);
    const output = await armvisor(['trace', ...kernel, '--format', 'qtrace'], folder);
    assert.match(output.stderr, /give -o FOLDER/);
    assert.deepEqual([format.code, output.code], [1, 1]);
  });

  it('goes on from a snapshot of another process as that one would have gone on', async () => {
    const run = (...args: string[]) => armvisor(['run', ...kernel, ...args, '--json'], folder);
    await run('--max-instructions', '1000000', '--save-snapshot', 'half.snap');
    await run('--max-instructions', '2000000', '--save-snapshot', 'whole.snap');
    const on = await run(
      '--restore-snapshot',
      'half.snap',
      '--max-instructions',
      '2000000',
      '--save-snapshot',
      'on.snap',
    );
    assert.equal(jsonOf(on).instructions, 2000000);
    const bytes = (name: string): Buffer => readFileSync(path.join(folder, name));
    assert.ok(bytes('on.snap').equals(bytes('whole.snap')));
    const { stdout } = await armvisor(['snapshot', 'info', 'half.snap'], folder);
    assert.match(stdout, /^board +goldfish$/m);
    assert.match(stdout, /^instructions +1000000$/m);
    writeFileSync(path.join(folder, 'cut.snap'), bytes('half.snap').subarray(0, 1000));
    const cut = await run('--restore-snapshot', 'cut.snap');
    assert.equal(cut.code, 1);
    assert.match(cut.stderr, /cut\.snap: The snapshot file is cut off/);
  });
});
