/** What is in the storage devices of the goldfish board that the checks boot: bytes that nothing could guess, and the board with them. */
import { createGoldfishBoard } from '../../../src/machine/boards/goldfish';
import type { BoardDescription } from '../../../src/machine/bus';

const PAGE_BYTES = 2048;
const PAGE_AND_SPARE_BYTES = PAGE_BYTES + 64;
const ERASE_BLOCK = 64;

/** Bytes of a multiplicative generator (Lehmer, modulus 2^31 - 1), so that every place has its own. */
function noise(byteLength: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  for (let index = 0, state = seed; index < byteLength; index++) {
    state = (state * 48271) % 0x7fffffff;
    bytes[index] = state >>> 12;
  }
  return bytes;
}

export const systemImage = noise(PAGE_AND_SPARE_BYTES * ERASE_BLOCK * 8, 1);
export const cardImage = noise(4 << 20, 2);
/** Data bytes of the flash, without the spare ones. */
export const systemBytes = (systemImage.length / PAGE_AND_SPARE_BYTES) * PAGE_BYTES;
export const userdataBytes = PAGE_BYTES * ERASE_BLOCK * 64;

/** The data of one page of the flash. */
export function systemPage(page: number): Uint8Array {
  return systemImage.subarray(page * PAGE_AND_SPARE_BYTES, page * PAGE_AND_SPARE_BYTES + PAGE_BYTES);
}

export function goldfishWithMedia(): BoardDescription {
  return createGoldfishBoard({
    nand: [
      { name: 'system', image: systemImage, readOnly: true },
      { name: 'userdata', image: new Uint8Array(0), byteLength: PAGE_AND_SPARE_BYTES * ERASE_BLOCK * 64 },
    ],
    sdCard: cardImage,
    traceDevice: true,
  });
}
