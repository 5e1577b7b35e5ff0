// What the memory map page draws: every address once, areas named, heights that keep a page and a gigabyte readable.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { heightOf, layOut } from '../../src/webview/memoryMap/layout';
import { formatBytes } from '../../src/webview/shared/format';
import type { MemoryRegion } from '../../src/adapter/viewProtocol';

const region = (start: number, byteLength: number): MemoryRegion => ({
  start: `0x${start.toString(16)}`,
  byteLength,
  physical: '0x00000000',
  pageBytes: 4096,
  mmuDomain: 1,
  ap: 1,
  access: { hypervisor: 'rw', kernel: 'rw', user: '-' },
  cacheable: true,
  bufferable: true,
  owner: 'Domain-0',
  area: '',
});
const areas = [
  { name: 'low', start: '0x00000000', byteLength: 0x1000 },
  { name: 'high', start: '0xC0000000', byteLength: 0x40000000 },
];

describe('The layout of the memory map', () => {
  it('goes from the top of the address space to its bottom, nameless stretches included', () => {
    assert.deepEqual(
      layOut({ areas, regions: [] }).map(({ name, start }) => [name, start]),
      [
        ['high', 0xc0000000],
        [undefined, 0x1000],
        ['low', 0],
      ],
    );
  });

  it('puts holes between the regions of an area', () => {
    const [high] = layOut({ areas, regions: [region(0xc0008000, 0x1000)] });
    assert.deepEqual(
      high!.items.map(({ kind, start }) => [kind, start]),
      [
        ['hole', 0xc0009000],
        ['region', 0xc0008000],
        ['hole', 0xc0000000],
      ],
    );
    assert.equal(high!.mappedBytes, 0x1000);
  });

  it('covers each address exactly once, whatever is mapped', () => {
    const pages = fc.uniqueArray(fc.integer({ min: 0, max: 0xfffff }), { maxLength: 40 });
    fc.assert(
      fc.property(pages, (numbers) => {
        const regions = numbers.map((page) => region(page * 4096, 4096));
        const items = layOut({ areas, regions }).flatMap((section) => section.items);
        let end = 2 ** 32;
        for (const item of items) {
          assert.equal(item.end, end);
          end = item.start;
        }
        assert.equal(end, 0);
        assert.equal(items.filter(({ kind }) => kind === 'region').length, numbers.length);
      }),
    );
  });

  it('keeps 1 KB readable and 1 GB small enough for a page', () => {
    assert.ok(heightOf({ start: 0, end: 1024 }) >= 20);
    assert.ok(heightOf({ start: 0, end: 2 ** 30 }) <= 80);
    assert.ok(heightOf({ start: 0, end: 2 ** 20 }) > heightOf({ start: 0, end: 2 ** 12 }));
  });
});

describe('A size for people', () => {
  const sizes: readonly (readonly [number, string])[] = [
    [1024, '1 KB'],
    [4096, '4 KB'],
    [3 << 19, '1.5 MB'],
    [96 << 20, '96 MB'],
    [0x3bfff000, '≈960 MB'],
    [2 ** 32, '4 GB'],
  ];
  for (const [byteLength, text] of sizes)
    it(`is "${text}" for ${byteLength} bytes`, () => assert.equal(formatBytes(byteLength), text));
});
