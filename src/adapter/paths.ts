/** Sources and positions as this client counts and writes them (`initialize` says how): paths or URIs, lines from 0 or 1. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../debugger/types';

export class PathMapping {
  private readonly firstLine: number;
  private readonly firstColumn: number;
  private readonly uris: boolean;

  constructor(client: Partial<DebugProtocol.InitializeRequestArguments>) {
    this.firstLine = client.linesStartAt1 === false ? 0 : 1;
    this.firstColumn = client.columnsStartAt1 === false ? 0 : 1;
    this.uris = client.pathFormat === 'uri';
  }

  toClientLine(line: number): number {
    return line - 1 + this.firstLine;
  }

  fromClientLine(line: number): number {
    return line - this.firstLine + 1;
  }

  toClientColumn(column: number): number {
    return Math.max(column, 1) - 1 + this.firstColumn;
  }

  /** @param md5 of the text that was compiled, so that a client can tell that the file has changed since */
  source(path: string, md5?: string): DebugProtocol.Source {
    return {
      name: path.split(/[/\\]/).at(-1) ?? path,
      path: this.uris ? encodeURI(`file://${path}`) : path,
      ...(md5 !== undefined && { checksums: [{ algorithm: 'MD5', checksum: md5 }] }),
    };
  }

  /** The path on disk that a client means. */
  path(source: DebugProtocol.Source): string {
    const { path } = source;
    if (typeof path !== 'string' || path === '') {
      throw new UserError('A source needs a path: Armvisor has no sources without one.');
    }
    return path.startsWith('file://') ? decodeURI(path.slice('file://'.length)) : path;
  }
}
