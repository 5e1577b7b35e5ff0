/**
 * Reading single values of a launch configuration: sizes, addresses, paths. Knows no attribute; resolve.ts calls it and says
 * which attribute was wrong. The command line reads its options with the same functions.
 */

const sizeUnits: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Bytes of `16777216`, `"16M"`, `"16 MB"`, `"64k"`, `"16MiB"`, `"0x100000"`; undefined when it is none of these or not above 0. */
export function parseSize(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  if (/^0x[0-9a-f]+$/i.test(value.trim())) return parseSize(Number(value.trim()));
  const match = /^\s*(\d+)\s*([KMG]?)(?:i?B)?\s*$/i.exec(value);
  if (!match) return undefined;
  return parseSize(Number(match[1]) * sizeUnits[match[2].toUpperCase()]);
}

/** A 32-bit address of `32768`, `"0x8000"` or `"32768"`; undefined when it is none of these. */
export function parseAddress(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value.trim().replaceAll('_', '') : value;
  const number =
    typeof text === 'number'
      ? text
      : typeof text === 'string' && /^(0x[0-9a-f]+|\d+)$/i.test(text)
        ? Number(text)
        : NaN;
  return Number.isInteger(number) && number >= 0 && number <= 0xffffffff ? number : undefined;
}

/** A date, or a date with a time; without a zone it is UTC, so that it means the same everywhere. */
export const datePattern = '^\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})?)?$';

/** Seconds since 1970 of `1212321600`, `"2008-06-01"`, `"2008-06-01T12:00:00Z"`, `"2008-06-01 12:00+02:00"`; undefined for what is no date since then. */
export function parseDate(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  const written = new RegExp(datePattern).test(text) ? text.replace(' ', 'T') : undefined;
  const hasZone = written === undefined || written.length === 10 || /(Z|[+-]\d{2}:\d{2})$/.test(written);
  const seconds = written === undefined ? value : Math.floor(Date.parse(hasZone ? written : `${written}Z`) / 1000);
  return typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : undefined;
}

const isAbsolute = (path: string): boolean => /^([/\\]|[A-Za-z]:[/\\])/.test(path);

/** `path` as seen from `folder`; absolute paths and `builtin:` names stay as they are. */
export function resolvePath(path: string, folder: string | undefined): string {
  if (folder === undefined || isAbsolute(path) || path.startsWith('builtin:')) return path;
  return `${folder.replace(/[/\\]+$/, '')}/${path.replace(/^(\.[/\\])+/, '')}`;
}

/** How a value looks in a message: short JSON. */
export function quoteValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
