/** Keys and signed images for tests: the same every time, made by Node's cryptography, which is not what the hypervisor uses. */
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { withSignatureHeader } from '../../src/image/signature';

export interface TestKey {
  readonly privateKey: KeyObject;
  /** 32 bytes, in hexadecimal. */
  readonly hex: string;
}

/** The Ed25519 key whose seed (RFC 8032, 5.1.5) is 32 times this byte. */
export function testKey(seed: number): TestKey {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { privateKey, hex: spki.subarray(12).toString('hex') };
}

export function signed(image: Uint8Array, { privateKey, hex }: TestKey): Uint8Array {
  const message = withSignatureHeader(image, Buffer.from(hex, 'hex'));
  return Buffer.concat([message, sign(null, message, privateKey)]);
}
