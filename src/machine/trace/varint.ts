/** The variable-length numbers of the trace files (goldfish.md B7): a prefix of ones says the length, the rest is big-endian. */

const WIDE_UNSIGNED = 0xfc;
const WIDE_SIGNED = 0xf0;

/** Payload bits of the forms whose prefix is part of the number; further bytes of a form are index of the form. */
const UNSIGNED_BITS = [7, 14, 21, 28, 35, 42];
const SIGNED_BITS = [7, 14, 21, 28];

/** Prefix of form `form`: that many ones, then a zero. */
const prefixOf = (form: number): number => (0xff00 >> form) & 0xff;

/** Puts an integer below 2^53 at `at`, and returns the place after it. */
export function putUnsigned(bytes: Uint8Array, at: number, value: number): number {
  if (value < 0x80) {
    bytes[at] = value;
    return at + 1;
  }
  const found = UNSIGNED_BITS.findIndex((bits) => value < 2 ** bits);
  return found < 0 ? putWide(bytes, at, WIDE_UNSIGNED, 8, value) : putForm(bytes, at, found, value);
}

/** The same for an integer of 32 bits with its sign. */
export function putSigned(bytes: Uint8Array, at: number, value: number): number {
  const found = SIGNED_BITS.findIndex((bits) => value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1));
  if (found < 0) return putWide(bytes, at, WIDE_SIGNED, 4, value >>> 0);
  return putForm(bytes, at, found, value < 0 ? value + 2 ** SIGNED_BITS[found]! : value);
}

function putForm(bytes: Uint8Array, at: number, form: number, value: number): number {
  let left = value;
  for (let index = form; index > 0; index--) {
    bytes[at + index] = left % 256;
    left = Math.floor(left / 256);
  }
  bytes[at] = prefixOf(form) | left;
  return at + form + 1;
}

function putWide(bytes: Uint8Array, at: number, prefix: number, length: number, value: number): number {
  bytes[at] = prefix;
  let left = value;
  for (let index = length; index > 0; index--) {
    bytes[at + index] = left % 256;
    left = Math.floor(left / 256);
  }
  return at + length + 1;
}
