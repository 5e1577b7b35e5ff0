/**
 * Files for Node: the disk, and the images that come with Armvisor (`firmware/images/`, in the repository or packaged beside
 * `dist/`). One of the two places, with the worker and the streams, where the adapter uses Node.
 */
import { existsSync } from 'node:fs';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError, type FileHost } from '../debugger/types';
import type { StubChannel } from '../stub/channel';
import { openNodeStub } from './nodeStub';
import { nearest } from './launchConfiguration/spelling';

/** A larger file is no image for a machine with at most 4 GB; reading it would only fill memory. */
const mostBytes = 512 * 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file: build it, or correct the path',
  ENOTDIR: 'a part of the path is not a folder: correct the path',
  EACCES: 'it may not be read: change its permissions',
  EISDIR: 'it is a folder: name a file in it',
};

/** The folder that holds `firmware/`: upwards from where this code runs (src/adapter, or dist). */
export function installationRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'firmware', 'images'))) return folder;
    if (path.dirname(folder) === folder) return path.dirname(from);
  }
}

export class NodeFileHost implements FileHost {
  constructor(readonly builtinSourceRoot: string = installationRoot()) {}

  async readFile(file: string): Promise<Uint8Array> {
    try {
      const information = await stat(file);
      if (information.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      if (information.size > mostBytes)
        throw new UserError(`${file} is larger than 512 MB, which is no image for this machine.`);
      return new Uint8Array(await readFile(file));
    } catch (error) {
      if (error instanceof UserError) throw error;
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new UserError(`${file} cannot be read; ${reasons[code] ?? `the system says ${code || 'nothing more'}`}.`);
    }
  }

  async writeFile(file: string, text: string): Promise<string> {
    const whole = path.resolve(file);
    try {
      await writeFile(whole, text);
      return whole;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new UserError(
        `${whole} cannot be written; ${reasons[code] ?? `the system says ${code || 'nothing more'}`}.`,
      );
    }
  }

  openStub(host: string, port: number): Promise<StubChannel> {
    return openNodeStub(host, port);
  }

  async readBuiltin(builtin: string): Promise<Uint8Array> {
    const name = builtin.replace(/^builtin:/, '');
    const folder = path.join(this.builtinSourceRoot, 'firmware', 'images');
    // The folder is only listed for whoever asks for what is not there.
    if (/^[\w-]+$/.test(name)) {
      const bytes = await readFile(path.join(folder, `${name}.elf`)).catch(() => undefined);
      if (bytes !== undefined) return new Uint8Array(bytes);
    }
    const files = await readdir(folder).catch(() => [] as string[]);
    const names = files.filter((file) => file.endsWith('.elf')).map((file) => file.slice(0, -'.elf'.length));
    const meant = nearest(name, names);
    throw new UserError(
      `there is no built-in image "builtin:${name}"${meant ? `; did you mean "builtin:${meant}"?` : '.'} There are: ${names
        .sort()
        .map((each) => `builtin:${each}`)
        .join(', ')}.`,
    );
  }
}
