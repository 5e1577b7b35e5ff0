/**
 * The trailer of a signed image: where it stands and what it covers, as the firmware's include/public/image_signature.h has it. No
 * cryptography: src/cli/signing.ts signs and verifies here, the hypervisor (security/verify.c) on the machine.
 */

const MAGIC = new TextEncoder().encode('AVSIGNED');
const ED25519 = 1;
const HEADER_BYTES = 48;
export const SIGNATURE_BYTES = 64;
const TRAILER_BYTES = HEADER_BYTES + SIGNATURE_BYTES;

export interface SignedImage {
  /** The image as it was before it was signed. */
  readonly image: Uint8Array;
  /** What the signature is of: all of the file before the signature. */
  readonly signed: Uint8Array;
  /** Ed25519, 32 bytes: whose signature it claims to be. */
  readonly publicKey: Uint8Array;
  readonly signature: Uint8Array;
}

/** `unsigned`: there is no trailer. `damaged`: there is one, and it is not for these bytes. */
export function readSignature(file: Uint8Array): SignedImage | 'unsigned' | 'damaged' {
  const at = file.length - TRAILER_BYTES;
  if (at < 0 || MAGIC.some((byte, index) => file[at + index] !== byte)) return 'unsigned';
  const words = new DataView(file.buffer, file.byteOffset + at, HEADER_BYTES);
  if (words.getUint32(8, true) !== ED25519 || words.getUint32(12, true) !== at) return 'damaged';
  return {
    image: file.subarray(0, at),
    signed: file.subarray(0, at + HEADER_BYTES),
    publicKey: file.subarray(at + 16, at + HEADER_BYTES),
    signature: file.subarray(at + HEADER_BYTES),
  };
}

/** What is to be signed: the image and the first part of its trailer. The signature comes right behind it. */
export function withSignatureHeader(image: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(image.length + HEADER_BYTES);
  const words = new DataView(bytes.buffer, image.length);
  bytes.set(image);
  bytes.set(MAGIC, image.length);
  words.setUint32(8, ED25519, true);
  words.setUint32(12, image.length, true);
  bytes.set(publicKey, image.length + 16);
  return bytes;
}
