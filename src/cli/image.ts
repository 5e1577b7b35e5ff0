/** `armvisor image`: what an ELF file holds, as far as the debugger uses it. */
import { NodeFileHost } from '../adapter/nodeHost';
import { hex } from '../adapter/memoryReferences';
import { Image } from '../image/image';
import { readSignature } from '../image/signature';

const flag = (set: boolean, letter: string): string => (set ? letter : '-');

function signatureText(bytes: Uint8Array): string {
  const found = readSignature(bytes);
  if (found === 'unsigned') return 'none';
  if (found === 'damaged') return 'for an image of another length or kind';
  return `Ed25519, not verified here; by key ${Buffer.from(found.publicKey).toString('hex')}`;
}

/** A text of several lines for a terminal. Rejects with a sentence when the file is no usable image. */
export async function describeImage(name: string): Promise<string> {
  const host = new NodeFileHost();
  const bytes = await (name.startsWith('builtin:') ? host.readBuiltin(name) : host.readFile(name));
  const image = Image.parse(name, bytes);
  const symbols = image.symbols();
  const functions = symbols.filter((symbol) => symbol.kind === 'function').length;
  const objects = symbols.filter((symbol) => symbol.kind === 'object').length;
  const entry = image.symbolAt(image.entry);
  const lines = [
    `${name}: ${bytes.length} bytes, 32-bit little-endian ARM ELF`,
    `entry      ${hex(image.entry)}${entry ? ` (${entry.symbol.name})` : ''}`,
    ...image.segments.map(({ virtualAddress, physicalAddress, bytes: content, memoryBytes, flags }) =>
      [
        'segment   ',
        `virtual ${hex(virtualAddress)}`,
        `physical ${hex(physicalAddress)}`,
        `file ${content.length}`,
        `memory ${memoryBytes}`,
        flag(flags.read, 'r') + flag(flags.write, 'w') + flag(flags.execute, 'x'),
      ]
        .join('  ')
        .replace('segment     ', 'segment    '),
    ),
    `symbols    ${symbols.length} (${functions} functions, ${objects} objects, ${symbols.length - functions - objects} labels)`,
    `sources    ${image.sources().length} files in the line tables`,
    `signature  ${signatureText(bytes)}`,
    ...image.limitations.map((limitation) => `missing    ${limitation}`),
  ];
  return `${lines.join('\n')}\n`;
}
