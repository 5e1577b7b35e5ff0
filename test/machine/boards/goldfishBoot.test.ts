import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { boardNamed } from '../../../src/machine/boards';
import { goldfish } from '../../../src/machine/boards/goldfish';

/** Boot image laid out in memory, as words. */
function bootWords(request: Parameters<typeof goldfish.bootImage>[0], ramBytes = 96 << 20) {
  const image = goldfish.bootImage(request, ramBytes);
  const memory = new Uint8Array(0x10000);
  for (const { address, bytes } of image.writes) if (address < memory.length) memory.set(bytes, address);
  const view = new DataView(memory.buffer);
  return { image, word: (address: number) => view.getUint32(address, true), memory };
}

/** The tags from 0x100 as [kind, ...words]. */
function tags(word: (address: number) => number): number[][] {
  const list: number[][] = [];
  let address = 0x100;
  for (; word(address) !== 0; address += word(address) * 4) {
    list.push(Array.from({ length: word(address) - 1 }, (_, index) => word(address + 4 + index * 4)));
  }
  assert.equal(word(address + 4), 0, 'ATAG_NONE');
  return list;
}

describe('goldfish boot protocol', () => {
  it('puts the seven words at 0, with the entry asked for, and starts there', () => {
    const { image, word } = bootWords({ entry: 0x10000 });
    assert.equal(image.pc, 0);
    assert.deepEqual(
      Array.from({ length: 7 }, (_, index) => word(index * 4)),
      [0xe3a00000, 0xe3a010a1, 0xe3811c05, 0xe59f2000, 0xe59ff000, 0x100, 0x10000],
    );
  });

  it('describes memory, initrd, command line and further tags, in this order', () => {
    const initrd = Uint8Array.of(1, 2, 3, 4, 5);
    const extraTags = Uint32Array.of(3, 0x41560001, 0x1234);
    const { word, image, memory } = bootWords({ entry: 0x10000, initrd, commandLine: 'abcd', extraTags });
    assert.deepEqual(tags(word), [
      [0x54410001, 1, 0x1000, 0],
      [0x54410002, 96 << 20, 0],
      [0x54420005, 0x800000, 5],
      [0x54410009, 0x64636261, 0],
      [0x41560001, 0x1234],
    ]);
    assert.deepEqual(image.writes.at(-1), { address: 0x800000, bytes: initrd });
    assert.equal(memory[0x100 + 5 * 4 + 4 * 4 + 4 * 4 + 8], 'a'.charCodeAt(0));
  });

  it('leaves out what was not given', () => {
    assert.deepEqual(
      tags(bootWords({ entry: 0 }).word).map(([kind]) => kind),
      [0x54410001, 0x54410002],
    );
  });

  it('refuses parameters that do not fit, in a sentence', () => {
    assert.throws(() => bootWords({ entry: 0, commandLine: 'x'.repeat(0xc000) }), /boot parameters take \d+ bytes/);
    assert.throws(() => bootWords({ entry: 0, initrd: new Uint8Array(1 << 20) }, 8 << 20), /initrd .* does not fit/);
  });

  it('finds boards by name and lists the names when there is none', () => {
    assert.equal(boardNamed('goldfish'), goldfish);
    assert.deepEqual(boardNamed('raspberry'), {
      error: 'There is no board "raspberry". Use one of: goldfish, versatilepb, imx21.',
    });
  });
});
