/**
 * Source lines by address and addresses by source line. Headers (names) are read for every unit when a file is asked for;
 * the programs only of the units concerned.
 */
import { Cursor } from '../cursor';
import type { SourceLine } from '../types';
import { At } from './constants';
import type { DebugInfo } from './debugInfo';
import type { LineHeader } from './lineHeader';
import { readLineHeader } from './lineHeader';
import type { LineRows, LineSequence } from './lineProgram';
import { IS_STATEMENT, PROLOGUE_END, runLineProgram } from './lineProgram';
import { baseName, meansFile, normalisePath } from './paths';
import type { Unit } from './unit';

interface LineTable {
  readonly header: LineHeader;
  readonly rows: () => LineRows;
}

/** The statement starts of the nearest line that has code. */
export interface LineMatch {
  readonly actualLine: number;
  readonly addresses: readonly number[];
}

export class LineTables {
  private readonly byOffset = new Map<number, LineTable | undefined>();
  private everyTable: readonly LineTable[] | undefined;
  private unplaced: readonly LineTable[] | undefined;
  private byBaseName: Map<string, Map<string, { table: LineTable; file: number }[]>> | undefined;

  constructor(private readonly info: DebugInfo) {}

  lineAt(address: number): SourceLine | undefined {
    for (const table of this.tablesAt(address)) {
      const rows = table.rows();
      for (const sequence of rows.sequences) {
        if (address < sequence.low || address >= sequence.high) continue;
        const row = preferStatement(rows, sequence, lastRowAt(rows, sequence, address));
        if (rows.lines[row] > 0) return this.toSourceLine(table, sequence, row);
      }
    }
    return undefined;
  }

  /**
   * Where the body of a function starts: a row marked as the end of the prologue, else the second row, since compilers
   * write one for the opening of a function and the next for the code after its prologue. `low` when there is neither.
   */
  bodyOf(low: number, high: number): number {
    for (const table of this.tablesAt(low)) {
      const rows = table.rows();
      for (const sequence of rows.sequences) {
        if (low < sequence.low || low >= sequence.high) continue;
        const first = firstRowAt(rows, sequence, low);
        if (rows.addresses[first] !== low) continue;
        const inside = (row: number) => row < sequence.endRow && rows.addresses[row] < high;
        for (let row = first; inside(row); row++) {
          if (rows.flags[row] & PROLOGUE_END) return rows.addresses[row];
        }
        for (let row = first + 1; inside(row); row++) {
          if (rows.flags[row] & IS_STATEMENT && rows.lines[row] > 0) return rows.addresses[row];
        }
        return low;
      }
    }
    return low;
  }

  /** Where the line's statements start, one address for each contiguous block; those of the next line that has code when it has none. */
  statementsOf(file: string, line: number): LineMatch {
    const wanted = normalisePath(file);
    let actualLine = Infinity;
    let addresses = new Set<number>();
    for (const [path, places] of this.filesByBaseName().get(baseName(wanted)) ?? []) {
      if (!meansFile(wanted, path)) continue;
      for (const { table, file: fileIndex } of places) {
        const rows = table.rows();
        for (let row = 0; row < rows.lines.length; row++) {
          const candidate = rows.lines[row];
          if (candidate < line || candidate > actualLine || rows.files[row] !== fileIndex) continue;
          if (!(rows.flags[row] & IS_STATEMENT)) continue;
          if (candidate < actualLine) {
            actualLine = candidate;
            addresses = new Set();
          }
          if (!continuesBlock(rows, row)) addresses.add(rows.addresses[row]);
        }
      }
    }
    if (actualLine === Infinity) return { actualLine: line, addresses: [] };
    return { actualLine, addresses: [...addresses].sort((a, b) => a - b) };
  }

  sources(): readonly string[] {
    return [...this.filesByBaseName().values()].flatMap((paths) => [...paths.keys()]).sort();
  }

  /** The MD5 of a source file when it was compiled, where the compiler has noted it (DW_LNCT_MD5). */
  md5Of(file: string): string | undefined {
    const places = this.filesByBaseName().get(baseName(file))?.get(file) ?? [];
    for (const { table, file: index } of places) {
      const md5 = table.header.md5s[index];
      if (md5 !== undefined) return md5;
    }
    return undefined;
  }

  /** The path of a file number that an entry of a unit gives (DW_AT_decl_file). */
  fileName(unit: Unit, file: number): string | undefined {
    return this.tableOf(unit)?.header.files[file];
  }

  private toSourceLine(table: LineTable, sequence: LineSequence, row: number): SourceLine | undefined {
    const rows = table.rows();
    const file = table.header.files[rows.files[row]];
    if (file === undefined) return undefined;
    let next = row + 1;
    while (next < sequence.endRow && rows.addresses[next] === rows.addresses[row]) next++;
    return {
      file,
      line: rows.lines[row],
      column: rows.columns[row],
      address: rows.addresses[row],
      endAddress: next < sequence.endRow ? rows.addresses[next] : sequence.high,
      isStatement: (rows.flags[row] & IS_STATEMENT) !== 0,
    };
  }

  private *tablesAt(address: number): Generator<LineTable> {
    for (const unit of this.info.unitsAt(address)) {
      const table = this.tableOf(unit);
      if (table !== undefined) yield table;
    }
    // Units that do not say what they cover, and tables without a unit, are searched one by one.
    this.unplaced ??= this.findUnplaced();
    yield* this.unplaced;
  }

  private findUnplaced(): readonly LineTable[] {
    const units = this.info.compileUnits();
    if (units.length === 0) return this.allTables();
    return units
      .filter((unit) => !this.info.hasCodeRanges(unit))
      .map((unit) => this.tableOf(unit))
      .filter((table) => table !== undefined);
  }

  private tableOf(unit: Unit): LineTable | undefined {
    return this.info.tolerate(() => {
      const root = this.info.root(unit);
      const offset = root.constant(At.stmtList);
      return offset === undefined ? undefined : this.tableAtOffset(offset, root.string(At.compDir) ?? '');
    }, undefined);
  }

  private tableAtOffset(offset: number, compilationDirectory: string): LineTable | undefined {
    if (!this.byOffset.has(offset)) {
      const { info } = this;
      const header = info.tolerate(() => readLineHeader(info.sections, offset, compilationDirectory), undefined);
      let rows: LineRows | undefined;
      const run = (known: LineHeader) =>
        (rows ??= info.tolerate(() => runLineProgram(info.sections.debug_line, known, info.isCode), noRows));
      this.byOffset.set(offset, header && { header, rows: () => run(header) });
    }
    return this.byOffset.get(offset);
  }

  private allTables(): readonly LineTable[] {
    if (this.everyTable !== undefined) return this.everyTable;
    const units = this.info.compileUnits();
    const tables = new Set<LineTable | undefined>(units.map((unit) => this.tableOf(unit)));
    if (units.length === 0) this.walkTables().forEach((table) => tables.add(table));
    tables.delete(undefined);
    this.everyTable = [...tables] as LineTable[];
    return this.everyTable;
  }

  /** The tables of a .debug_line without .debug_info, one after the other. */
  private walkTables(): (LineTable | undefined)[] {
    const bytes = this.info.sections.debug_line;
    const tables: (LineTable | undefined)[] = [];
    this.info.tolerate(() => {
      const cursor = new Cursor(bytes, '.debug_line');
      while (!cursor.atEnd) {
        tables.push(this.tableAtOffset(cursor.position, ''));
        cursor.skip(cursor.initialLength().byteLength);
      }
    }, undefined);
    return tables;
  }

  private filesByBaseName(): Map<string, Map<string, { table: LineTable; file: number }[]>> {
    if (this.byBaseName !== undefined) return this.byBaseName;
    this.byBaseName = new Map();
    for (const table of this.allTables()) {
      table.header.files.forEach((path, file) => {
        if (path === undefined || path.startsWith('<', path.lastIndexOf('/') + 1)) return;
        let paths = this.byBaseName!.get(baseName(path));
        if (paths === undefined) this.byBaseName!.set(baseName(path), (paths = new Map()));
        const places = paths.get(path);
        if (places === undefined) paths.set(path, [{ table, file }]);
        else places.push({ table, file });
      });
    }
    return this.byBaseName;
  }
}

const noRows: LineRows = { addresses: [], files: [], lines: [], columns: [], flags: [], sequences: [] };

/** The last row at or before an address that the sequence covers. */
function lastRowAt(rows: LineRows, sequence: LineSequence, address: number): number {
  let low = sequence.firstRow;
  let high = sequence.endRow;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows.addresses[middle] <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function firstRowAt(rows: LineRows, sequence: LineSequence, address: number): number {
  let row = lastRowAt(rows, sequence, address);
  while (row > sequence.firstRow && rows.addresses[row - 1] === rows.addresses[row]) row--;
  return row;
}

/** Among rows of one address the last one counts, but a statement before a mere location. */
function preferStatement(rows: LineRows, sequence: LineSequence, last: number): number {
  for (let row = last; row >= sequence.firstRow && rows.addresses[row] === rows.addresses[last]; row--) {
    if (rows.flags[row] & IS_STATEMENT && rows.lines[row] > 0) return row;
  }
  return last;
}

/** True when the code before the row, without a gap, belongs to the same line by a statement row. */
function continuesBlock(rows: LineRows, row: number): boolean {
  for (let before = row - 1; before >= 0; before--) {
    if (rows.lines[before] !== rows.lines[row] || rows.files[before] !== rows.files[row]) return false;
    if (!(rows.flags[before] & IS_STATEMENT)) continue;
    return !rows.sequences.some(({ firstRow }) => firstRow > before && firstRow <= row);
  }
  return false;
}
