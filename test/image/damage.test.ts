/** Hostile and broken files: whatever the bytes, one clear sentence or an answer, in bounded time. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Image, ImageError } from '../../src/image/image';
import type { CType } from '../../src/image/types';
import { variants } from './support/fixtures';
import { needs } from './support/tools';

describe('Damaged images', function () {
  this.timeout(300_000);
  before(function () {
    needs(this, 'arm-none-eabi-gcc');
  });

  const samples = () =>
    variants()
      .filter((_, index) => index % 5 === 0)
      .map(({ path }) => readFileSync(path));

  it('gives a sentence, never another error, for a file cut anywhere', () => {
    const files = samples();
    fc.assert(
      fc.property(
        fc.nat(files.length - 1),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (which, share) => {
          const whole = files[which];
          const cut = whole.subarray(0, Math.floor(whole.length * share));
          assert.throws(
            () => Image.parse('cut.elf', cut),
            (error: unknown) =>
              error instanceof ImageError &&
              /^cut\.elf: .*(empty|truncated|not an ELF|no ELF magic)/.test(error.message),
          );
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  it('answers every query, or refuses the file with a sentence, whatever bytes are flipped', () => {
    const files = samples();
    // Anywhere alike: fast-check would rather try small numbers, which is the ELF header and ends each run at once.
    const place = fc.noBias(fc.integer({ min: 0, max: 2 ** 30 }));
    const flips = fc.array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 40 });
    let answered = 0;
    fc.assert(
      fc.property(fc.nat(files.length - 1), flips, (which, changes) => {
        const bytes = new Uint8Array(files[which]);
        for (const [at, pattern] of changes) bytes[at % bytes.length] ^= pattern;
        answered += askEverything(bytes) ? 1 : 0;
      }),
      { numRuns: 400, seed: 2 },
    );
    assert.ok(answered > 200, `only ${answered} files were not refused`);
  });

  it('answers every query when debug sections are overwritten with noise', () => {
    const files = samples();
    fc.assert(
      fc.property(
        fc.nat(files.length - 1),
        fc.nat(13),
        fc.uint8Array({ minLength: 4, maxLength: 64 }),
        (which, section, noise) => {
          const bytes = new Uint8Array(files[which]);
          const sections = debugSectionsOf(bytes);
          const { start, end } = sections[section % sections.length];
          for (let at = start; at < end; at++) bytes[at] = noise[(at - start) % noise.length];
          askEverything(bytes);
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });
});

/** Every method of the face; the only error that may come is ImageError, from `parse`. Returns whether it was not refused. */
function askEverything(bytes: Uint8Array): boolean {
  const started = performance.now();
  let image: Image;
  try {
    image = Image.parse('damaged.elf', bytes);
  } catch (error) {
    assert.ok(error instanceof ImageError, String(error));
    assert.match(error.message, /^damaged\.elf: .+[.;]/s);
    return false;
  }
  const memory = (address: number, byteLength: number) => new Uint8Array(byteLength).fill(address >>> 3);
  for (const symbol of image.symbols().slice(0, 100)) {
    const at = symbol.address;
    image.symbolAt(at + 2);
    image.functionAt(at);
    image.functionNamed(symbol.name);
    image.lineAt(at);
    for (const isTop of [true, false]) {
      const registers = Array.from({ length: 16 }, (_, register) => (register === 15 ? at + 8 : 0x8000 + register * 4));
      image.unwind(registers, memory, isTop);
      image.unwind(registers, () => undefined, isTop);
      image.localsAt(registers, memory, isTop).forEach(({ type }) => walk(type, 3));
    }
  }
  image.sources();
  for (const line of [1, 30, 45, 60]) image.addressesForLine('main.c', line);
  image.globals().forEach(({ type }) => walk(type, 3));
  image.globalNamed('table');
  walk(image.typeNamed('struct shape'), 4);
  image.functionNamed('no_such_function');
  assert.ok(Array.isArray(image.limitations));
  assert.ok(performance.now() - started < 20_000, 'it took too long');
  return true;
}

function walk(type: CType | undefined, depth: number): void {
  if (type === undefined || depth === 0) return;
  if (type.kind === 'struct' || type.kind === 'union')
    type.members.slice(0, 50).forEach((member) => walk(member.type, depth - 1));
  else if (type.kind === 'array') walk(type.element, depth - 1);
  else if (type.kind === 'enum') assert.ok(type.values);
  else if ('target' in type) walk(type.target, depth - 1);
}

/** Where the .debug_ sections are in the file, read independently of the code under test. */
function debugSectionsOf(bytes: Uint8Array): { start: number; end: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = view.getUint32(32, true);
  const count = view.getUint16(48, true);
  const nameTable = view.getUint32(table + view.getUint16(50, true) * 40 + 16, true);
  const found: { start: number; end: number }[] = [];
  for (let index = 0; index < count; index++) {
    const at = table + index * 40;
    const nameAt = nameTable + view.getUint32(at, true);
    const start = view.getUint32(at + 16, true);
    if (Buffer.from(bytes.subarray(nameAt, nameAt + 7)).toString() === '.debug_') {
      found.push({ start, end: start + view.getUint32(at + 20, true) });
    }
  }
  return found;
}
