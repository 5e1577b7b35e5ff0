/**
 * Text for a terminal: colours only where they are wanted (a TTY without NO_COLOR), tables, boxes and wrapping.
 * Knows nothing of debuggers.
 */

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** SGR codes (ECMA-48 8.3.117). */
const sgr: Record<Colour, number> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};

export interface Terminal {
  write(text: string): void;
  readonly colour: boolean;
  readonly columns: number;
}

/** Wraps text in a colour when the terminal shows colours. */
export function paint(terminal: Terminal, colour: Colour, text: string): string {
  return terminal.colour ? `\x1b[${sgr[colour]}m${text}\x1b[0m` : text;
}

export function heading(terminal: Terminal, text: string): void {
  const rule = '─'.repeat(Math.max(4, Math.min(terminal.columns, 100) - text.length - 4));
  terminal.write(`\n${paint(terminal, 'bold', `── ${text} `)}${paint(terminal, 'dim', rule)}\n`);
}

/** Width as a terminal shows it: without escape sequences. */
export function visibleLength(text: string): number {
  // The escape character cannot stand literally in a pattern that a reader could check.
  return text.replace(new RegExp(String.raw`\u001b\[[0-9;]*m`, 'g'), '').length;
}

/** Rows of cells as aligned columns, two blanks apart, each line indented by two. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell))));
  }
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - visibleLength(cell))).join('  ');
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join('');
}

/** 32-bit value as eight hexadecimal digits. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}

/** 12,345,678: so that a count of instructions can be read. */
export function grouped(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
