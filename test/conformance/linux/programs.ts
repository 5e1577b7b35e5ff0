/**
 * Builds our own programs for Linux (`programs/`) with the cross compiler, and from them the root file systems that the
 * checks boot: ours alone, or ours beside one that somebody gives. Nothing built is kept in the repository.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cpioArchive, type RootEntry } from './cpio';

const COMPILER = 'arm-none-eabi-gcc';

const flags = [
  '-mcpu=arm926ej-s',
  '-mthumb-interwork',
  '-O2',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-ffreestanding',
  '-nostdlib',
  '-static',
  // Linux gives programs the addresses from 0x8000 or 0x10000 on; libgcc is linked for divisions and 64-bit numbers.
  '-Wl,-Ttext-segment=0x10000,-z,max-page-size=4096,-z,noexecstack,--build-id=none',
];

interface Program {
  readonly name: string;
  readonly source: string;
  readonly instructionSet: '-marm' | '-mthumb';
}

const arm = (name: string): Program => ({ name, source: `${name}.c`, instructionSet: '-marm' });
const system = [arm('init'), arm('sh')];
const tests: readonly Program[] = [
  ...['cat', 'clock', 'compute', 'crc32', 'memory', 'mount', 'node', 'processes', 'signals', 'true', 'write'].map(arm),
  { name: 'compute-thumb', source: 'compute.c', instructionSet: '-mthumb' },
];

/** Where the checks find our programs and device nodes in any root file system. */
export const HOME = 'armvisor';

function compile(sources: string, folder: string, { name, source, instructionSet }: Program): Uint8Array {
  const file = path.join(folder, name);
  const inputs = ['start.S', 'linux.c', source].map((input) => path.join(sources, input));
  try {
    execFileSync(COMPILER, [instructionSet, ...flags, ...inputs, '-lgcc', '-o', file], { stdio: 'pipe' });
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(
      missing
        ? `${COMPILER} was not found: install it (Debian: gcc-arm-none-eabi) to build the test programs.`
        : `${source} cannot be built: ${String((error as { stderr?: Buffer }).stderr)}`,
      { cause: error },
    );
  }
  return readFileSync(file);
}

const executable = (place: string, content: Uint8Array): RootEntry => ({
  path: place,
  kind: 'file',
  executable: true,
  content,
});

/** Our test programs and the nodes of the devices that they read, as an archive that can follow another. */
function homeEntries(sources: string, folder: string): RootEntry[] {
  return [
    { path: HOME, kind: 'directory' },
    { path: `${HOME}/mtd0`, kind: 'character', major: 90, minor: 0 },
    { path: `${HOME}/mtdblock1`, kind: 'block', major: 31, minor: 1 },
    { path: `${HOME}/mmcblk0`, kind: 'block', major: 179, minor: 0 },
    ...tests.map((program) => executable(`${HOME}/${program.name}`, compile(sources, folder, program))),
  ];
}

function systemEntries(sources: string, folder: string): RootEntry[] {
  const [init, sh] = system.map((program) => compile(sources, folder, program));
  return [
    ...['dev', 'bin', 'proc', 'sys', 'tmp'].map((place): RootEntry => ({ path: place, kind: 'directory' })),
    { path: 'dev/console', kind: 'character', major: 5, minor: 1 },
    { path: 'dev/null', kind: 'character', major: 1, minor: 3 },
    executable('init', init),
    executable('bin/sh', sh),
    { path: 'bin/cat', kind: 'link', target: `/${HOME}/cat` },
    { path: 'bin/true', kind: 'link', target: `/${HOME}/true` },
  ];
}

/** True for what Linux unpacks as a root file system: a cpio archive, packed with gzip or not. */
function isArchive(initrd: Uint8Array): boolean {
  const gzip = initrd[0] === 0x1f && initrd[1] === 0x8b;
  return gzip || new TextDecoder('latin1').decode(initrd.subarray(0, 5)) === '07070';
}

export interface RootFileSystem {
  readonly initrd: Uint8Array;
  /** Whether it holds our programs; it cannot when what was given is no archive. */
  readonly hasPrograms: boolean;
}

/**
 * Our own system, or the given one with our programs added: Linux unpacks archives that follow each other at addresses
 * divisible by four. `sources` is the folder of the programs, `folder` where they may be built.
 */
export function rootFileSystem(sources: string, folder: string, given?: Uint8Array): RootFileSystem {
  mkdirSync(folder, { recursive: true });
  if (given !== undefined && !isArchive(given)) return { initrd: given, hasPrograms: false };
  const home = homeEntries(sources, folder);
  if (given === undefined)
    return { initrd: cpioArchive([...systemEntries(sources, folder), ...home]), hasPrograms: true };
  const gap = new Uint8Array(((given.length + 3) & ~3) - given.length);
  return { initrd: Uint8Array.from(Buffer.concat([given, gap, cpioArchive(home)])), hasPrograms: true };
}
