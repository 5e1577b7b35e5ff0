/**
 * One number for a whole machine state, so that two runs can be compared after every step. Walks the snapshot by its keys in sorted
 * order; what a page of RAM contributes is kept with its array, because snapshots share the pages that did not change.
 */
import type { MachineFace } from '../../src/machine/types';

/** FNV-1a over elements; a word counts as one, with its upper half folded in. */
function hashElements(elements: Int32Array | Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index]!;
    hash = Math.imul(hash ^ element ^ (element >>> 15), 0x01000193);
  }
  return hash >>> 0;
}

function hashText(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

const known = new WeakMap<object, number>();

function hashView(view: ArrayBufferView): number {
  const kept = known.get(view);
  if (kept !== undefined) return kept;
  const whole = view.byteOffset % 4 === 0 && view.byteLength % 4 === 0;
  const hash = whole
    ? hashElements(new Int32Array(view.buffer, view.byteOffset, view.byteLength >>> 2))
    : hashElements(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  known.set(view, hash);
  return hash;
}

function hashValue(value: unknown, start: number): number {
  const add = (text: string): number => hashText(text, start);
  if (ArrayBuffer.isView(value)) return add(`bytes ${hashView(value)}`);
  if (value instanceof Map) return hashValue([...value.entries()], add('map'));
  if (value instanceof Set) return hashValue([...value], add('set'));
  if (Array.isArray(value)) {
    let hash = add(`array ${value.length}`);
    for (const element of value as unknown[]) hash = hashValue(element, hash);
    return hash;
  }
  if (typeof value === 'object' && value !== null) {
    let hash = add('object');
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, member] of entries) hash = hashValue(member, hashText(key, hash));
    return hash;
  }
  return add(Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`);
}

/** Hash of each part of the machine's state. The fast TLB is left out: it is derived, and a snapshot empties parts of it. */
export function stateHashes(machine: MachineFace): Readonly<Record<string, number>> {
  const { state } = machine.snapshot();
  const parts = Object.entries(state as Record<string, unknown>).filter(([name]) => name !== 'tlb');
  return Object.fromEntries(parts.map(([name, part]) => [name, hashValue(part, 0x811c9dc5)]));
}

/** The one number behind the hashes of the parts. */
export function combined(hashes: Readonly<Record<string, number>>): string {
  return hashValue(hashes, 0x811c9dc5).toString(16).padStart(8, '0');
}
