/** The tagged list by which ARM boot loaders describe a machine to a kernel (Linux Documentation/arm/Booting). */

const ATAG_CORE = 0x54410001;
const ATAG_MEM = 0x54410002;
const ATAG_CMDLINE = 0x54410009;
const ATAG_INITRD2 = 0x54420005;

export interface AtagRequest {
  readonly ramBase: number;
  readonly ramBytes: number;
  readonly initrd?: { readonly address: number; readonly byteLength: number };
  readonly commandLine?: string;
  /** Whole tags with their headers, put before the end of the list. */
  readonly extraTags?: Uint32Array;
}

const tag = (kind: number, ...words: number[]): number[] => [words.length + 2, kind, ...words];

/** The whole list, ATAG_NONE included, as little-endian bytes. */
export function atagList({ ramBase, ramBytes, initrd, commandLine, extraTags }: AtagRequest): Uint8Array {
  const FLAGS_READ_ONLY = 1;
  const PAGE_BYTES = 0x1000;
  const words = [...tag(ATAG_CORE, FLAGS_READ_ONLY, PAGE_BYTES, 0), ...tag(ATAG_MEM, ramBytes, ramBase)];
  if (initrd) words.push(...tag(ATAG_INITRD2, initrd.address, initrd.byteLength));
  if (commandLine) words.push(...tag(ATAG_CMDLINE, ...commandLineWords(commandLine)));
  words.push(...(extraTags ?? []), 0, 0);
  return wordsToBytes(words);
}

/** NUL-terminated and padded to a word: length / 4 + 1 words. */
function commandLineWords(commandLine: string): number[] {
  const text = new TextEncoder().encode(commandLine);
  const padded = new Uint8Array((Math.floor(text.length / 4) + 1) * 4);
  padded.set(text);
  const view = new DataView(padded.buffer);
  return Array.from({ length: padded.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

export function wordsToBytes(words: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < words.length; index++) view.setUint32(index * 4, words[index], true);
  return bytes;
}
