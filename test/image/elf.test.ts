/** The container and the symbols: against readelf and nm; and the sentences that wrong files get. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Image, ImageError } from '../../src/image/image';
import { build, open, variants, workFolder } from './support/fixtures';
import { needs, run } from './support/tools';

describe('ELF images', function () {
  this.timeout(120_000);
  before(function () {
    needs(this, 'arm-none-eabi-gcc');
  });

  it('has the segments and the entry that readelf shows', () => {
    for (const { name, path, image } of variants()) {
      const loads = [
        ...run('arm-none-eabi-readelf', ['-lW', path]).matchAll(
          /LOAD\s+0x\w+ 0x(\w+) 0x(\w+) 0x(\w+) 0x(\w+) ([RWE ]{3})/g,
        ),
      ];
      const wanted = loads.map((match) => [
        ...match.slice(1, 5).map((text) => parseInt(text, 16)),
        match[5].includes('E'),
      ]);
      const found = image.segments.map((segment) => [
        segment.virtualAddress,
        segment.physicalAddress,
        segment.bytes.length,
        segment.memoryBytes,
        segment.flags.execute,
      ]);
      assert.deepEqual(found, wanted, name);
      assert.equal(image.entry, image.symbol('_start')!.address);
      assert.ok(image.containsAddress(image.entry));
      assert.ok(!image.containsAddress(0));
    }
  });

  it('lists the symbols that nm lists, without the Thumb bit and without mapping symbols', () => {
    for (const { name, path, image } of variants()) {
      const listed = run('arm-none-eabi-nm', [path])
        .split('\n')
        .map((line) => /^(\w{8}) (\w) (.+)$/.exec(line));
      const wanted = listed
        .filter((match) => match !== null && !/^\$[atd]/.test(match[3]))
        .map((match) => `${match![1]} ${match![3]} ${match![2] === match![2].toUpperCase()}`);
      const found = image
        .symbols()
        .map((symbol) => `${symbol.address.toString(16).padStart(8, '0')} ${symbol.name} ${symbol.global}`);
      assert.deepEqual(found.sort(), wanted.sort(), name);
    }
  });

  it('knows Thumb functions from ARM functions', () => {
    for (const { name, thumb, image } of variants()) {
      assert.equal(image.symbol('main')!.thumb, thumb, name);
      assert.equal(image.symbol('asm_add')!.thumb, false, name);
    }
  });

  it('lets a label without a size reach to the next symbol, but not out of a function that has one', () => {
    const { image } = variants()[0];
    const at = (name: string, offset: number) => image.symbolAt(image.symbol(name)!.address + offset)?.symbol.name;
    assert.equal(at('trap_entry', 16), 'trap_entry');
    assert.equal(at('inner_label', 8), 'inner_label');
    assert.equal(at('asm_add', 4), 'asm_add');
    assert.equal(at('main', 100), 'main');
    assert.deepEqual(image.functionNamed('trap_entry'), image.functionAt(image.symbol('trap_entry')!.address + 8));
    assert.equal(image.functionNamed('trap_entry')!.highPc, image.symbol('trap_exit')!.address);
    assert.equal(image.functionNamed('trap_entry')!.hasDebugInfo, false);
    assert.equal(image.symbolAt(0x10), undefined);
  });

  it('shows the function among aliases of one address, and always the same one', () => {
    const assembly = join(workFolder(), 'aliases.s');
    writeFileSync(
      assembly,
      '.text\n.Lhidden:\nplain_label:\n__alias:\n.global real\n.type real,%function\nreal: nop\n nop\n.size real, .-real\n.Lafter: nop\n.global _start\n_start: nop\n',
    );
    const path = join(workFolder(), 'aliases.elf');
    run('arm-none-eabi-gcc', ['-nostdlib', '-Wa,--keep-locals', '-Wl,--discard-none', assembly, '-o', path]);
    const image = open(path);
    const start = image.symbol('real')!.address;
    assert.equal(image.symbolAt(start)?.symbol.name, 'real');
    assert.equal(image.symbolAt(start + 4)?.symbol.name, 'real');
    // Behind the function there is only a compiler-local label.
    assert.equal(image.symbolAt(start + 8)?.symbol.name, '.Lafter');
  });

  it('names what is missing when the file was stripped', () => {
    const path = build('stripped', ['-g', '-O0'], ['-s']);
    const image = open(path);
    assert.match(image.limitations.join('\n'), /stripped/);
    assert.match(image.limitations.join('\n'), /no \.debug_line/);
    assert.equal(image.symbolAt(image.entry), undefined);
    assert.equal(image.lineAt(image.entry), undefined);
    assert.deepEqual(image.addressesForLine('main.c', 30), { actualLine: 30, addresses: [] });
    assert.equal(variants()[0].image.limitations.length, 0);
  });

  it('works on debug information alone when only the symbols are gone', () => {
    const path = build('no symbols', ['-g', '-O0']);
    const bare = join(workFolder(), 'bare.elf');
    run('arm-none-eabi-objcopy', ['--strip-all', '--keep-section=.debug_*', path, bare]);
    run('arm-none-eabi-objcopy', ['-R', '.symtab', path, bare]);
    const image = open(bare);
    assert.equal(image.functionNamed('loops')?.lowPc, open(path).symbol('loops')!.address);
  });

  it('gives one sentence with what, where and remedy for each wrong file', () => {
    const good = new Uint8Array(readFileSync(variants()[0].path));
    const changed = (...changes: [number, number][]) => {
      const copy = new Uint8Array(good);
      for (const [at, value] of changes) copy[at] = value;
      return copy;
    };
    const programHeaders = new DataView(good.buffer, good.byteOffset).getUint32(28, true);
    const cases: [string, Uint8Array, RegExp][] = [
      ['empty', new Uint8Array(0), /is empty/],
      [
        'text',
        new TextEncoder().encode('#!/bin/sh\necho'),
        /not an ELF file \(no ELF magic at offset 0\); name an ELF/,
      ],
      ['gzip', new Uint8Array([0x1f, 0x8b, 8, 0]), /gzip.*unpack/],
      ['x86-64', changed([4, 2], [18, 62]), /an ELF for x86-64 .*0x12.*; Armvisor runs 32-bit ARM/],
      ['aarch64', changed([4, 2], [18, 183]), /an ELF for 64-bit ARM/],
      ['64 bit', changed([4, 2]), /not an ELF32/],
      ['big-endian', changed([5, 2], [18, 0], [19, 40]), /big-endian.*0x5/],
      ['object', changed([16, 1]), /relocatable object.*link it/],
      ['no header', good.slice(0, 30), /truncated/],
      ['no segments', changed([programHeaders, 0]), /no loadable segments/],
      ['short section', good.slice(0, good.length - 1), /truncated/],
      ['sections outside', changed([35, 0x7f]), /section header table.*truncated/],
      ['segment outside', changed([programHeaders + 7, 0x7f]), /segment 0 .*truncated/],
      [
        'segment larger than memory',
        changed([programHeaders + 20, 1], [programHeaders + 21, 0], [programHeaders + 22, 0]),
        /does not fit/,
      ],
    ];
    for (const [name, bytes, sentence] of cases) {
      assert.throws(
        () => Image.parse(name, bytes),
        (error: unknown) => {
          assert.ok(error instanceof ImageError, name);
          assert.match(error.message, sentence);
          assert.ok(error.message.startsWith(`${name}: `) && !error.message.includes('\n'));
          return true;
        },
        name,
      );
    }
  });
});
