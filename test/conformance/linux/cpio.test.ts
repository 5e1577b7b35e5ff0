import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Image } from '../../../src/image/image';
import { cpioArchive } from './cpio';
import { expectedOutputs } from './expected';
import { HOME, rootFileSystem } from './programs';

const sources = path.join(import.meta.dirname, 'programs');

/** Reads an archive by the format's words alone: the entries' names, modes, devices and contents. */
function entriesOf(archive: Uint8Array): { name: string; mode: number; device: string; content: string }[] {
  const entries = [];
  const text = Buffer.from(archive).toString('latin1');
  for (let at = 0; text.startsWith('070701', at);) {
    const field = (index: number) => parseInt(text.slice(at + 6 + index * 8, at + 14 + index * 8), 16);
    const nameEnd = at + 110 + field(11);
    const start = (nameEnd + 3) & ~3;
    const name = text.slice(at + 110, nameEnd - 1);
    const content = text.slice(start, start + field(6));
    entries.push({ name, mode: field(1), device: `${field(9)}:${field(10)}`, content });
    at = (start + field(6) + 3) & ~3;
  }
  return entries;
}

describe('root file systems for Linux', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'armvisor-linux-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('archives keep names, modes, device numbers and contents, each at an address divisible by four', () => {
    const archive = cpioArchive([
      { path: 'dev', kind: 'directory' },
      { path: 'dev/console', kind: 'character', major: 5, minor: 1 },
      { path: 'dev/mmcblk0', kind: 'block', major: 179, minor: 0 },
      { path: 'init', kind: 'file', executable: true, content: new TextEncoder().encode('hello') },
      { path: 'bin', kind: 'link', target: '/usr' },
    ]);
    assert.deepEqual(entriesOf(archive), [
      { name: 'dev', mode: 0o040755, device: '0:0', content: '' },
      { name: 'dev/console', mode: 0o020666, device: '5:1', content: '' },
      { name: 'dev/mmcblk0', mode: 0o060666, device: '179:0', content: '' },
      { name: 'init', mode: 0o100755, device: '0:0', content: 'hello' },
      { name: 'bin', mode: 0o120777, device: '0:0', content: '/usr' },
      { name: 'TRAILER!!!', mode: 0, device: '0:0', content: '' },
    ]);
    assert.equal(archive.length % 4, 0);
  });

  it('our system has an init, a shell and the programs that the checks run, all for the ARM926', () => {
    const { initrd, hasPrograms } = rootFileSystem(sources, folder);
    assert.equal(hasPrograms, true);
    const names = entriesOf(initrd).map(({ name }) => name);
    for (const name of ['init', 'bin/sh', ...Object.keys(expectedOutputs).map((program) => `${HOME}/${program}`)]) {
      assert.ok(names.includes(name), name);
    }
    for (const program of ['sh', 'compute-thumb']) {
      const file = path.join(folder, program);
      const attributes = execFileSync('arm-none-eabi-readelf', ['-A', file], { encoding: 'utf8' });
      assert.match(attributes, /Tag_CPU_arch: v5TEJ/);
      assert.ok(Image.parse(program, new Uint8Array(readFileSync(file))));
    }
  });

  it('adds the programs to a given archive, and leaves alone what is none', () => {
    const given = cpioArchive([{ path: 'init', kind: 'file', content: Uint8Array.of(1, 2, 3) }]);
    const padded = Uint8Array.from([...given, 0]);
    const both = rootFileSystem(sources, folder, padded);
    assert.deepEqual(both.initrd.subarray(0, padded.length), padded);
    const second = both.initrd.subarray((padded.length + 3) & ~3);
    assert.equal(entriesOf(second)[0].name, HOME);
    const disk = new Uint8Array(2048).fill(7);
    assert.deepEqual(rootFileSystem(sources, folder, disk), { initrd: disk, hasPrograms: false });
  });
});
