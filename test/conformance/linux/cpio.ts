/**
 * Writes the archive that Linux unpacks as its first root file system: cpio in the "newc" form
 * (Documentation/early-userspace/buffer-format.txt of the kernel). It only writes, and only what a root file system needs.
 */

export type RootEntry = { readonly path: string } & (
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly content: Uint8Array; readonly executable?: boolean }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'character' | 'block'; readonly major: number; readonly minor: number }
);

const MODE = { directory: 0o040755, file: 0o100644, link: 0o120777, character: 0o020666, block: 0o060666 } as const;
const TRAILER = 'TRAILER!!!';

const padded = (byteLength: number): number => (byteLength + 3) & ~3;
const hexField = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function contentOf(entry: RootEntry): Uint8Array {
  if (entry.kind === 'file') return entry.content;
  return entry.kind === 'link' ? bytesOf(entry.target) : new Uint8Array(0);
}

interface Header {
  readonly inode: number;
  readonly mode: number;
  readonly links: number;
  readonly name: string;
  readonly byteLength: number;
  readonly device?: { readonly major: number; readonly minor: number };
}

/** The header and the name, with the NUL and the padding that follow it. Times are 0: the archive depends on its entries alone. */
function header({ inode, mode, links, name, byteLength, device = { major: 0, minor: 0 } }: Header): Uint8Array {
  const fields = [inode, mode, 0, 0, links, 0, byteLength, 0, 0, device.major, device.minor, name.length + 1, 0];
  const text = `070701${fields.map(hexField).join('')}${name}\0`;
  const bytes = new Uint8Array(padded(text.length));
  bytes.set(bytesOf(text));
  return bytes;
}

/** The archive of these entries, in their order (a directory before what it holds). Paths have no leading slash. */
export function cpioArchive(entries: readonly RootEntry[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    const content = contentOf(entry);
    pieces.push(
      header({
        inode: index + 1,
        mode: entry.kind === 'file' && entry.executable === true ? 0o100755 : MODE[entry.kind],
        links: 1,
        name: entry.path,
        byteLength: content.length,
        ...('major' in entry && { device: entry }),
      }),
      content,
      new Uint8Array(padded(content.length) - content.length),
    );
  });
  pieces.push(header({ inode: 0, mode: 0, links: 1, name: TRAILER, byteLength: 0 }));
  return Uint8Array.from(Buffer.concat(pieces));
}
