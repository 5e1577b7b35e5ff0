/** `file:line:column: sentence`, taken apart; a sentence without a place stands at the beginning of the file. Lines and columns from 1. */
export function placedSentence(text: string): { line: number; column: number; sentence: string } {
  const found = /^.*?:(\d+):(\d+): (.*)$/s.exec(text);
  return found
    ? { line: Number(found[1]), column: Number(found[2]), sentence: found[3]! }
    : { line: 1, column: 1, sentence: text };
}
