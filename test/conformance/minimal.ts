/** What differs between two outcomes, and the least program and registers that still show it. */
import type { Outcome } from './drivers';

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** The first difference in words; undefined when all is equal. */
export function difference(ours: Outcome, theirs: Outcome): string | undefined {
  for (let index = 0; index < 15; index++) {
    const [a, b] = [ours.registers[index]!, theirs.registers[index]!];
    if (a >>> 0 !== b >>> 0) return `r${index} is ${hex(a)} here and ${hex(b)} in QEMU`;
  }
  if (ours.cpsr >>> 0 !== theirs.cpsr >>> 0) return `CPSR is ${hex(ours.cpsr)} here and ${hex(theirs.cpsr)} in QEMU`;
  for (let at = 0; at < ours.memory.length; at += 2) {
    const [a, b] = [ours.memory.slice(at, at + 2), theirs.memory.slice(at, at + 2)];
    if (a !== b) return `byte ${hex(at / 2)} of the compared memory is 0x${a} here and 0x${b} in QEMU`;
  }
  return undefined;
}

export interface Case {
  readonly seed: number;
  readonly code: readonly number[];
  readonly registers: readonly number[];
  /** What an instruction that is left out is replaced by, so that the others stay where they are. */
  readonly nop: number;
}

/**
 * The case as text, made small: instructions that are not needed become no-operations, in ever smaller pieces, then registers that do not
 * matter become 0. `compare` says what differs.
 */
export async function minimalCase(
  { seed, code, registers, nop }: Case,
  compare: (code: readonly number[], registers: readonly number[]) => Promise<string | undefined>,
): Promise<string> {
  let words = [...code];
  for (let piece = words.length >> 1; piece >= 1; piece >>= 1) {
    for (let at = 0; at < words.length; at += piece) {
      const fewer = words.map((word, index) => (index >= at && index < at + piece ? nop : word));
      if ((await compare(fewer, registers)) !== undefined) words = fewer;
    }
  }
  while (words.length > 1 && words.at(-1) === nop) words.pop();
  let values = [...registers];
  for (let index = 0; index < values.length; index++) {
    const simpler = values.map((value, place) => (place === index ? 0 : value));
    if ((await compare(words, simpler)) !== undefined) values = simpler;
  }
  const found = (await compare(words, values)) ?? 'the difference does not repeat';
  const first = words.findIndex((word) => word !== nop);
  const before = first > 0 ? [`  .rept ${first}; .inst ${hex(nop)}; .endr`] : [];
  const shown = [...before, ...words.slice(Math.max(first, 0)).map((word) => `  .inst ${hex(word)}`)].join('\n');
  const set = values.flatMap((value, index) => (value === 0 ? [] : [`r${index}=${hex(value)}`])).join(' ');
  return `${found}\nseed ${seed}; other registers than these are 0: ${set}\n${shown}`;
}
