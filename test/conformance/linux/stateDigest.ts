/** One number for a whole machine state: a SHA-256 over every byte of a snapshot. Two states are the same when it is. */
import { createHash, type Hash } from 'node:crypto';
import type { MachineSnapshot } from '../../../src/machine/types';

/** Snapshots leave out pages that were never written; one that was written with zeros is the same memory. */
const isEmptyPage = (value: unknown): boolean =>
  value === undefined || (value instanceof Uint8Array && value.length === 4096 && value.every((byte) => byte === 0));

function add(hash: Hash, value: unknown): void {
  if (isEmptyPage(value)) {
    hash.update('empty;');
  } else if (ArrayBuffer.isView(value)) {
    hash.update(`bytes ${value.constructor.name} ${value.byteLength}:`);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (Array.isArray(value)) {
    hash.update(`list ${value.length}:`);
    for (const item of value) add(hash, item);
  } else if (value instanceof Map) {
    hash.update(`map ${value.size}:`);
    for (const [key, item] of [...value].sort(([a], [b]) => (a < b ? -1 : 1))) {
      add(hash, key);
      add(hash, item);
    }
  } else if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value).sort();
    hash.update(`object ${names.length}:`);
    for (const name of names) {
      hash.update(`${name}=`);
      add(hash, (value as Record<string, unknown>)[name]);
    }
  } else {
    hash.update(`${typeof value} ${Object.is(value, -0) ? '-0' : String(value)};`);
  }
}

/** As 64 hexadecimal digits. */
export function stateDigest(snapshot: MachineSnapshot): string {
  const hash = createHash('sha256');
  add(hash, snapshot);
  return hash.digest('hex');
}
