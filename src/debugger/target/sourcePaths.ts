/**
 * Source paths between DWARF and the user's disk. Builtin images name their sources `/armvisor/...`, which is the installation; all
 * other paths stay as the compiler wrote them. Does not look whether a file exists.
 */
const BUILTIN_PREFIX = '/armvisor/';

export class SourcePaths {
  constructor(private readonly builtinSourceRoot: string) {}

  /** From DWARF to the disk. */
  toDisk(path: string): string {
    if (!path.startsWith(BUILTIN_PREFIX)) return path;
    return `${this.root}/${path.slice(BUILTIN_PREFIX.length)}`;
  }

  /** From the disk (with either kind of slash) to DWARF. */
  toDwarf(path: string): string {
    const slashed = path.replaceAll('\\', '/');
    if (slashed.startsWith(`${this.root}/`)) return BUILTIN_PREFIX + slashed.slice(this.root.length + 1);
    return slashed;
  }

  private get root(): string {
    return this.builtinSourceRoot.replaceAll('\\', '/').replace(/\/+$/, '');
  }
}
