/**
 * How boards start a kernel: what their boot loader leaves in memory and registers. Three protocols, each a row of numbers
 * in a board's specification. Where images themselves go is the caller's business.
 */

import type { BoardDescription } from '../bus';
import type { BootRequest, MemoryBank } from '../types';
import { atagList, wordsToBytes } from './atags';

/**
 * `none`: the CPU starts at the entry, and nothing is written. `atags`: as the boot protocol of ARM Linux wants it, with r0 = 0,
 * r1 = machine type, r2 = address of the tagged list. `goldfish`: the same, by seven words of code at the start of RAM,
 * where the CPU begins.
 */
export type BootProtocolName = 'none' | 'atags' | 'goldfish';

/** Addresses are physical. Those left out are as far from the start of the main RAM as the constants below say. */
export interface BootSpecification {
  readonly protocol: BootProtocolName;
  /** Number of the board in the ARM Linux machine registry. Default 0. */
  readonly machineType?: number;
  /** Where the tagged list begins. */
  readonly parameters?: number;
  /** The list must end before this address: a kernel puts its first page tables there. */
  readonly parametersEnd?: number;
  /** Where a raw kernel, such as a zImage, is put. */
  readonly kernel?: number;
  /** `halfway` up the main RAM, but not above 128 MB of it, is where QEMU puts it. */
  readonly initrd?: number | 'halfway';
}

/** From the start of the main RAM. */
const DEFAULT_OFFSETS = { parameters: 0x100, parametersEnd: 0x4000, kernel: 0x1_0000, initrd: 0x80_0000 } as const;
const INITRD_HIGHEST = 128 << 20;
const PAGE_BYTES = 0x1000;

type BootImage = ReturnType<BoardDescription['bootImage']>;

export function rawKernelAddressOf({ protocol, kernel }: BootSpecification, ramBase: number): number {
  return kernel ?? ramBase + (protocol === 'none' ? 0 : DEFAULT_OFFSETS.kernel);
}

/** What the boot loader writes itself, from the start of RAM; undefined when it writes nothing. */
export function bootAreaOf(boot: BootSpecification, ramBase: number): { start: number; end: number } | undefined {
  if (boot.protocol === 'none') return undefined;
  return { start: ramBase, end: boot.parametersEnd ?? ramBase + DEFAULT_OFFSETS.parametersEnd };
}

/** @throws Error in a sentence when parameters or initrd do not fit */
export function bootImageOf(boot: BootSpecification, request: BootRequest, ram: MemoryBank): BootImage {
  const { entry, initrd, commandLine, extraTags } = request;
  const area = bootAreaOf(boot, ram.base);
  if (area === undefined) return withoutProtocol(request);
  const parameters = boot.parameters ?? ram.base + DEFAULT_OFFSETS.parameters;
  const initrdAddress = initrdAddressOf(boot, ram);
  const tags = atagList({
    ramBase: ram.base,
    ramBytes: ram.bytes,
    initrd: initrd && { address: initrdAddress, byteLength: initrd.length },
    commandLine,
    extraTags,
  });
  if (parameters + tags.length > area.end) {
    throw new Error(
      `The boot parameters take ${tags.length} bytes; the board has room for ` +
        `${area.end - parameters}. Shorten the command line or pass fewer modules.`,
    );
  }
  if (initrd && initrdAddress + initrd.length > ram.base + ram.bytes) {
    throw new Error(
      `The initrd (${initrd.length} bytes at 0x${initrdAddress.toString(16)}) does not fit into ` +
        `${ram.bytes} bytes of memory. Give the machine more memory.`,
    );
  }
  const writes = [{ address: parameters, bytes: tags }, ...(initrd ? [{ address: initrdAddress, bytes: initrd }] : [])];
  const machineType = boot.machineType ?? 0;
  if (boot.protocol === 'atags') return { writes, pc: entry, registers: [0, machineType, parameters] };
  const code = goldfishCode(machineType, parameters, entry);
  return { writes: [{ address: ram.base, bytes: code }, ...writes], pc: ram.base, registers: [] };
}

/** A board without a boot loader has no way to hand anything over. */
function withoutProtocol({ entry, initrd, commandLine, extraTags }: BootRequest): BootImage {
  const given = initrd !== undefined || (commandLine ?? '') !== '' || (extraTags ?? []).length > 0;
  if (given) {
    throw new Error(
      'This board has no boot loader that would hand over a command line, an initrd or modules: leave them out, or give ' +
        'its description "boot": { "protocol": "atags" }.',
    );
  }
  return { writes: [], pc: entry, registers: [] };
}

function initrdAddressOf({ initrd }: BootSpecification, ram: MemoryBank): number {
  if (initrd !== 'halfway') return initrd ?? ram.base + DEFAULT_OFFSETS.initrd;
  const halfway = Math.min(ram.bytes / 2, INITRD_HIGHEST);
  return ram.base + halfway - (halfway % PAGE_BYTES);
}

/** The seven words that the emulator puts at 0 (goldfish.md A3): they load r0-r2 as the kernel expects them and jump to the entry. */
function goldfishCode(machineType: number, parameters: number, entry: number): Uint8Array {
  return wordsToBytes([
    0xe3a00000, // mov r0, #0
    0xe3a01000 | (machineType & 0xff), // mov r1, #<low byte>
    0xe3811c00 | ((machineType >>> 8) & 0xff), // orr r1, r1, #<high byte> << 8
    0xe59f2000, // ldr r2, [pc]: the sixth word
    0xe59ff000, // ldr pc, [pc]: the seventh
    parameters,
    entry,
  ]);
}
