/** Looking for bytes in bytes: what a Uint8Array lacks. It knows nothing of what they mean. */

/**
 * Where a sequence of bytes, not an empty one, begins at or after `from`; -1 when it does not occur.
 * @param anchor which byte of the sequence is looked for first: best one that is rare (0x03, with which every DWARF location of a
 *   variable begins, is every twentieth byte of .debug_info)
 */
export function find(bytes: Uint8Array, sequence: Uint8Array, from: number, anchor = 0): number {
  const rare = sequence[anchor];
  for (let at = bytes.indexOf(rare, from + anchor); at >= 0; at = bytes.indexOf(rare, at + 1)) {
    const start = at - anchor;
    let matched = 0;
    while (matched < sequence.length && bytes[start + matched] === sequence[matched]) matched++;
    if (matched === sequence.length) return start;
  }
  return -1;
}
