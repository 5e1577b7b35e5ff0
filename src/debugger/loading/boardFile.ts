/**
 * A board that the launch configuration names by a file: reads the file and those that it names, and has it built. A mistake is one
 * sentence that begins with the file and, in JSON that cannot be read, line and column.
 */
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { readBoard } from '../../machine/boards/boardFile';
import { createBoard } from '../../machine/boards/specification';
import type { BoardDescription } from '../../machine/bus';
import { UserError, type FileHost } from '../types';
import { beside } from './beside';

/** How a board file is told from the name of a board. */
export const isBoardFile = (machine: string): boolean => /\.json$/i.test(machine);

/** @throws UserError */
export async function boardFromFile(file: string, host: FileHost): Promise<BoardDescription> {
  const value = parseText(file, new TextDecoder().decode(await host.readFile(file)));
  try {
    return createBoard(await readBoard(value, (path) => host.readFile(beside(file, path))));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseText(file: string, text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first === undefined) return value;
  const before = text.slice(0, first.offset).split('\n');
  const what = printParseErrorCode(first.error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  throw new UserError(
    `${file}:${before.length}:${before.at(-1)!.length + 1}: not valid JSON (${what}); correct it there.`,
  );
}
