/** Source lines: against addr2line for every instruction, and against gdb for every line that a breakpoint can be set on. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtures, open, variants, workFolder } from './support/fixtures';
import { compareBreakpoints, compareLines, decodedRows } from './support/compare';
import { gdb, needs, run } from './support/tools';

const sources = ['main.c', 'shapes.c', 'entry.S'];

describe('Source lines', function () {
  this.timeout(180_000);
  before(function () {
    needs(this, 'arm-none-eabi-gcc', 'gdb-multiarch');
  });

  it('gives every instruction the line that objdump decodes for it', () => {
    for (const { name, path, image } of variants()) {
      const rows = decodedRows(path);
      assert.ok(rows.length > 100, name);
      for (const { file, line, address } of rows) {
        const found = image.lineAt(address);
        assert.ok(found, `${name} ${address.toString(16)}`);
        const lines = rows.filter((row) => row.address === address).map((row) => `${row.file}:${row.line}`);
        assert.ok(lines.includes(`${file}:${line}`));
        assert.ok(
          lines.includes(`${found.file.slice(found.file.lastIndexOf('/') + 1)}:${found.line}`),
          `${name} ${address.toString(16)}`,
        );
        assert.equal(found.address, address);
      }
    }
  });

  it('agrees with gdb on the line of every instruction', () => {
    for (const { name, path, image } of variants()) assert.ok(compareLines(name, path, image) > 300);
  });

  it('puts a breakpoint on every source line where gdb puts it', () => {
    for (const { name, path, image } of variants()) {
      for (const source of sources) {
        const asked = join(fixtures, source);
        const lineCount = readFileSync(asked, 'utf8').split('\n').length;
        assert.ok(compareBreakpoints(name, path, image, { recorded: source, asked, lineCount }) > 10);
      }
    }
  });

  it('puts a breakpoint on every function where gdb puts it', () => {
    for (const { name, path, image } of variants()) {
      const names = image
        .symbols()
        .filter(({ kind }) => kind === 'function')
        .map((symbol) => symbol.name);
      const described = names.filter((each) => image.functionNamed(each)?.hasDebugInfo);
      assert.ok(described.length >= 8, name);
      const answers = gdb(
        path,
        described.map((each) => `break ${each}`),
      );
      described.forEach((each, index) => {
        const wanted = /at (0x[0-9a-f]+)/.exec(answers[index])?.[1];
        assert.equal(`0x${image.functionNamed(each)!.bodyPc.toString(16)}`, wanted, `${name} ${each}`);
      });
    }
  });

  it('knows the MD5 of a source where the compiler noted it (DWARF 5)', () => {
    const [assembly, program] = ['md5.s', 'md5.elf'].map((name) => join(workFolder(), name));
    const md5 = 'ffeeddccbbaa99887766554433221100';
    // GNU as takes a number and stores its least byte first; clang stores the digest as it stands.
    const number = '0x00112233445566778899aabbccddeeff';
    writeFileSync(assembly, `.file 1 "/source" "x.c" md5 ${number}\n.text\n.globl _start\n_start: .loc 1 3 0\nnop\n`);
    run('arm-none-eabi-gcc', ['-gdwarf-5', '-nostdlib', assembly, '-o', program]);
    const image = open(program);
    assert.deepEqual(image.sources(), ['/source/x.c']);
    assert.equal(image.sourceMd5('/source/x.c'), md5);
    assert.equal(variants()[0].image.sourceMd5(variants()[0].image.sources()[0]), undefined);
  });
});
