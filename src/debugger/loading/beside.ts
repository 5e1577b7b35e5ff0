/** A path that stands in a file starts from the folder of that file. */
export function beside(file: string, path: string): string {
  if (/^([/\\]|[A-Za-z]:[/\\])/.test(path)) return path;
  const folder = /^.*[/\\]/.exec(file)?.[0] ?? '';
  return folder + path.replace(/^(\.[/\\])+/, '');
}
