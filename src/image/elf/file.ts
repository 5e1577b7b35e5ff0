/**
 * The ELF32 container: identification, header, section and program headers, checked against the file's length. Source: System V
 * ABI, chapters 4 and 5, and ELF for the ARM Architecture. It gives no meaning to a section's contents.
 */
import { Cursor, stringAt } from '../cursor';
import { hex, ImageError } from '../errors';
import type { Segment } from '../types';
import { EM_ARM, machineName } from './machines';

export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly byteSize: number;
  readonly link: number;
  readonly entryBytes: number;
  /** Empty for a section that takes no room in the file (.bss). */
  readonly bytes: Uint8Array;
}

export interface ElfFile {
  readonly entry: number;
  readonly sections: readonly Section[];
  readonly segments: readonly Segment[];
}

export const SHT_SYMTAB = 2;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
export const SHF_ALLOC = 2;
export const SHF_EXECINSTR = 4;
export const SHF_COMPRESSED = 0x800;

const SHT_NULL = 0;
const PT_LOAD = 1;
const HEADER_BYTES = 52;
const SECTION_HEADER_BYTES = 40;
const PROGRAM_HEADER_BYTES = 32;
const SHN_LORESERVE = 0xff00;
const SHN_XINDEX = 0xffff;

/** Reads and checks the container; throws ImageError with one sentence when `bytes` are no ARM executable. */
export function readElf(bytes: Uint8Array): ElfFile {
  checkIdentification(bytes);
  const header = new Cursor(bytes, 'the ELF header', 24, HEADER_BYTES);
  const entry = header.u32();
  const programOffset = header.u32();
  const sectionOffset = header.u32();
  header.skip(6);
  const programEntryBytes = header.u16();
  const programCount = header.u16();
  const sectionEntryBytes = header.u16();
  const sectionCount = header.u16();
  const nameIndex = header.u16();
  const segments = readSegments(bytes, programOffset, programEntryBytes, programCount);
  const sections = readSections(bytes, sectionOffset, sectionEntryBytes, sectionCount, nameIndex);
  return { entry, sections, segments };
}

function checkIdentification(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new ImageError('the file is empty; name an ELF file for 32-bit ARM.');
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
    throw new ImageError(`${describeOther(bytes)} (no ELF magic at offset 0); name an ELF file for 32-bit ARM.`);
  }
  if (bytes.length < 20) throw truncated('the ELF header', 0, HEADER_BYTES, bytes);
  const littleEndian = bytes[5] === 1;
  const machine = littleEndian ? bytes[18] | (bytes[19] << 8) : (bytes[18] << 8) | bytes[19];
  if (machine !== EM_ARM) {
    throw new ImageError(
      `an ELF for ${machineName(machine)} (e_machine at offset 0x12); Armvisor runs 32-bit ARM: build it with an arm-none-eabi or arm-linux compiler.`,
    );
  }
  if (bytes[4] !== 1) throw new ImageError('not an ELF32 file (class at offset 0x4); Armvisor runs 32-bit ARM.');
  if (!littleEndian) {
    throw new ImageError(
      'a big-endian ELF (data encoding at offset 0x5); Armvisor runs little-endian ARM: build it without -mbig-endian.',
    );
  }
  if (bytes.length < HEADER_BYTES) throw truncated('the ELF header', 0, HEADER_BYTES, bytes);
  const type = bytes[16] | (bytes[17] << 8);
  if (type === 1) throw new ImageError('a relocatable object (e_type at offset 0x10); link it to an executable first.');
  if (type === 4) throw new ImageError('a core dump (e_type at offset 0x10); name the executable instead.');
  if (type !== 2 && type !== 3) {
    throw new ImageError(`not an executable (e_type ${type} at offset 0x10); name a linked ELF file.`);
  }
}

function describeOther(bytes: Uint8Array): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'a gzip-compressed file: unpack it first';
  if (bytes[0x24] === 0x18 && bytes[0x25] === 0x28 && bytes[0x26] === 0x6f && bytes[0x27] === 0x01) {
    return 'a Linux zImage, which carries no symbols: its ELF is called vmlinux';
  }
  return 'not an ELF file';
}

function truncated(what: string, offset: number, byteSize: number, bytes: Uint8Array): ImageError {
  return new ImageError(
    `${what} needs ${byteSize} bytes from offset ${hex(offset)}, but the file ends at ${hex(bytes.length)}: it is truncated; build or copy it again.`,
  );
}

function readSegments(bytes: Uint8Array, tableOffset: number, entryBytes: number, count: number): Segment[] {
  if (count > 0 && entryBytes < PROGRAM_HEADER_BYTES) {
    throw new ImageError(
      `program headers of ${entryBytes} bytes (e_phentsize at offset 0x2a) instead of 32: the ELF header is damaged; build it again.`,
    );
  }
  if (tableOffset + entryBytes * count > bytes.length) {
    throw truncated('the program header table', tableOffset, entryBytes * count, bytes);
  }
  const segments: Segment[] = [];
  for (let index = 0; index < count; index++) {
    const cursor = new Cursor(bytes, 'the program header table', tableOffset + index * entryBytes);
    const type = cursor.u32();
    const offset = cursor.u32();
    const virtualAddress = cursor.u32();
    const physicalAddress = cursor.u32();
    const fileBytes = cursor.u32();
    const memoryBytes = cursor.u32();
    const flags = cursor.u32();
    if (type !== PT_LOAD || memoryBytes === 0) continue;
    const what = `segment ${index}`;
    if (offset + fileBytes > bytes.length) throw truncated(what, offset, fileBytes, bytes);
    if (fileBytes > memoryBytes || virtualAddress + memoryBytes > 2 ** 32 || physicalAddress + memoryBytes > 2 ** 32) {
      const at = hex(tableOffset + index * entryBytes);
      throw new ImageError(
        `${what} (program header at offset ${at}) does not fit: ${fileBytes} bytes in the file, ${memoryBytes} in memory at ${hex(virtualAddress)}; link it again.`,
      );
    }
    segments.push({
      virtualAddress,
      physicalAddress,
      bytes: bytes.subarray(offset, offset + fileBytes),
      memoryBytes,
      flags: { read: (flags & 4) !== 0, write: (flags & 2) !== 0, execute: (flags & 1) !== 0 },
    });
  }
  if (segments.length === 0) {
    throw new ImageError(
      `no loadable segments (PT_LOAD) among the ${count} program headers at offset ${hex(tableOffset)}; link it to an executable with code.`,
    );
  }
  return segments;
}

function readSections(
  bytes: Uint8Array,
  tableOffset: number,
  entryBytes: number,
  headerCount: number,
  headerNameIndex: number,
): Section[] {
  // Section headers are optional in an executable: without them it runs, but has no symbols.
  if (tableOffset === 0) return [];
  if (entryBytes < SECTION_HEADER_BYTES) {
    throw new ImageError(
      `section headers of ${entryBytes} bytes (e_shentsize at offset 0x2e) instead of 40: the ELF header is damaged; build it again.`,
    );
  }
  let count = headerCount;
  let nameIndex = headerNameIndex;
  if (tableOffset + entryBytes * Math.max(count, 1) > bytes.length) {
    throw truncated('the section header table', tableOffset, entryBytes * Math.max(count, 1), bytes);
  }
  // More than 0xff00 sections: the true numbers are in section header 0 (System V ABI, "Extended numbering").
  const first = new Cursor(bytes, 'the section header table', tableOffset + 20);
  const extendedCount = first.u32();
  const extendedNameIndex = first.u32();
  if (count === 0 && extendedCount >= SHN_LORESERVE) count = extendedCount;
  if (nameIndex === SHN_XINDEX) nameIndex = extendedNameIndex;
  if (tableOffset + entryBytes * count > bytes.length) {
    throw truncated('the section header table', tableOffset, entryBytes * count, bytes);
  }
  const headers = Array.from({ length: count }, (_, index) => {
    const cursor = new Cursor(bytes, 'the section header table', tableOffset + index * entryBytes);
    const [name, type, flags, address, offset, byteSize, link] = Array.from({ length: 7 }, () => cursor.u32());
    cursor.skip(8);
    return { name, type, flags, address, offset, byteSize, link, entryBytes: cursor.u32() };
  });
  const contents = headers.map((header, index) => {
    if (header.type === SHT_NOBITS || header.type === SHT_NULL) return new Uint8Array(0);
    if (header.offset + header.byteSize > bytes.length) {
      throw truncated(`section ${index}`, header.offset, header.byteSize, bytes);
    }
    return bytes.subarray(header.offset, header.offset + header.byteSize);
  });
  const names = contents[nameIndex] ?? new Uint8Array(0);
  return headers.map((header, index) => ({
    index,
    name: stringAt(names, header.name),
    type: header.type,
    flags: header.flags,
    address: header.address,
    byteSize: header.byteSize,
    link: header.link,
    entryBytes: header.entryBytes,
    bytes: contents[index],
  }));
}
