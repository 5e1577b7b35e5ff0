/** Builds the small programs of `fixtures/` in every shape that matters, once per run, into a folder of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Image } from '../../../src/image/image';
import { run } from './tools';

export interface Variant {
  readonly name: string;
  readonly dwarf: 2 | 3 | 4 | 5;
  readonly optimise: '-O0' | '-O2';
  readonly thumb: boolean;
  /** The linked ELF, at 0xff010000. */
  readonly path: string;
  readonly image: Image;
}

export const fixtures = join(import.meta.dirname, '../fixtures');

let folder: string | undefined;
let built: readonly Variant[] | undefined;

/** DWARF 2 to 5, unoptimised and optimised, ARM and Thumb. */
export function variants(): readonly Variant[] {
  built ??= ([2, 3, 4, 5] as const).flatMap((dwarf) =>
    (['-O0', '-O2'] as const).flatMap((optimise) =>
      [false, true].map((thumb) => {
        const name = `DWARF ${dwarf} ${optimise} ${thumb ? 'Thumb' : 'ARM'}`;
        const path = build(name, [`-gdwarf-${dwarf}`, optimise, thumb ? '-mthumb' : '-marm']);
        return { name, dwarf, optimise, thumb, path, image: open(path) };
      }),
    ),
  );
  return built;
}

export function open(path: string): Image {
  return Image.parse(path, readFileSync(path));
}

/** Compiles and links the fixtures with more flags; returns the ELF's path. */
export function build(name: string, compilerFlags: readonly string[], linkerFlags: readonly string[] = []): string {
  const directory = join(workFolder(), name.replaceAll(/[^\w-]+/g, '_'));
  mkdirSync(directory, { recursive: true });
  const common = ['-mcpu=arm926ej-s', '-mthumb-interwork', '-ffreestanding', ...compilerFlags];
  const objects = ['main.c', 'shapes.c', 'entry.S'].map((source) => {
    const object = join(directory, `${source}.o`).replace(/\.[cS]\.o$/, '.o');
    const flags = source.endsWith('.S') ? common.filter((flag) => flag !== '-mthumb') : common;
    run('arm-none-eabi-gcc', [...flags, '-c', join(fixtures, source), '-o', object]);
    return object;
  });
  const path = join(directory, 'program.elf');
  const link = ['-mcpu=arm926ej-s', '-mthumb-interwork', '-nostdlib', '-T', join(fixtures, 'link.ld')];
  run('arm-none-eabi-gcc', [...link, ...linkerFlags, ...objects, '-lgcc', '-o', path]);
  return path;
}

/** A folder that is removed when the tests end. */
export function workFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'armvisor-image-'));
    folder = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  return folder;
}
