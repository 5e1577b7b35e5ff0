/** Ed25519 public keys as a policy names them: 64 hexadecimal digits, or a file with these or with a PEM block (RFC 8410). */

/** SubjectPublicKeyInfo of Ed25519 before the 32 bytes of the key (RFC 8410, section 4). */
const SPKI_PREFIX = '302a300506032b6570032100';
const PEM = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/;
const HEX = /^[0-9a-f]{64}$/i;

/**
 * Encodings of points of small order, without the sign bit: with such a “key” a signature that fits any message can be made by
 * everybody. y = 0, 1, the two of order 8, p - 1, p and p + 1.
 */
export const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

export const isKeyInHex = (text: string): boolean => HEX.test(text);

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16));

/** The 32 bytes, or what is wrong, to follow a name in a sentence. */
export function publicKeyOf(text: string): Uint8Array | string {
  const trimmed = text.trim();
  const base64 = PEM.exec(trimmed)?.[1];
  if (/PRIVATE KEY/.test(trimmed))
    return 'is a private key: use the public one, which “armvisor image keygen” calls KEY.pub';
  const hex = base64 === undefined ? trimmed : keyInPem(base64);
  if (hex === undefined || !HEX.test(hex))
    return 'is no Ed25519 public key: use 64 hexadecimal digits, or PEM as “armvisor image keygen” writes it';
  const key = bytesOf(hex);
  const unsigned = Uint8Array.from(key);
  unsigned[31]! &= 0x7f;
  return SMALL_ORDER.has(hexOf(unsigned))
    ? 'is a point of small order, for which anybody can sign: make a key with “armvisor image keygen”'
    : key;
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function keyInPem(base64: string): string | undefined {
  let der: string;
  try {
    der = atob(base64.replace(/\s+/g, ''));
  } catch {
    return undefined;
  }
  const hex = hexOf(Uint8Array.from(der, (character) => character.charCodeAt(0)));
  return hex.startsWith(SPKI_PREFIX) ? hex.slice(SPKI_PREFIX.length) : undefined;
}
