/** ELF files for tests of bad input, made or damaged by hand (System V ABI, ELF header and program header of 32 bits). */

const headerBytes = 52;
const programHeaderBytes = 32;

/** A whole ELF executable of one segment that holds `words` at `address`, entered at its start; no sections, so no symbols. */
export function tinyElf(words: readonly number[], address: number, machine = 40): Uint8Array {
  const file = Buffer.alloc(headerBytes + programHeaderBytes + words.length * 4);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  file.writeUInt16LE(2, 16); // e_type ET_EXEC
  file.writeUInt16LE(machine, 18); // e_machine, 40 = EM_ARM
  file.writeUInt32LE(1, 20); // e_version
  file.writeUInt32LE(address, 24); // e_entry
  file.writeUInt32LE(headerBytes, 28); // e_phoff
  file.writeUInt32LE(0x05000000, 36); // e_flags: EABI 5
  [headerBytes, programHeaderBytes, 1, 40, 0, 0].forEach((value, index) => file.writeUInt16LE(value, 40 + index * 2));
  const length = words.length * 4;
  const segment = [1, headerBytes + programHeaderBytes, address, address, length, length, 7, 4];
  segment.forEach((value, index) => file.writeUInt32LE(value, headerBytes + index * 4));
  words.forEach((word, index) => file.writeUInt32LE(word >>> 0, headerBytes + programHeaderBytes + index * 4));
  return file;
}

/** The same file as if stripped: without its table of sections. */
export function withoutSections(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes);
  file.writeUInt32LE(0, 32); // e_shoff
  file.writeUInt16LE(0, 48); // e_shnum
  file.writeUInt16LE(0, 50); // e_shstrndx
  return file;
}

/** The same file with other instructions at its entry point. */
export function withEntryCode(bytes: Uint8Array, words: readonly number[]): Uint8Array {
  const file = Buffer.from(bytes);
  const entry = file.readUInt32LE(24);
  const first = file.readUInt32LE(28);
  for (let index = 0; index < file.readUInt16LE(44); index++) {
    const header = first + index * programHeaderBytes;
    const offset = file.readUInt32LE(header + 4);
    const address = file.readUInt32LE(header + 8);
    if (entry < address || entry >= address + file.readUInt32LE(header + 16)) continue;
    words.forEach((word, at) => file.writeUInt32LE(word >>> 0, offset + entry - address + at * 4));
    return file;
  }
  throw new Error('the entry point lies in no segment');
}

/** An instruction that ARM keeps undefined for ever (ARM DDI 0100 A3.16.5). */
export const undefinedInstruction = 0xe7f000f0;
/** `b .` */
export const endlessLoop = 0xeafffffe;
/** MCR p15, 0, r0, c7, c0, 4: wait for interrupt (ARM DDI 0198 2.3.8). */
export const waitForInterrupt = 0xee070f90;
