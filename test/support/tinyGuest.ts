/**
 * Guests of a few instructions, as ELF files: for what no honest guest would do. No cross compiler is needed.
 */

const TEXT_ADDRESS = 0xc000_8000;

/** ARM instructions of these guests, as words (ARM DDI 0100, chapter A3). All registers low. */
export const arm = {
  /** A whole 32-bit constant: ldr rd, [pc]; b over the word. */
  constant: (rd: number, value: number): number[] => [0xe59f_0000 | (rd << 12), 0xea00_0000, value >>> 0],
  hypercall: 0xef00_0082,
  swi: (immediate: number): number => (0xef00_0000 | immediate) >>> 0,
  loop: 0xeaff_fffe,
  undefined: 0xe7f0_00f0,
  load: (rd: number, rn: number): number => (0xe590_0000 | (rn << 16) | (rd << 12)) >>> 0,
  store: (rd: number, rn: number): number => (0xe580_0000 | (rn << 16) | (rd << 12)) >>> 0,
  moveTo: (rd: number, rm: number): number => (0xe1a0_0000 | (rd << 12) | rm) >>> 0,
  addImmediate: (rd: number, rn: number, byte: number): number => (0xe280_0000 | (rn << 16) | (rd << 12) | byte) >>> 0,
  subImmediate: (rd: number, rn: number, byte: number): number => (0xe240_0000 | (rn << 16) | (rd << 12) | byte) >>> 0,
};

/** Loads r7 and r0-r3, and calls. */
export const call = (number: number, ...args: number[]): number[] => [
  ...args.flatMap((value, index) => arm.constant(index, value)),
  ...arm.constant(7, number),
  arm.hypercall,
];

/** The address of the n-th word of a guest's code. */
export const textAddress = (index: number): number => TEXT_ADDRESS + 4 * index;

export interface TinyGuestOptions {
  readonly xenGuest?: string;
  readonly address?: number;
}

/** An ET_EXEC for ARM with one segment and the section __xen_guest. */
export function tinyGuest(
  words: readonly number[],
  { xenGuest = 'GUEST_OS=tiny,XEN_VER=xen-3.0,LOADER=generic', address = TEXT_ADDRESS }: TinyGuestOptions = {},
): Uint8Array {
  const names = '\0__xen_guest\0.shstrtab\0';
  const textOffset = 0x1000;
  const noteOffset = textOffset + words.length * 4;
  const namesOffset = noteOffset + xenGuest.length;
  const sectionsOffset = (namesOffset + names.length + 3) & ~3;
  const bytes = Buffer.alloc(sectionsOffset + 3 * 40);
  const put = (offset: number, values: readonly number[]): void =>
    values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, offset + 4 * index));
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  put(16, [(40 << 16) | 2, 1, address, 52, sectionsOffset, 0, (32 << 16) | 52, (40 << 16) | 1, (2 << 16) | 3]);
  put(52, [1, textOffset, address, address, words.length * 4, words.length * 4, 5, 4]);
  put(textOffset, words);
  bytes.write(xenGuest, noteOffset, 'latin1');
  bytes.write(names, namesOffset, 'latin1');
  put(sectionsOffset + 40, [1, 1, 0, 0, noteOffset, xenGuest.length]);
  put(sectionsOffset + 80, [names.indexOf('.shstrtab'), 3, 0, 0, namesOffset, names.length]);
  return bytes;
}
