import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { ImageStore } from '../../../src/machine/devices/imageStore';

const BLOCK = 16384;
const image = Uint8Array.from({ length: 3 * BLOCK + 100 }, (_, index) => (index * 7) & 0xff);

describe('storage images', () => {
  it('read as the image, then as erased, and never beyond the device', () => {
    const store = new ImageStore(image, image.length + 50, 0xff);
    assert.deepEqual(store.read(BLOCK - 3, 6), image.slice(BLOCK - 3, BLOCK + 3));
    assert.deepEqual(store.read(image.length - 2, 4), Uint8Array.of(...image.slice(-2), 0xff, 0xff));
    assert.equal(store.read(image.length + 48, 100).length, 2);
    assert.equal(store.read(2 ** 40, 100).length, 0);
    assert.equal(store.write(image.length + 48, new Uint8Array(100)), 2);
    assert.equal(store.write(2 ** 40, new Uint8Array(100)), 0);
    assert.equal(store.erase(2 ** 40, 2 ** 32), 0);
  });

  it('never write the image itself', () => {
    const given = image.slice();
    const store = new ImageStore(given, given.length, 0xff);
    store.write(10, Uint8Array.of(1, 2, 3));
    store.erase(BLOCK, 2 * BLOCK);
    assert.deepEqual(given, image);
  });

  it('snapshots share the blocks that have not changed since, and keep what they held', () => {
    const store = new ImageStore(image, image.length, 0xff);
    store.write(0, Uint8Array.of(1));
    store.write(BLOCK, Uint8Array.of(2));
    const first = store.capture().blocks;
    store.write(BLOCK + 1, Uint8Array.of(3));
    const second = store.capture().blocks;
    assert.equal(first.length, 2);
    assert.equal(second[0].bytes, first[0].bytes);
    assert.notEqual(second[1].bytes, first[1].bytes);
    assert.deepEqual([...first[1].bytes.subarray(0, 2)], [2, image[BLOCK + 1]]);
    store.restore({ ...store.capture(), blocks: first });
    assert.deepEqual([...store.read(BLOCK, 2)], [2, image[BLOCK + 1]]);
    store.write(BLOCK, Uint8Array.of(9));
    assert.equal(first[1].bytes[0], 2);
  });

  it('know a snapshot that was made with another image, or for another size', () => {
    const saved = new ImageStore(image, image.length, 0).capture();
    const other = image.slice();
    other[100] ^= 1;
    assert.equal(new ImageStore(image.slice(), image.length, 0).mismatch(saved), undefined);
    assert.match(new ImageStore(other, image.length, 0).mismatch(saved)!, /another image/);
    assert.match(new ImageStore(image, image.length + 1, 0).mismatch(saved)!, /49252 bytes of storage; here are 49253/);
  });

  it('behave as one array of bytes, whatever is read, written, erased, captured and restored', () => {
    const place = fc.tuple(fc.integer({ min: 0, max: image.length + 10 }), fc.integer({ min: 0, max: 2 * BLOCK }));
    const step = fc.tuple(
      fc.constantFrom('write', 'erase', 'capture', 'restore'),
      place,
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const store = new ImageStore(image, image.length, 0xff);
        let model = image.slice();
        let saved = { model: model.slice(), contents: store.capture() };
        for (const [what, [offset, length], value] of steps) {
          const end = Math.min(model.length, offset + length);
          if (what === 'write') store.write(offset, new Uint8Array(length).fill(value));
          if (what === 'erase') store.erase(offset, length);
          if (what === 'write' || what === 'erase')
            model.fill(what === 'write' ? value : 0xff, Math.min(offset, end), end);
          if (what === 'capture') saved = { model: model.slice(), contents: store.capture() };
          if (what === 'restore') {
            store.restore(saved.contents);
            model = saved.model.slice();
          }
        }
        assert.deepEqual(store.read(0, model.length), model);
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});
