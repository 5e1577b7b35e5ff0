/** Base64 as the protocol carries memory; with what browsers and Node both have. */
import { UserError } from '../debugger/types';

export function toBase64(pieces: readonly Uint8Array[]): string {
  // Characters of one piece at a time: a call cannot take a megabyte of arguments.
  return btoa(pieces.map((piece) => String.fromCharCode(...piece)).join(''));
}

export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new UserError('The data to write is not base64.');
  }
}
