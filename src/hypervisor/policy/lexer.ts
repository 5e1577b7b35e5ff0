/** Cuts a policy file into names, numbers, texts in quotes and punctuation. `#` begins a comment that ends with the line. */
import { PolicyError, type Place } from './syntax';

export interface Token extends Place {
  readonly kind: 'name' | 'number' | 'text' | 'mark' | 'end';
  readonly text: string;
}

const PIECES =
  /(?<space>[ \t\r]+|#[^\n]*)|(?<line>\n)|"(?<text>[^"\n]*)"|(?<number>\d+)|(?<name>[A-Za-z_]\w*)|(?<mark>[{};:,*%/])/y;

/** @throws PolicyError for a character that begins nothing, or a text that does not end */
export function tokens(file: string, text: string): readonly Token[] {
  const found: Token[] = [];
  let line = 1;
  let start = 0;
  PIECES.lastIndex = 0;
  for (let at = 0; at < text.length; at = PIECES.lastIndex) {
    const place = { line, column: at - start + 1 };
    const groups = PIECES.exec(text)?.groups;
    if (groups === undefined)
      throw new PolicyError(
        file,
        place,
        text[at] === '"'
          ? 'this text does not end: close it with a " on the same line.'
          : `“${String.fromCodePoint(text.codePointAt(at)!)}” has no meaning here: remove it, or write it in a comment after #.`,
      );
    if (groups.line !== undefined) {
      line++;
      start = PIECES.lastIndex;
    }
    for (const kind of ['text', 'number', 'name', 'mark'] as const)
      if (groups[kind] !== undefined) found.push({ kind, text: groups[kind], ...place });
  }
  return [...found, { kind: 'end', text: 'the end of the file', line, column: text.length - start + 1 }];
}
