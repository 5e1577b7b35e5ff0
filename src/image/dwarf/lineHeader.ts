/** The header of a line number program (.debug_line, DWARF 5 section 6.2.4 and DWARF 4 section 6.2.4): file names first of all. */
import { Cursor, stringAt } from '../cursor';
import { hex, ImageError } from '../errors';
import { readForm } from './forms';
import { joinPath } from './paths';
import type { DebugSections } from './sections';
import { Form } from './constants';

export interface LineHeader {
  readonly offset: number;
  readonly version: number;
  /** The opcodes: from here to `end`. */
  readonly programStart: number;
  readonly end: number;
  readonly minimumInstructionBytes: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** Argument counts of the standard opcodes, from opcode 1. */
  readonly opcodeArguments: readonly number[];
  /** Full paths by the index that the program uses (from 1 before DWARF 5, from 0 since). */
  readonly files: readonly (string | undefined)[];
  /** By the same index: the MD5 of the text that was compiled, in hexadecimal; compilers may leave it out. */
  readonly md5s: readonly (string | undefined)[];
}

/** DW_LNCT_path, DW_LNCT_directory_index, DW_LNCT_MD5. */
const CONTENT_PATH = 1;
const CONTENT_DIRECTORY = 2;
const CONTENT_MD5 = 5;

/** @param compilationDirectory DW_AT_comp_dir of the unit, which relative names start from */
export function readLineHeader(sections: DebugSections, offset: number, compilationDirectory: string): LineHeader {
  const whole = new Cursor(sections.debug_line, '.debug_line', offset);
  const { byteLength, offsetBytes } = whole.initialLength();
  const cursor = whole.take(byteLength);
  const version = cursor.u16();
  if (version < 2 || version > 5) {
    throw new ImageError(
      `the line table at .debug_line+${hex(offset)} is of version ${version}, which is not supported; compile with -gdwarf-4.`,
    );
  }
  const addressBytes = version >= 5 ? cursor.u8() : 4;
  if (version >= 5) cursor.skip(1);
  const headerBytes = cursor.unsigned(offsetBytes);
  const programStart = cursor.position + headerBytes;
  const minimumInstructionBytes = cursor.u8();
  if (version >= 4) cursor.skip(1);
  const defaultIsStatement = cursor.u8() !== 0;
  const lineBase = cursor.s8();
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  const opcodeArguments = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => cursor.u8());
  if (lineRange === 0 || programStart > cursor.end) {
    throw new ImageError(
      `the line table at .debug_line+${hex(offset)} has an impossible header: the file is damaged; build it again.`,
    );
  }
  const context = { version, addressBytes, offsetBytes };
  const files =
    version >= 5
      ? readFiles5(cursor, sections, context, compilationDirectory)
      : { files: readFiles(cursor, compilationDirectory), md5s: [] };
  return {
    offset,
    version,
    programStart,
    end: cursor.end,
    minimumInstructionBytes,
    defaultIsStatement,
    lineBase,
    lineRange,
    opcodeBase,
    opcodeArguments,
    ...files,
  };
}

/** The tables up to DWARF 4: NUL-terminated lists, directory 0 being the compilation's own. */
function readFiles(cursor: Cursor, compilationDirectory: string): (string | undefined)[] {
  const directories = [compilationDirectory];
  for (let name = cursor.string(); name !== ''; name = cursor.string()) {
    directories.push(joinPath(compilationDirectory, name));
  }
  const files: (string | undefined)[] = [undefined];
  for (let name = cursor.string(); name !== ''; name = cursor.string()) {
    const directory = cursor.uleb();
    cursor.uleb();
    cursor.uleb();
    files.push(joinPath(directories[directory] ?? compilationDirectory, name));
  }
  return files;
}

interface NamedPath {
  readonly path: string;
  readonly directory: number;
  readonly md5?: string;
}

type LineContext = { readonly version: number; readonly addressBytes: number; readonly offsetBytes: 4 | 8 };

/** The tables of DWARF 5: self-describing records, of which path, directory and MD5 matter (size and time do not). */
function readFiles5(
  cursor: Cursor,
  sections: DebugSections,
  context: LineContext,
  compilationDirectory: string,
): Pick<LineHeader, 'files' | 'md5s'> {
  const directories = readNamedPaths(cursor, sections, context).map(({ path }) => path);
  const base = directories.length > 0 ? joinPath(compilationDirectory, directories[0]) : compilationDirectory;
  const resolved = directories.map((directory) => joinPath(base, directory));
  const named = readNamedPaths(cursor, sections, context);
  return {
    files: named.map(({ path, directory }) => joinPath(resolved[directory] ?? base, path)),
    md5s: named.map(({ md5 }) => md5),
  };
}

function readNamedPaths(cursor: Cursor, sections: DebugSections, context: LineContext): NamedPath[] {
  const formats = Array.from({ length: cursor.u8() }, () => ({ content: cursor.uleb(), form: cursor.uleb() }));
  const count = cursor.uleb();
  // Each record takes a byte at least; otherwise a count alone could ask for any amount of memory.
  if (count > cursor.end - cursor.position) {
    throw new ImageError(
      `.debug_line+${hex(cursor.position)} announces ${count} names, more than fit: the file is damaged; build it again.`,
    );
  }
  return Array.from({ length: count }, () => {
    let path = '';
    let directory = 0;
    let md5: string | undefined;
    for (const { content, form } of formats) {
      const value = readForm(cursor, form, context, 0);
      if (content === CONTENT_DIRECTORY) directory = value.value;
      if (content === CONTENT_MD5 && form === Form.data16)
        md5 = hexadecimal(cursor.bytes.subarray(value.value, value.end));
      if (content !== CONTENT_PATH) continue;
      if (form === Form.string) path = stringAt(cursor.bytes, value.value, value.end);
      else if (form === Form.lineStrp) path = stringAt(sections.debug_line_str, value.value);
      else if (form === Form.strp) path = stringAt(sections.debug_str, value.value);
    }
    return { path, directory, ...(md5 === undefined ? {} : { md5 }) };
  });
}

const hexadecimal = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
