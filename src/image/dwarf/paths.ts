/** File names of DWARF: joined, normalised, and compared with the paths that people and editors use. */

/** Where the project's own firmware says it was compiled; it stands for the installation, wherever that is. */
const BUILTIN_ROOT = '/armvisor/';

/** `name` seen from `directory`, without `.`, `..` and doubled slashes; Windows paths get forward slashes. */
export function joinPath(directory: string, name: string): string {
  const absolute = isAbsolute(name) || directory === '';
  return normalisePath(absolute ? name : `${directory}/${name}`);
}

export function normalisePath(path: string): string {
  const forward =
    /^[A-Za-z]:[\\/]|^\\\\/.test(path) || (path.includes('\\') && !path.includes('/'))
      ? path.replaceAll('\\', '/')
      : path;
  const rooted = forward.startsWith('/');
  const parts: string[] = [];
  for (const part of forward.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !rooted) parts.push(part);
  }
  return (rooted ? '/' : '') + parts.join('/');
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Whether the path a person or an editor gave means the file that DWARF names (both normalised). Equal paths do; so does a
 * relative one that the other ends with. Absolute paths that merely share an ending do not: two domains may well both have an
 * `arch/arm/setup.c`. `/armvisor/...` counts as relative, see BUILTIN_ROOT.
 */
export function meansFile(asked: string, recorded: string): boolean {
  if (asked === recorded) return true;
  if (!isAbsolute(asked) && endsWithPath(recorded, asked)) return true;
  const portable = recorded.startsWith(BUILTIN_ROOT) ? recorded.slice(BUILTIN_ROOT.length) : recorded;
  return !isAbsolute(portable) && endsWithPath(asked, portable);
}

function endsWithPath(path: string, ending: string): boolean {
  return path === ending || path.endsWith(`/${ending}`);
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('\\\\');
}
