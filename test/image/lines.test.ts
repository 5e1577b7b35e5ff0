/** Source lines: against addr2line for every instruction, and against gdb for every line that a breakpoint can be set on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtures, variants } from './support/fixtures';
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
    for (const { name, path, image } of variants()) {
      const addresses = instructionAddresses(path);
      const answers = gdb(
        path,
        addresses.map((address) => `info line *${address}`),
      );
      answers.forEach((answer, index) => {
        const match = /Line (\d+) of "([^"]+)"/.exec(answer);
        const found = image.lineAt(addresses[index]);
        const got = found && `${found.file.slice(found.file.lastIndexOf('/') + 1)}:${found.line}`;
        const wanted = match ? `${match[2].slice(match[2].lastIndexOf('/') + 1)}:${match[1]}` : undefined;
        assert.equal(got, wanted, `${name} at ${addresses[index].toString(16)}: ${answer}`);
      });
    }
  });

  it('puts a breakpoint on every source line where gdb puts it', () => {
    for (const { name, path, image } of variants()) {
      for (const source of sources) {
        const count = readFileSync(join(fixtures, source), 'utf8').split('\n').length;
        const lines = Array.from({ length: count }, (_, index) => index + 1);
        const answers = gdb(
          path,
          lines.flatMap((line) => [`break ${source}:${line}`, 'info breakpoints', 'delete']),
        );
        for (const line of lines) {
          const listing = answers[(line - 1) * 3 + 1];
          const wanted = [...listing.matchAll(/\b0x([0-9a-f]{8})\b/g)]
            .map((match) => parseInt(match[1], 16))
            .sort((a, b) => a - b);
          const found = image.addressesForLine(join(fixtures, source), line);
          // gdb refuses lines before a function that have no code; there we go on to the function.
          if (wanted.length === 0) continue;
          assert.deepEqual(hexes(found.addresses), hexes(wanted), `${name} ${source}:${line}`);
        }
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
});

function hexes(addresses: readonly number[]): string[] {
  return addresses.map((address) => address.toString(16));
}

function decodedRows(path: string): { file: string; line: number; address: number }[] {
  return run('arm-none-eabi-objdump', ['--dwarf=decodedline', path])
    .split('\n')
    .map((text) => /^(\S+)\s+(\d+)\s+(?:0x)?([0-9a-f]+)(\s|$)/.exec(text))
    .filter((match) => match !== null)
    .map((match) => ({ file: match[1], line: Number(match[2]), address: parseInt(match[3], 16) }));
}

/** Where instructions are, data among code left out. */
function instructionAddresses(path: string): number[] {
  return run('arm-none-eabi-objdump', ['-d', '--section=.text', path])
    .split('\n')
    .map((text) => /^\s*([0-9a-f]+):\t[0-9a-f ]+\t(?!\.word|\.short|\.byte)/.exec(text))
    .filter((match) => match !== null)
    .map((match) => parseInt(match[1], 16));
}
