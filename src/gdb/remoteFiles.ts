/**
 * The images as files that GDB reads by itself (`vFile`, GDB manual E.7; `qXfer:exec-file`), so that it has symbols without being told
 * where they are. Only the images of the session can be opened, only to be read.
 */
import type { FileHost } from '../debugger/types';
import { bytesOfHex, latin1, latin1Text } from '../stub/packets';

const ENOENT = 2;
const EBADF = 9;
const EINVAL = 22;
const REGULAR_READ_ONLY = 0o100444;
const BLOCK_BYTES = 512;
const STAT_BYTES = 64;

/** An image: where it stands on the disk of whoever runs the server, and how the configuration names it. */
export interface RemoteFile {
  readonly path: string;
  readonly name: string;
}

export class RemoteFiles {
  private readonly open = new Map<number, Uint8Array>();
  private next = 3;

  constructor(
    private readonly files: readonly RemoteFile[],
    private readonly host: FileHost,
  ) {}

  /** Answers what stands behind `vFile:`. Errors are `F-1,errno`. */
  async answer(request: string): Promise<string | Uint8Array> {
    const [operation, ...rest] = request.split(':');
    const given = rest.join(':').split(',');
    switch (operation) {
      case 'setfs':
        return 'F0';
      case 'open':
        return this.opened(given[0] ?? '');
      case 'close':
        return this.open.delete(parseInt(given[0] ?? '', 16)) ? 'F0' : error(EBADF);
      case 'pread':
        return this.read(given.map((text) => parseInt(text, 16)));
      case 'fstat':
        return this.status(parseInt(given[0] ?? '', 16));
      default:
        return '';
    }
  }

  private async opened(name: string): Promise<string> {
    const bytes = bytesOfHex(name);
    if (!bytes) return error(EINVAL);
    const file = this.files.find(({ path }) => path === new TextDecoder().decode(bytes));
    if (!file) return error(ENOENT);
    const content = file.name.startsWith('builtin:')
      ? await this.host.readBuiltin(file.name)
      : await this.host.readFile(file.name);
    this.open.set(this.next, content);
    return `F${(this.next++).toString(16)}`;
  }

  private read([fd, count, offset]: readonly number[]): string | Uint8Array {
    const bytes = this.open.get(fd ?? -1);
    if (!bytes) return error(EBADF);
    if (!Number.isInteger(count) || !Number.isInteger(offset)) return error(EINVAL);
    const part = bytes.subarray(offset, offset! + count!);
    return Uint8Array.from([...latin1(`F${part.length.toString(16)};`), ...part]);
  }

  /** struct stat of the protocol (GDB manual, E.13.7.3): big-endian. */
  private status(fd: number): string | Uint8Array {
    const bytes = this.open.get(fd);
    if (!bytes) return error(EBADF);
    const stat = new DataView(new ArrayBuffer(STAT_BYTES));
    stat.setUint32(8, REGULAR_READ_ONLY);
    stat.setUint32(12, 1);
    stat.setUint32(32, bytes.length);
    stat.setUint32(40, BLOCK_BYTES);
    stat.setUint32(48, Math.ceil(bytes.length / BLOCK_BYTES));
    return latin1(`F${STAT_BYTES.toString(16)};${latin1Text(new Uint8Array(stat.buffer))}`);
  }
}

const error = (number: number): string => `F-1,${number.toString(16)}`;
