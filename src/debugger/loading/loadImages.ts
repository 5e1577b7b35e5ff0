/** Reads and parses the files that a launch names. Every mistake becomes one sentence with the file and the remedy. */
import type { ImageFace } from '../../image/face';
import { Image, ImageError } from '../../image/image';
import { UserError, type FileHost } from '../types';

export interface LoadedImage {
  readonly image: ImageFace;
  readonly bytes: Uint8Array;
}

const BUILTIN = 'builtin:';
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

export const isElf = (bytes: Uint8Array): boolean => ELF_MAGIC.every((byte, index) => bytes[index] === byte);

/** `builtin:xen` from the installation, anything else from the disk. Rejects with UserError. */
export function readNamed(host: FileHost, name: string): Promise<Uint8Array> {
  return name.startsWith(BUILTIN) ? host.readBuiltin(name) : host.readFile(name);
}

export async function loadImage(host: FileHost, name: string): Promise<LoadedImage> {
  const bytes = await readNamed(host, name);
  return { image: parseImage(name, bytes), bytes };
}

export function parseImage(name: string, bytes: Uint8Array): ImageFace {
  try {
    return Image.parse(name, bytes);
  } catch (error) {
    if (error instanceof ImageError) throw new UserError(error.message);
    throw error;
  }
}

/** Reads each file once, so that several domains may run the same image. */
export class ImageLoader {
  private readonly loaded = new Map<string, Promise<LoadedImage>>();

  constructor(private readonly host: FileHost) {}

  load(name: string): Promise<LoadedImage> {
    const known = this.loaded.get(name) ?? loadImage(this.host, name);
    this.loaded.set(name, known);
    return known;
  }
}
