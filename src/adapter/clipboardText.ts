/** A value in full, as text to be pasted elsewhere: structures and arrays with what is in them, in C's braces. */
import type { Value } from '../debugger/types';

/** Depth and number of parts to which a value is written out: pointers may lead round in circles. */
const DEEPEST = 5;
const MOST_PARTS = 2000;

export function clipboardText(value: Value): string {
  let parts = 0;
  const text = (each: Value, depth: number): string => {
    // What a pointer points to is not part of it; only what stands in braces is written out.
    const children = each.text.startsWith('{') || each.text === '' ? each.children?.() : undefined;
    if (!children || children.length === 0) return each.text;
    if (depth >= DEEPEST) return '{...}';
    const indent = '  '.repeat(depth + 1);
    const lines: string[] = [];
    for (const child of children) {
      if (++parts > MOST_PARTS) {
        lines.push(`${indent}...`);
        break;
      }
      const name = child.name.startsWith('[') ? `${child.name} = ` : `.${child.name} = `;
      lines.push(`${indent}${name}${text(child, depth + 1)}`);
    }
    return `{\n${lines.join(',\n')}\n${'  '.repeat(depth)}}`;
  };
  return text(value, 0);
}
