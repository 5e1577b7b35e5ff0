/** What the adapter puts around a file host: the attribute that named an unreadable file, and whether files changed since. */
import { UserError, type FileHost } from '../debugger/types';

/** A host whose errors begin with the attribute of the launch configuration that named the file. */
export function namingAttributes(host: FileHost, attributes: ReadonlyMap<string, string>): FileHost {
  const named = async (name: string, read: Promise<Uint8Array>): Promise<Uint8Array> => {
    try {
      return await read;
    } catch (error) {
      const attribute = attributes.get(name) ?? attributes.get(`builtin:${name}`);
      if (!(error instanceof UserError) || attribute === undefined) throw error;
      throw new UserError(`${attribute}: ${error.message}`);
    }
  };
  return {
    builtinSourceRoot: host.builtinSourceRoot,
    readFile: (path) => named(path, host.readFile(path)),
    readBuiltin: (name) => named(name, host.readBuiltin(name)),
    ...(host.openStub && { openStub: (name: string, port: number) => host.openStub!(name, port) }),
  };
}

/** Remembers what a launch has read, so that a restart knows whether to load anew (a kernel that was rebuilt). */
export class FileMemory implements FileHost {
  private readonly files = new Map<string, { bytes: Uint8Array; again: () => Promise<Uint8Array> }>();

  constructor(private readonly host: FileHost) {}

  get builtinSourceRoot(): string {
    return this.host.builtinSourceRoot;
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.remember(`file ${path}`, () => this.host.readFile(path));
  }

  readBuiltin(name: string): Promise<Uint8Array> {
    return this.remember(`builtin ${name}`, () => this.host.readBuiltin(name));
  }

  get openStub(): FileHost['openStub'] {
    return this.host.openStub?.bind(this.host);
  }

  /** True when a file that was read has other contents now, or cannot be read any more. */
  async changed(): Promise<boolean> {
    for (const { bytes, again } of this.files.values()) {
      const now = await again().catch(() => undefined);
      if (now === undefined || now.length !== bytes.length || now.some((byte, index) => byte !== bytes[index]))
        return true;
    }
    return false;
  }

  private async remember(key: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const bytes = await read();
    this.files.set(key, { bytes, again: read });
    return bytes;
  }
}
