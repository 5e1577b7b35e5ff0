/**
 * Boots firmware images on a machine for the tests of the guests, as a loader does: ELF segments to their physical
 * addresses, domain images as modules. Consoles are collected line by line. No debugger takes part.
 */
import { readFileSync } from 'node:fs';
import { Hypervisor } from '../../src/hypervisor/hypervisor';
import { isMissing } from '../../src/hypervisor/types';
import { Image } from '../../src/image/image';
import { goldfish } from '../../src/machine/boards/goldfish';
import { Machine } from '../../src/machine/machine';

const MODULES_START = 0x0020_0000;
const PAGE_BYTES = 4096;
const TAG_MODULE = 0x4156_0001;
const NAME_BYTES = 32;

/** One `firmware/images` file, e.g. `mini-os` for mini-os.elf. */
export const readImage = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../firmware/images/${name}.elf`, import.meta.url)));

export interface DomainRequest {
  readonly image: string;
  readonly commandLine: string;
  /** Default 16 MB. */
  readonly memoryBytes?: number;
}

/** A piece of console text: who wrote it and when. */
export interface Piece {
  /** A domain's number, or `xen`; for a native run always 0. */
  readonly from: number | 'xen';
  readonly text: string;
  readonly instructionCount: number;
}

export interface BootedMachine {
  readonly machine: Machine;
  readonly pieces: readonly Piece[];
  /** What one writer has printed so far. */
  lines(from: number | 'xen'): string[];
  /** Runs until `done` says so, at most so many instructions. True when it said so. */
  runUntil(done: () => boolean, maxInstructions: number): boolean;
}

/** A kernel straight on the board. */
export function bootNative(name: string, commandLine: string): BootedMachine {
  const image = Image.parse(name, readImage(name));
  const machine = new Machine({ board: goldfish });
  loadSegments(machine, image);
  machine.boot({ entry: image.entry, commandLine });
  return collect(machine, () => 0);
}

/** The hypervisor with these domains, in order. */
export function bootXen(domains: readonly DomainRequest[]): BootedMachine {
  const image = Image.parse('xen', readImage('xen'));
  const machine = new Machine({ board: goldfish });
  loadSegments(machine, image);
  const extraTags = new Uint32Array(placeModules(machine, domains));
  const text = image.segments.find((segment) => contains(segment, image.entry));
  if (text === undefined) throw new Error('the entry of xen.elf lies in no segment');
  machine.boot({ entry: image.entry - text.virtualAddress + text.physicalAddress, extraTags });
  const hypervisor = new Hypervisor(machine, image, []);
  return collect(machine, (line) => {
    if (line.startsWith('(XEN) ')) return 'xen';
    const current = hypervisor.current();
    return isMissing(current) ? 'xen' : current.domainId;
  });
}

function contains(segment: { virtualAddress: number; memoryBytes: number }, address: number): boolean {
  return address >= segment.virtualAddress && address - segment.virtualAddress < segment.memoryBytes;
}

function loadSegments(machine: Machine, image: Image): void {
  for (const segment of image.segments) machine.writePhysical(segment.physicalAddress, segment.bytes);
}

/** Places each image in RAM and returns the tags that describe them. */
function placeModules(machine: Machine, domains: readonly DomainRequest[]): number[] {
  const tags: number[] = [];
  let start = MODULES_START;
  domains.forEach(({ image, commandLine, memoryBytes = 16 << 20 }, index) => {
    const bytes = readImage(image);
    machine.writePhysical(start, bytes);
    const strings = new Uint8Array(NAME_BYTES + ((commandLine.length + 4) & ~3));
    strings.set(Buffer.from(`Domain-${index}`), 0);
    strings.set(Buffer.from(commandLine), NAME_BYTES);
    const words = new Uint32Array(strings.buffer);
    tags.push(6 + words.length, TAG_MODULE, start, bytes.length, memoryBytes, 0, ...words);
    start += Math.ceil(bytes.length / PAGE_BYTES) * PAGE_BYTES;
  });
  return tags;
}

function collect(machine: Machine, writer: (text: string) => number | 'xen'): BootedMachine {
  const pieces: Piece[] = [];
  machine.onConsoleOutput((_port, bytes) => {
    const text = Buffer.from(bytes).toString('latin1');
    pieces.push({ from: writer(text), text, instructionCount: machine.instructionCount });
  });
  return {
    machine,
    pieces,
    lines: (from) =>
      pieces
        .filter((piece) => piece.from === from)
        .map((piece) => piece.text)
        .join('')
        .split('\n')
        .slice(0, -1),
    runUntil(done, maxInstructions) {
      const slice = 100_000;
      for (let left = maxInstructions; left > 0 && !done(); left -= slice) {
        if (machine.run(Math.min(slice, left)).kind !== 'count') break;
      }
      return done();
    },
  };
}
