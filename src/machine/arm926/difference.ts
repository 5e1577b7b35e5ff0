/** Compares two CPUs and their memory, for checks of one engine against another. */
import type { Core } from './core';
import { RAM_OFFSET, Word } from './layout';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Word).map(([name, word]) => [word, name]));

function nameOf(word: number): string {
  if (word < 15) return `r${word}`;
  if (word === 15) return 'pc';
  return NAMES.get(word) ?? `state word ${word}`;
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** The first difference in words; `whole`: RAM too, which takes time. Undefined when all is equal. */
export function differenceOf(a: Core, b: Core, whole: boolean): string | undefined {
  for (let word = 0; word < Word.SCRATCH; word++) {
    if (a.s[word] !== b.s[word]) return `${nameOf(word)} is ${hex(a.s[word]!)}, not ${hex(b.s[word]!)}`;
  }
  const [ticksA, ticksB] = [a.sliceTicks + a.s[Word.TICKS]!, b.sliceTicks + b.s[Word.TICKS]!];
  if (ticksA !== ticksB) return `ticks are ${ticksA}, not ${ticksB}`;
  if (!whole) return undefined;
  const [wordsA, wordsB] = [a.ram.words, b.ram.words];
  const end = (RAM_OFFSET + a.ram.size) >>> 2;
  for (let at = RAM_OFFSET >>> 2; at < end; at++) {
    if (wordsA[at] !== wordsB[at]) {
      return `memory at ${hex(a.ram.physicalOf(at << 2))} holds ${hex(wordsA[at]!)}, not ${hex(wordsB[at]!)}`;
    }
  }
  return undefined;
}
