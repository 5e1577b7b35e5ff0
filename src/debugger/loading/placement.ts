/**
 * Where things go in physical memory before the machine starts, and the proof that they fit: hypervisor segments at their load
 * addresses, modules page by page from 2 MB, nothing over anything else. Computes only; `launch.ts` writes.
 */
import type { ImageFace } from '../../image/face';
import type { MachineFace } from '../../machine/types';
import { UserError } from '../types';

/** A block that is to be written. */
export interface Block {
  /** For messages: the file, and which part of it. */
  readonly what: string;
  readonly address: number;
  readonly bytes: Uint8Array;
  /** With the zeroes after the bytes. */
  readonly byteLength: number;
}

/** The module area of the boot contract. */
const FIRST_MODULE = 0x0020_0000;
const PAGE_BYTES = 0x1000;
const MEGABYTE = 0x10_0000;

const hex = (value: number): string => `0x${value.toString(16)}`;
const megabytes = (bytes: number): string => `${Math.floor((bytes / MEGABYTE) * 10) / 10} MB`;
const pageUp = (value: number): number => Math.ceil(value / PAGE_BYTES) * PAGE_BYTES;

export function segmentBlocks(image: ImageFace): readonly Block[] {
  return image.segments
    .filter(({ memoryBytes }) => memoryBytes > 0)
    .map(({ physicalAddress, bytes, memoryBytes }) => ({
      what: `a segment of ${image.name}`,
      address: physicalAddress,
      bytes,
      byteLength: memoryBytes,
    }));
}

/** One after the other, page-aligned, from 2 MB. */
export function moduleBlocks(
  modules: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): readonly Block[] {
  let address = FIRST_MODULE;
  return modules.map(({ name, bytes }) => {
    const block = { what: `module ${name}`, address, bytes, byteLength: bytes.length };
    address += pageUp(bytes.length);
    return block;
  });
}

/** Throws when a block lies outside of memory, in the boot area, or over another one. */
export function checkBlocks(
  blocks: readonly Block[],
  { memoryBanks: banks, loading: { bootArea } }: Pick<MachineFace, 'memoryBanks' | 'loading'>,
): void {
  const sorted = [...blocks].sort((left, right) => left.address - right.address);
  sorted.forEach((block, index) => {
    const end = block.address + block.byteLength;
    if (!banks.some(({ base, bytes }) => block.address >= base && end <= base + bytes)) {
      const memory = banks.map(({ base, bytes }) => `${megabytes(bytes)} from ${hex(base)}`).join(', ');
      throw new UserError(
        `${block.what} belongs at ${hex(block.address)}-${hex(end - 1)}, outside of the machine's RAM (${memory}): give the machine more "memory" or link it lower`,
      );
    }
    if (bootArea !== undefined && block.address < bootArea.end && end > bootArea.start)
      throw new UserError(
        `${block.what} belongs at ${hex(block.address)}, where the boot parameters are (below ${hex(bootArea.end)}): link it at ${hex(bootArea.start + 0x10000)} or above`,
      );
    const next = sorted[index + 1];
    if (next && next.address < end)
      throw new UserError(
        `${block.what} (${hex(block.address)}-${hex(end - 1)}) and ${next.what} (from ${hex(next.address)}) overlap in physical memory: move one of them`,
      );
  });
}

/** Two segments of one guest at the same virtual address would overwrite each other when the hypervisor loads it. */
export function checkSegments(image: ImageFace): void {
  const sorted = image.segments
    .filter(({ memoryBytes }) => memoryBytes > 0)
    .sort((left, right) => left.virtualAddress - right.virtualAddress);
  sorted.forEach((segment, index) => {
    const next = sorted[index + 1];
    if (next && segment.virtualAddress + segment.memoryBytes > next.virtualAddress)
      throw new UserError(
        `${image.name}: its segments at ${hex(segment.virtualAddress)} and ${hex(next.virtualAddress)} overlap: correct its linker script`,
      );
  });
}

/** Throws for the first domain that the memory behind the modules is not enough for. */
export function checkDomainMemory(
  domains: readonly { readonly name: string; readonly memoryBytes: number }[],
  usedEnd: number,
  ramBytes: number,
): void {
  let left = ramBytes - usedEnd;
  for (const { name, memoryBytes } of domains) {
    if (memoryBytes > left)
      throw new UserError(
        `There is not enough memory for ${name}: it needs ${megabytes(memoryBytes)}, and ${megabytes(Math.max(0, left))} of the machine's ${megabytes(ramBytes)} are left. Give it less "memory", or the machine more`,
      );
    left -= memoryBytes;
  }
}
