/** The binary form of a policy, as the firmware's include/public/acm.h has it. */
import type { Policy } from './checker';
import { UNLIMITED } from './checker';

const MAGIC = 0x098d_ea01;
const VERSION = 2;
const CLASSES = 18;
const HEADER_BYTES = 64;
const TYPE_BYTES = 52;
const LABEL_BYTES = 36;
const KEY_BYTES = 56;
const KEY_NAME_BYTES = 24;
const BY_NAME = 0xffff;

export const isCompiledPolicy = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC;

export function policyBinary(policy: Policy): Uint8Array {
  const count = policy.types.length;
  const { vectors, matrix } = accessVectors(policy);
  const matrixBytes = (count * count + 3) & ~3;
  const labelsAt = HEADER_BYTES + count * TYPE_BYTES;
  const vectorsAt = labelsAt + policy.labels.length * LABEL_BYTES;
  const matrixAt = vectorsAt + vectors.length * CLASSES * 8;
  const keysAt = matrixAt + matrixBytes;
  const bytes = new Uint8Array(keysAt + policy.keys.length * KEY_BYTES);
  const words = new DataView(bytes.buffer);
  const put = (at: number, values: readonly number[]): void =>
    values.forEach((value, index) => words.setUint32(at + 4 * index, value, true));
  const text = (at: number, value: string): void => bytes.set(new TextEncoder().encode(value), at);
  put(0, [
    MAGIC,
    VERSION,
    bytes.length,
    count,
    policy.labels.length,
    vectors.length,
    policy.keys.length,
    policy.defaultType ?? UNLIMITED,
  ]);
  text(32, policy.name);
  policy.types.forEach(({ name, limits, keys }, index) => {
    const at = HEADER_BYTES + index * TYPE_BYTES;
    text(at, name);
    put(at + 24, [
      limits.memoryKilobytes,
      limits.cpuPercent,
      limits.eventChannels,
      limits.grants,
      limits.hypercalls,
      limits.events,
      [...keys].reduce((mask, number) => (mask | (1 << number)) >>> 0, 0),
    ]);
  });
  policy.labels.forEach(({ domain, type }, index) => {
    const at = labelsAt + index * LABEL_BYTES;
    words.setUint16(at, typeof domain === 'number' ? domain : BY_NAME, true);
    words.setUint16(at + 2, type, true);
    text(at + 4, typeof domain === 'number' ? `Domain-${domain}` : domain);
  });
  vectors.forEach((vector, index) => put(vectorsAt + index * CLASSES * 8, vector));
  bytes.set(matrix, matrixAt);
  policy.keys.forEach(({ name, bytes: key }, index) => {
    text(keysAt + index * KEY_BYTES, name);
    bytes.set(key, keysAt + index * KEY_BYTES + KEY_NAME_BYTES);
  });
  return bytes;
}

/** Equal vectors are stored once; the first allows nothing. */
function accessVectors(policy: Policy): { vectors: readonly (readonly number[])[]; matrix: readonly number[] } {
  const vectors: number[][] = [new Array<number>(2 * CLASSES).fill(0)];
  const known = new Map([[vectors[0]!.join(), 0]]);
  const matrix = policy.allowed.flatMap((targets) =>
    targets.map((allowed) => {
      const vector = new Array<number>(2 * CLASSES).fill(0);
      for (const { permission, audit } of allowed.values()) {
        vector[permission.classNumber] = (vector[permission.classNumber]! | permission.bit) >>> 0;
        if (audit)
          vector[CLASSES + permission.classNumber] = (vector[CLASSES + permission.classNumber]! | permission.bit) >>> 0;
      }
      const number = known.get(vector.join()) ?? vectors.push(vector) - 1;
      known.set(vector.join(), number);
      return number;
    }),
  );
  if (vectors.length > 256)
    throw new Error('the policy needs more than 256 different access vectors: use fewer types.');
  return { vectors, matrix };
}
