/** How tables of the console are written: columns as wide as their widest cell, a line of heads above. */

export const hex = (value: number, digits = 8): string =>
  `0x${(value >>> 0).toString(16).toUpperCase().padStart(digits, '0')}`;

export const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** Columns of numbers are aligned at the right, others at the left. */
export function columns(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => String(line[column] ?? '').length)));
  const numeric = heads.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const written = lines.map((line) =>
    widths
      .map((width, column) => {
        const cell = String(line[column] ?? '');
        return numeric[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return written.join('\n');
}

export const plural = (count: number, one: string): string => `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;
