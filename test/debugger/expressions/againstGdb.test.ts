/**
 * Expressions beside gdb's `output`: the same program, built with every version of DWARF and every level of optimisation, read by both out
 * of what the compiler put into the file.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { UserError, type DebugEngine } from '../../../src/debugger/types';
import { gdb, needs } from '../../image/support/tools';
import { session } from '../support/session';

const FLAGS = ['-nostdlib', '-ffreestanding', '-marm', '-mcpu=arm926ej-s', '-g', '-Ttext=0x10000'];
const here = import.meta.dirname;
const expressions = readFileSync(path.join(here, 'expressions.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

function build(folder: string, version: number, level: string): string {
  const file = path.join(folder, `program-${version}${level}.elf`);
  const sources = [path.join(here, 'program.c'), '-lgcc'];
  const given = [...FLAGS, `-gdwarf-${version}`, level, '-o', file, ...sources];
  const { status, stderr } = spawnSync('arm-none-eabi-gcc', given, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return file;
}

/** What gdb says to each, without its own types, character pictures and symbols. */
function theirs(file: string): readonly string[] {
  const said = gdb(
    file,
    expressions.map((each) => `output ${each}`),
  );
  return said.map((text) => plain(text.trim().replace(/^\(.*?\) /, '')));
}

function ours(engine: DebugEngine, expression: string): string {
  try {
    const { text } = engine.evaluate(expression, undefined);
    return plain(text.replace(/ \(.*\)$/, ''))
      .replace(/^NULL$/, '0x0')
      .replace(/^0x0+(?=.)/, '0x');
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const plain = (text: string): string => text.replace(/ '.*'$/, '').replace(/ <.*>$/, '');

describe('Expressions beside gdb', function () {
  this.timeout(120_000);
  let folder: string;
  before(function () {
    needs(this, 'gdb-multiarch', 'arm-none-eabi-gcc');
    folder = mkdtempSync(path.join(tmpdir(), 'armvisor-expressions-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const version of [2, 3, 4, 5]) {
    it(`give the same values of ${expressions.length} expressions with DWARF ${version}, at -O0, -O1, -O2 and -Os`, async () => {
      for (const level of ['-O0', '-O1', '-O2', '-Os']) {
        const kernel = build(folder, version, level);
        const engine = await session({ hypervisor: undefined, domains: [], kernel });
        const pairs = theirs(kernel).map((said, index) => [
          expressions[index]!,
          said,
          ours(engine, expressions[index]!),
        ]);
        const different = pairs.filter(([, said, mine]) => said !== mine);
        assert.deepEqual(different, [], level);
        assert.equal(pairs.length, expressions.length);
        engine.dispose();
      }
    });
  }

  it('are written without loss into integers of 64 bits, bit fields of them, and floating-point numbers', async () => {
    const engine = await session({ hypervisor: undefined, domains: [], kernel: build(folder, 4, '-O0') });
    const written = (name: string, text: string): string => {
      engine.evaluate(name, undefined).set!(text);
      return ours(engine, name);
    };
    assert.equal(written('ull', '0x123456789abcdef1'), '1311768467463790321');
    assert.equal(written('sll', 'sll - 1'), '-5000000001');
    assert.equal(written('bits.wide', '0xffffffffff'), '1099511627775');
    assert.equal(ours(engine, 'bits.sign'), '-7');
    assert.equal(written('single', '0.1'), '0.1');
    assert.equal(written('twice', 'single * 0 + 0.1'), '0.1');
    assert.equal(written('si', '2.75'), '2');
    engine.dispose();
  });

  it('are arrays with elements where a pointer is cast to a pointer to an array', async () => {
    const engine = await session({ hypervisor: undefined, domains: [], kernel: build(folder, 4, '-O0') });
    const typed = (expression: string): string | undefined => engine.evaluate(expression, undefined).type;
    assert.equal(ours(engine, '*(char (*)[16])text'), '"hypervisor"');
    assert.equal(typed('(char (*)[16])text'), 'char (*)[16]');
    assert.equal(typed('*(int (*)[2][3])flexible.matrix'), 'int[2][3]');
    assert.equal(typed('(struct point *(**)[4])0'), 'struct point *(**)[4]');
    const elements = engine.evaluate('*(int(*)[4])numbers', undefined).children!();
    assert.deepEqual(
      elements.map(({ name, text }) => `${name} ${text.replace(/ .*/, '')}`),
      ['[0] 10', '[1] 20', '[2] 30', '[3] 40'],
    );
    assert.match(ours(engine, '(int (*)())add'), /expected|not called/);
    engine.dispose();
  });
});
